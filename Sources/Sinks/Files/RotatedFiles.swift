import Glibc
import TacitDiagnostics
import TacitText

/// The files that one file of lines was put away as: its own name, a dot and when that was. They sort in the order in which
/// that was done: where the wall clock was set back since, the name is that of the one before it and a millisecond.
struct RotatedFiles {
    /// The last moment of the last year of four digits, behind which no name would sort: milliseconds since 1970.
    private static let last = 253_402_300_799_999

    private let path: String
    private let folder: String
    private let name: String

    init(of path: String) {
        self.path = path
        folder = SystemPath.folder(of: path)
        name = String(SystemPath.name(of: path))
    }

    /// Puts the file away, and removes the oldest of more than `kept` that were.
    ///
    /// - Returns: why none of them was removed, where the folder can't be listed; nil where it can.
    /// - Throws: `TacitError` (output) where it can't be renamed.
    func putAway(keeping kept: Int) throws -> (any Error)? {
        let (before, trouble) = putAwayBefore()
        let target = freeName(after: before.compactMap(time).filter { $0 < Self.last }.max())
        let failure = SystemPath.withBytes(path) { path in
            SystemPath.withBytes(target) { rename(path, $0) == 0 ? 0 : errno }
        }
        guard failure == 0 else { throw TacitError.system(.cannotCreate, failure, file: target) }
        let names = before.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        // Of the one that was just put away there is no doubt that it is the newest.
        for name in names.dropLast(max(0, kept - 1)) { _ = SystemPath.withBytes("\(folder)/\(name)") { unlink($0) } }
        if kept == 0 { _ = SystemPath.withBytes(target) { unlink($0) } }
        return kept > 0 ? trouble : nil
    }

    private func freeName(after last: Int?) -> String {
        var milliseconds = max(WallTime.now().milliseconds, last.map { $0 + 1 } ?? .min)
        while true {
            var buffer = ByteBuffer(capacity: 64)
            WallTime(milliseconds: milliseconds).writeBasic(to: &buffer)
            let target = "\(path).\(String(decoding: buffer.bytes, as: UTF8.self))"
            if SystemPath.withBytes(target, { access($0, F_OK) }) != 0 { return target }
            milliseconds += 1
        }
    }

    private func putAwayBefore() -> (names: [String], trouble: (any Error)?) {
        do {
            // Nothing else is ever removed.
            let names = try FolderListing.names(in: folder).filter {
                $0.hasPrefix("\(name).") && WallTime.isBasic($0.utf8.dropFirst(name.utf8.count + 1))
            }
            return (names, nil)
        } catch {
            return ([], error)
        }
    }

    /// Milliseconds since 1970 that a file's name tells; nil where it tells no moment.
    private func time(_ found: String) -> Int? {
        WallTime(basic: found.utf8.dropFirst(name.utf8.count + 1))?.milliseconds
    }
}
