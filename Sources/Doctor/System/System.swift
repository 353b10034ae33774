import Glibc
import TacitDevices
import TacitDiagnostics

/// The machine that is looked at: its `/proc`, `/sys`, `/dev`, `/etc` and `/run`, and what only the system's calls tell.
///
/// All of it is data from outside: files may be missing, cut, endless or full of anything. What can't be read or
/// understood is nil or empty, and no check makes a fault of that.
package struct System: Sendable {
    /// What stands in front of every path; empty for this machine.
    package let root: String
    let calls: any SystemCalls

    /// Bytes of a file that are read; those of interest are far shorter.
    private static let longestText = 1 << 16
    private static let mostNames = 4096

    /// - Parameter root: a folder that is laid out like a machine's, with a file `calls` as `StagedCalls` reads it; nil
    ///   for this machine.
    package init(root: String? = nil) {
        self.root = root ?? ""
        calls = root.map { StagedCalls(root: $0) } ?? RealCalls()
    }

    func path(_ path: String) -> String { root + path }

    var processes: Processes { Processes(root: path("/proc")) }

    /// The beginning of a plain file, without the white space around it; nil where there is none that may be read.
    func text(_ path: String) -> String? { Self.text(at: self.path(path)).map(Self.trimmed) }

    /// The lines of a plain file.
    func lines(_ path: String) -> [Substring] {
        text(path)?.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }) ?? []
    }

    /// What is in a folder, sorted.
    func names(_ folder: String) -> [String] {
        let names = (try? FolderListing.names(in: path(folder), most: Self.mostNames)) ?? []
        return names.sorted()
    }

    func node(_ path: String) -> Node? { Node(self.path(path)) }
    func exists(_ path: String) -> Bool { node(path) != nil }

    /// Where a link leads, as it is written.
    func link(_ path: String) -> String? { SystemPath.link(self.path(path)) }

    static func text(at path: String) -> String? {
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        let (bytes, failure) = FileBytes.read(descriptor, most: longestText)
        return failure != 0 && bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    private static func trimmed(_ text: String) -> String {
        let inner = text.drop { $0.isWhitespace || $0 == "\0" }
        return String(inner.prefix(inner.count - inner.reversed().prefix { $0.isWhitespace || $0 == "\0" }.count))
    }
}

/// What the system says of a file, whatever it is; links are followed.
struct Node: Equatable {
    let mode: UInt32
    let user: UInt32
    let group: UInt32

    var isFolder: Bool { mode & S_IFMT == S_IFDIR }

    init?(_ path: String) {
        var information = stat()
        guard SystemPath.withBytes(path, { stat($0, &information) }) == 0 else { return nil }
        mode = information.st_mode
        user = information.st_uid
        group = information.st_gid
    }
}
