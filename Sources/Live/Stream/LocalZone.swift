import Glibc
import TacitDiagnostics

/// The time zone that local time goes by, as this machine or whoever started the program says it.
///
/// The C library takes UTC for a zone that it does not know, and says nothing.
package struct LocalZone: Sendable {
    /// What `TZ` says; nil where it is not set.
    private let name: String?
    /// Where the zones' files are.
    private let folder: String
    /// The machine's own zone: a file, or a link to one.
    private let file: String

    /// Names of UTC, which it is with or without a file.
    private static let utc: Set<Substring> = ["UTC", "UCT", "GMT", "Zulu", "Universal", "Greenwich"]

    package static var machine: LocalZone {
        func variable(_ name: String) -> String? { getenv(name).map { SystemPath.string($0) } }
        return LocalZone(
            name: variable("TZ"), folder: variable("TZDIR") ?? "/usr/share/zoneinfo", file: "/etc/localtime")
    }

    package init(name: String?, folder: String, file: String) {
        self.name = name
        self.folder = folder
        self.file = file
    }

    /// Why local time is UTC though another zone is named; nil where it is as it should be.
    package var fault: String? {
        guard let name else {
            guard let target = SystemPath.link(file), SystemPath.kind(file) == nil, !Self.isUTC(target) else {
                return nil
            }
            return "\(file) leads to \(SystemPath.printable(target)), which is not there"
        }
        let bare = name.hasPrefix(":") ? String(name.dropFirst()) : name
        let isKnown =
            bare.isEmpty || Self.isUTC(bare) || isZone(bare.hasPrefix("/") ? bare : "\(folder)/\(bare)")
            || Self.isRule(bare)
        return isKnown ? nil : "TZ is '\(SystemPath.printable(name))', which names no time zone of this machine"
    }

    private static func isUTC(_ name: String) -> Bool { utc.contains(SystemPath.name(of: name)) }

    /// A compiled zone (RFC 8536) begins with these bytes.
    private func isZone(_ path: String) -> Bool {
        guard SystemPath.kind(path) == S_IFREG else { return false }
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC) }
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return FileBytes.read(descriptor, most: 4).bytes == Array("TZif".utf8)
    }

    /// Whether it begins as POSIX has it, `CET-1CEST`: a name of three letters or more, or any in `<>`, then hours.
    private static func isRule(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let end: Int
        if bytes.first == UInt8(ascii: "<") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: ">")), close > 3 else { return false }
            end = close + 1
        } else {
            end = bytes.firstIndex { !(0x61...0x7a).contains($0 | 0x20) } ?? bytes.count
            guard end >= 3 else { return false }
        }
        var hours = bytes[end...]
        if let sign = hours.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { hours = hours.dropFirst() }
        return hours.first.map { (0x30...0x39).contains($0) } ?? false
    }
}
