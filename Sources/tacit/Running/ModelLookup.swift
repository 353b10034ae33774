import Glibc
import TacitConsole
import TacitDiagnostics
import TacitMedia

/// Where a model is looked for when the command line names none.
enum ModelLookup {
    /// The default for sound, and for pictures.
    static let sound = "sound.gguf"
    static let image = "image.gguf"

    /// - Throws: `TacitError` (no input) naming all the places where it is not.
    static func path(_ given: String?, default name: String) throws -> String {
        if let given { return given }
        let places = folders.map { $0.hasSuffix("/") ? $0 + name : "\($0)/\(name)" }
        if let found = places.first(where: isFile) { return found }
        throw TacitError(
            .noInput, file: name,
            "no model was named, and there is no \(places.joined(separator: ", no "))")
    }

    /// That none of these is anywhere, for people.
    static func missing(_ names: [String]) -> String {
        "there is no \(names.joined(separator: " and no ")) in \(folders.joined(separator: ", ")), and none was named"
    }

    /// The default model for a file, a pipe or a folder: pictures have one of their own. Where the name does not tell, the
    /// first bytes do.
    static func defaultName(forFirst path: String?) -> String {
        guard let path else { return sound }
        if PictureFiles.isPictureName(path) { return image }
        if PictureFiles.isFolder(path) { return (try? PictureFiles.inFolder(path)) != nil ? image : sound }
        return FirstBytes.withBytes(of: path, UnreadPicture.isPicture) ? image : sound
    }

    private static var folders: [String] {
        var folders: [String] = []
        if let folder = Terminal.environment("TACIT_MODELS") { folders.append(folder) }
        folders.append("models")
        if let data = Terminal.environment("XDG_DATA_HOME"), data.hasPrefix("/") {
            folders.append("\(data)/tacit")
        } else if let home = Terminal.environment("HOME"), home.hasPrefix("/") {
            folders.append("\(home)/.local/share/tacit")
        }
        folders.append("/usr/share/tacit")
        return folders
    }

    private static func isFile(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
    }
}
