import Glibc
import TacitDiagnostics

/// A folder of a data set: lists what is in it and makes paths that can't leave it.
struct Folder {
    /// Files of one folder that are listed at most; beyond it the folder is taken for something else.
    static let maximumEntries = 2_000_000

    let path: String

    /// - Throws: `TacitError` (no input) when there is no such folder.
    init(_ path: String) throws {
        var information = stat()
        guard SystemPath.withBytes(path, { stat($0, &information) }) == 0 else {
            throw TacitError.system(.noInput, file: path)
        }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            throw TacitError(.noInput, file: path, "not a folder")
        }
        self.path = path
    }

    func folder(_ name: String) throws -> Folder { try Folder(join(name)) }

    /// The path of `name`, which must come from the program itself or have passed `isConfined`.
    func join(_ name: String) -> String { path.hasSuffix("/") ? path + name : path + "/" + name }

    /// Whether there is a regular file of this name.
    func hasFile(_ name: String) -> Bool { SystemPath.kind(join(name)) == S_IFREG }

    /// Names of the regular files (or of the folders), hidden ones left out, in byte order.
    func names(folders wanted: Bool) throws -> [String] {
        guard let directory = SystemPath.withBytes(path, { opendir($0) }) else {
            throw TacitError.system(.noInput, file: path)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = SystemPath.name(of: entry)
            if name.hasPrefix(".") { continue }
            var information = stat()
            guard SystemPath.withBytes(join(name), { stat($0, &information) }) == 0 else { continue }
            guard information.st_mode & S_IFMT == (wanted ? S_IFDIR : S_IFREG) else { continue }
            names.append(name)
            guard names.count <= Self.maximumEntries else {
                throw TacitError.badData(path, "more than \(Self.maximumEntries) entries")
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Names of the sound files, by their suffix.
    func soundNames() throws -> [String] { try names(folders: false).filter(Self.isSoundName) }

    /// The suffixes of the sounds that are read.
    static let soundSuffixes: Set<String> = [
        "aif", "aifc", "aiff", "au", "bwf", "caf", "flac", "mp2", "mp3", "oga", "ogg", "opus", "rf64", "snd", "w64",
        "wav",
    ]

    static func isSoundName(_ name: String) -> Bool { hasSuffix(name, soundSuffixes) }

    /// Names of the picture files, by their suffix.
    func pictureNames() throws -> [String] {
        try names(folders: false).filter(Self.isPictureName)
    }

    /// The suffixes of the pictures that are read.
    static let pictureSuffixes: Set<String> = ["apng", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "webp"]

    static func isPictureName(_ name: String) -> Bool { hasSuffix(name, pictureSuffixes) }

    /// Whether a file is a sound or a picture by its suffix, of a format that is not read.
    static func isUnreadName(_ name: String, _ medium: DataSetKind.Medium) -> Bool {
        hasSuffix(name, medium == .sound ? unreadSounds : unreadPictures)
    }

    private static let unreadSounds: Set<String> = [
        "3gp", "aac", "ac3", "amr", "ape", "dts", "m4a", "m4b", "mka", "mkv", "mov", "mp4", "mpc", "ra", "spx", "tta",
        "voc", "webm", "wma", "wv",
    ]
    private static let unreadPictures: Set<String> = [
        "avif", "bmp", "heic", "heif", "jxl", "pgm", "ppm", "tif", "tiff",
    ]

    private static func hasSuffix(_ name: String, _ suffixes: Set<String>) -> Bool {
        guard let dot = name.utf8.lastIndex(of: UInt8(ascii: ".")) else { return false }
        return suffixes.contains(name[name.index(after: dot)...].lowercased())
    }

    /// Whether a name from a list stays within the folder it is joined to: relative, with no empty, `.` or `..` part,
    /// and without control characters.
    static func isConfined(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 1024 else { return false }
        guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
}
