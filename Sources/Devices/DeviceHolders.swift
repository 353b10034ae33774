import Glibc

/// Who has a device open, as far as `/proc` says so: the owner that ALSA notes for a sound card's input, or whose descriptors
/// lead to its node, which other users' do not tell.
package struct DeviceHolders: Sendable {
    /// A process.
    package struct Holder: Equatable, Sendable {
        package var process: Int
        /// As it calls itself; nil where that can't be known.
        package var name: String?

        package init(process: Int, name: String?) {
            self.process = process
            self.name = name
        }

        /// `arecord (process 1234)`.
        package var words: String { name.map { "\($0) (process \(process))" } ?? "process \(process)" }
    }

    private let root: String

    /// The most bytes of one of the kernel's small files, and names of a folder, that are looked at.
    private static let mostBytes = 4096
    private static let mostNames = 100_000

    /// - Parameter root: `/proc`, or what stands in for it.
    package init(root: String = "/proc") { self.root = root }

    /// Who records from a sound card.
    ///
    /// - Parameters:
    ///   - card: its number; nil for any.
    ///   - device: the card's device; nil for any.
    package func ofMicrophone(card: Int?, device: Int?) -> [Holder] {
        let noted = owners(card: card, device: device)
        if !noted.isEmpty { return noted }
        return holders { path in
            guard path.hasPrefix("/dev/snd/pcmC"), path.hasSuffix("c") else { return false }
            let parts = path.dropFirst(13).dropLast().split(separator: "D", omittingEmptySubsequences: false)
            guard parts.count == 2, let itsCard = Int(parts[0]), let itsDevice = Int(parts[1]) else { return false }
            return (card ?? itsCard) == itsCard && (device ?? itsDevice) == itsDevice
        }
    }

    /// What to say of them; nil of none.
    package static func words(_ holders: [Holder]) -> String? {
        guard !holders.isEmpty else { return nil }
        let shown = holders.prefix(3).map(\.words)
        let rest = holders.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    /// By `/proc/asound/cardN/pcmMc/subK/status`.
    private func owners(card: Int?, device: Int?) -> [Holder] {
        var found: [Holder] = []
        for (folder, number) in names("\(root)/asound", numbered: "card") where (card ?? number) == number {
            for (pcm, number) in names("\(root)/asound/\(folder)", numbered: "pcm", suffix: "c")
            where (device ?? number) == number {
                let path = "\(root)/asound/\(folder)/\(pcm)"
                for (sub, _) in names(path, numbered: "sub") {
                    guard let task = Self.number("owner_pid", in: contents("\(path)/\(sub)/status")) else { continue }
                    // What is noted is the thread that opened it.
                    let process = Self.number("Tgid", in: contents("\(root)/\(task)/status")) ?? task
                    let holder = Holder(process: process, name: name(of: process))
                    if !found.contains(holder) { found.append(holder) }
                }
            }
        }
        return found
    }

    /// By the links in `/proc/PID/fd`.
    private func holders(of isNode: (String) -> Bool) -> [Holder] {
        var found: [Holder] = []
        for (folder, process) in names(root, numbered: "") {
            let path = "\(root)/\(folder)/fd"
            let isHolder = names(path, numbered: "").contains { link(at: "\(path)/\($0.name)").map(isNode) ?? false }
            if isHolder { found.append(Holder(process: process, name: name(of: process))) }
        }
        return found
    }

    private func name(of process: Int) -> String? {
        let text = contents("\(root)/\(process)/comm").prefix { $0 != UInt8(ascii: "\n") }
        let name = DeviceText.printable(String(decoding: text.prefix(64), as: UTF8.self))
        return name.allSatisfy { $0 == " " || $0 == "?" } ? nil : name
    }

    /// The number behind a key and a colon at the beginning of a line; nil where there is none, or none of a process.
    private static func number(_ key: String, in bytes: [UInt8]) -> Int? {
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: key.utf8) {
            let rest = line.dropFirst(key.utf8.count).drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard rest.first == UInt8(ascii: ":") else { continue }
            let digits = rest.dropFirst().drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            if let number = Int(String(decoding: digits, as: UTF8.self)), (1...Int(Int32.max)).contains(number) { return number }
        }
        return nil
    }

    private func contents(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.mostBytes)
        let count = read(descriptor, &bytes, bytes.count)
        return Array(bytes[..<max(0, count)])
    }

    private func link(at path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, buffer.count) } ?? -1
        }
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }

    /// The names in a folder that are a number between a prefix and a suffix, by this number.
    private func names(_ path: String, numbered prefix: String, suffix: String = "") -> [(name: String, number: Int)] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var found: [(name: String, number: Int)] = []
        while found.count < Self.mostNames, let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
            guard name.hasPrefix(prefix), name.hasSuffix(suffix), digits.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int(digits)
            else { continue }
            found.append((name, number))
        }
        return found.sorted { $0.number < $1.number }
    }
}
