import Glibc
import TacitDiagnostics
import TacitMedia

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

    /// What is in a folder: its name, and what it or what it links to is; nil for a link that leads nowhere.
    typealias Entry = (name: String, kind: mode_t?)

    /// All that is in it, what is hidden left out, in byte order.
    ///
    /// - Throws: `TacitError`: no input where the folder is closed to this user, bad data for too many.
    func entries() throws -> [Entry] {
        var entries: [Entry] = []
        try FolderListing.forEachName(in: path) { name in
            if name.hasPrefix(".") { return }
            let kind = SystemPath.kind(join(name))
            // A ring of links leads nowhere, too.
            if kind == nil, let number = SystemPath.trouble(join(name)), number != ELOOP {
                throw TacitError.system(.noInput, number, file: join(name))
            }
            entries.append((name, kind))
            guard entries.count <= Self.maximumEntries else {
                throw TacitError.badData(path, "more than \(Self.maximumEntries) entries")
            }
        }
        return entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Names of the regular files (or of the folders), hidden ones left out, in byte order.
    func names(folders wanted: Bool) throws -> [String] {
        try entries().filter { $0.kind == (wanted ? S_IFDIR : S_IFREG) }.map(\.name)
    }

    static func isSoundName(_ name: String) -> Bool { MediaSuffixes.has(name, MediaSuffixes.sounds) }

    static func isPictureName(_ name: String) -> Bool { MediaSuffixes.has(name, MediaSuffixes.pictures) }

    /// Whether a file is a sound or a picture by its suffix, of a format that is not read.
    static func isUnreadName(_ name: String, _ medium: DataSetKind.Medium) -> Bool {
        MediaSuffixes.has(name, medium == .sound ? MediaSuffixes.unreadSounds : MediaSuffixes.unreadPictures)
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
