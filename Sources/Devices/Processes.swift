import Glibc
import TacitDiagnostics

/// The programs that run, as `/proc` tells of them: everyone's own, and root's view of all.
package struct Processes: Sendable {
    package let root: String

    /// The most bytes of one of the kernel's small files, and names of a folder, that are looked at.
    private static let mostBytes = 4096
    private static let mostNames = 100_000

    /// - Parameter root: `/proc`, or what stands in for it.
    package init(root: String = "/proc") { self.root = root }

    /// What a process calls itself; nil where that can't be known.
    package func name(of process: Int) -> String? {
        let text = contents("\(root)/\(process)/comm").prefix { $0 != UInt8(ascii: "\n") }
        let name = DeviceText.printable(String(decoding: text.prefix(64), as: UTF8.self))
        return name.allSatisfy { $0 == " " || $0 == "?" } ? nil : name
    }

    /// The process that a thread belongs to, as sound servers open devices from threads with names of their own: the thread
    /// itself where nothing is said of it; nil where that can't be one.
    package func process(ofThread thread: Int) -> Int? {
        let status = contents("\(root)/\(thread)/status")
        guard !Self.values("Tgid", in: status).isEmpty else { return thread }
        return Self.number("Tgid", in: status)
    }

    /// Those that have a file open of which the kernel writes the link so.
    package func holding(_ isFile: (String) -> Bool) -> [Int] {
        names(root, numbered: "").map(\.number).filter { process in
            let path = "\(root)/\(process)/fd"
            return names(path, numbered: "").contains { SystemPath.link("\(path)/\($0.name)").map(isFile) ?? false }
        }
    }

    /// What stands behind a key and a colon at the beginning of each line that has them.
    private static func values(_ key: String, in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        return bytes.split(separator: UInt8(ascii: "\n")).filter { $0.starts(with: key.utf8) }.compactMap { line in
            let rest = line.dropFirst(key.utf8.count).drop(while: isBlank)
            return rest.first == UInt8(ascii: ":") ? rest.dropFirst().drop(while: isBlank) : nil
        }
    }

    /// The number of a process there; nil where there is none, or none of a process.
    static func number(_ key: String, in bytes: [UInt8]) -> Int? {
        numbers(key, in: bytes).first { (1...Int(Int32.max)).contains($0) }
    }

    static func numbers(_ key: String, in bytes: [UInt8]) -> [Int] {
        values(key, in: bytes).compactMap { Int(String(decoding: $0, as: UTF8.self)) }
    }

    func contents(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        return FileBytes.read(descriptor, most: Self.mostBytes).bytes
    }

    /// The names in a folder that are a number between a prefix and a suffix, by this number.
    func names(_ path: String, numbered prefix: String, suffix: String = "") -> [(name: String, number: Int)] {
        var found: [(name: String, number: Int)] = []
        for name in (try? FolderListing.names(in: path, most: Self.mostNames)) ?? [] {
            let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
            guard name.hasPrefix(prefix), name.hasSuffix(suffix), digits.utf8.allSatisfy(\.isASCIIDigit),
                let number = Int(digits)
            else { continue }
            found.append((name, number))
        }
        return found.sorted { $0.number < $1.number }
    }
}
