import Glibc
import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitMedia
import TacitModelFile

/// Where a model is looked for when the command line names none.
enum ModelLookup {
    /// The folder beside a model in which earlier ones of its name are kept, each in a folder that is called by its
    /// digest.
    private static let kept = "kept"

    /// - Throws: `TacitError` (no input) naming all the places where it is not.
    static func path(_ given: String?, default name: @autoclosure () -> String) throws -> String {
        if let given { return given }
        let name = name()
        let places = folders.map { $0.hasSuffix("/") ? $0 + name : "\($0)/\(name)" }
        var (missing, unfit): ([String], [String]) = ([], [])
        for (index, place) in places.enumerated() {
            switch SystemPath.kind(place) {
            case S_IFREG: return place
            case nil:
                guard let number = SystemPath.trouble(place) else {
                    missing.append(place)
                    continue
                }
                // What can't be looked at in the folder that was asked for is an error, or another model would be taken.
                if index == 0, chosenFolder != nil { return place }
                unfit.append("\(place): \(TacitError.systemWords(number))")
            default: unfit.append("\(place): not a regular file")
            }
        }
        let reasons = missing.isEmpty ? unfit : ["there is no \(missing.joined(separator: ", no "))"] + unfit
        throw TacitError(.noInput, file: name, "no model was named, and \(reasons.joined(separator: "; "))")
    }

    /// The model, or the earlier one of its name that labels were taught to, so that a newer one which takes its place
    /// does not make them worthless.
    ///
    /// - Parameter labels: a file of learned labels, if there is one.
    /// - Throws: as `path(_:default:)`, and what `LabelsFile.read` throws.
    static func path(
        _ given: String?, default name: @autoclosure () -> String, taughtBy labels: String?
    ) throws -> String {
        let path = try path(given, default: name())
        return try labels.flatMap { try earlier(path, taughtBy: $0) } ?? path
    }

    /// The earlier model of the same name that labels were taught to; nil where it isn't kept, or none is.
    static func earlier(_ path: String, taughtBy labels: String) throws -> String? {
        // There is no such folder as long as no model was replaced: then the labels are read but once.
        guard isFolder("\(SystemPath.folder(of: path))/\(kept)"), let taught = try LabelsFile.read(labels) else {
            return nil
        }
        return earlier(path, digest: taught.model.digest)
    }

    /// The earlier model of the same name with this digest; nil where it isn't kept.
    static func earlier(_ path: String, digest: String) -> String? {
        guard MessageDigest.isDigest(digest) else { return nil }
        let earlier = "\(SystemPath.folder(of: path))/\(kept)/\(digest)/\(SystemPath.name(of: path))"
        return isFile(earlier) ? earlier : nil
    }

    /// That none of these is anywhere, for people.
    static func missing(_ names: [String]) -> String {
        "there is no \(names.joined(separator: " and no ")) in \(folders.joined(separator: ", ")), and none was named"
    }

    /// The default model for a file, a pipe or a folder: pictures have one of their own. Where the name does not tell,
    /// the first bytes do.
    static func defaultName(forFirst path: String?) -> String {
        guard let path else { return ModelFileName.sound }
        if PictureFiles.isPictureName(path) { return ModelFileName.image }
        // Of one that can't be looked into the pictures' model tells why.
        if PictureFiles.isFolder(path) {
            return (try? PictureFiles.anyInFolder(path).isEmpty) == true ? ModelFileName.sound : ModelFileName.image
        }
        return FirstBytes.withBytes(of: path, UnreadPicture.isPicture) ? ModelFileName.image : ModelFileName.sound
    }

    private static var chosenFolder: String? { Process.environment("TACIT_MODELS") }

    private static var folders: [String] {
        var folders: [String] = []
        if let chosenFolder { folders.append(chosenFolder) }
        folders.append("models")
        if let data = Process.environment("XDG_DATA_HOME"), data.hasPrefix("/") {
            folders.append("\(data)/tacit")
        } else if let home = Process.environment("HOME"), home.hasPrefix("/") {
            folders.append("\(home)/.local/share/tacit")
        }
        folders.append("/usr/share/tacit")
        return folders
    }

    private static func isFile(_ path: String) -> Bool { SystemPath.kind(path) == S_IFREG }

    private static func isFolder(_ path: String) -> Bool { SystemPath.kind(path) == S_IFDIR }
}
