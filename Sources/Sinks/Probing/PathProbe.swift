import Glibc
import TacitDiagnostics

/// What keeps a path from being used as a sink uses it, as far as the system says so while nothing is opened or made.
package enum PathProbe {
    /// Of a file that lines are put at the end of, made where only the folder around it is there.
    static func obstacle(toAppending path: String) -> TacitError? {
        let place = FileDrain.place(of: path)
        return refusal(of: path, SystemPath.trouble(place) ?? refused(appendingTo: place))
    }

    /// Of a folder that files are put into, made where only the one around it is there.
    static func obstacle(toFilling path: String) -> TacitError? {
        refusal(of: path, SystemPath.trouble(path) ?? refused(filling: path))
    }

    /// Of a file that is read.
    package static func obstacle(toReading path: String) -> TacitError? {
        refused(path, R_OK).map { TacitError.system(.noInput, $0, file: path) }
    }

    private static func refusal(of path: String, _ number: Int32?) -> TacitError? {
        number.map { TacitError.system(.cannotCreate, $0, file: path) }
    }

    private static func refused(appendingTo place: String) -> Int32? {
        switch SystemPath.kind(place) {
        case nil where place.utf8.last == UInt8(ascii: "/"), S_IFDIR: EISDIR
        case nil: refused(making: place)
        default: refused(place, W_OK)
        }
    }

    private static func refused(filling path: String) -> Int32? {
        switch SystemPath.kind(path) {
        case S_IFDIR: refused(path, W_OK | X_OK)
        case nil where FileIdentity(link: path) == nil: refused(making: path)
        // A link that leads nowhere is in the way of the folder.
        case nil: ENOENT
        default: ENOTDIR
        }
    }

    /// The system's number for what it would not do; nil for what it would.
    private static func refused(_ path: String, _ use: Int32) -> Int32? {
        SystemPath.withBytes(path) { access($0, use) == 0 ? nil : errno }
    }

    private static func refused(making path: String) -> Int32? {
        guard let end = path.utf8.lastIndex(where: { $0 != UInt8(ascii: "/") }) else { return nil }
        let folder = SystemPath.folder(of: String(decoding: path.utf8[...end], as: UTF8.self))
        guard let kind = SystemPath.kind(folder) else { return refused(folder, F_OK) }
        return kind == S_IFDIR ? refused(folder, W_OK | X_OK) : ENOTDIR
    }
}
