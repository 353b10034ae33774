import Glibc
import TacitDiagnostics

/// Which files are pictures, and where they lie.
package enum PictureFiles {
    /// The most pictures that are taken from one folder.
    private static let maximumCount = 2_000_000
    private static let maximumDepth = 64

    /// Whether a file is a picture by its suffix, read or not: one that is not gives its line, rather than be left out in
    /// silence.
    package static func isPictureName(_ name: String) -> Bool {
        MediaSuffixes.has(name, MediaSuffixes.pictures) || MediaSuffixes.has(name, MediaSuffixes.unreadPictures)
    }

    package static func isFolder(_ path: String) -> Bool { SystemPath.kind(path) == S_IFDIR }

    /// The paths of all pictures in a folder and the folders in it, by their suffix, in the order of their names,
    /// numbers in them by their value (frame2 before frame10).
    /// What begins with a dot is left out, and so are pipes, sockets and devices, which a folder's listing is no wish to read
    /// from. Links to folders are not followed.
    ///
    /// - Throws: `TacitError`: no input for a folder that has no picture; as `anyInFolder`.
    package static func inFolder(_ path: String) throws -> [String] {
        let found = try anyInFolder(path)
        guard !found.isEmpty else {
            throw TacitError(.noInput, file: path, "no PNG, JPEG, WebP or GIF picture in this folder")
        }
        return found
    }

    /// The same of a folder that may have none.
    ///
    /// - Throws: `TacitError`: no input for a folder that can't be read, bad data for what is too deep or too many.
    package static func anyInFolder(_ path: String) throws -> [String] {
        var found: [String] = []
        try collect(path, depth: 0, into: &found)
        return found
    }

    private static func collect(_ path: String, depth: Int, into found: inout [String]) throws {
        guard depth <= maximumDepth else { throw TacitError.badData(path, "folders nested too deeply") }
        var names: [String] = []
        try FolderListing.forEachName(in: path) { name in
            if !name.hasPrefix(".") { names.append(name) }
        }
        for name in names.sorted(by: NaturalOrder.precedes) {
            let inner = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
            var information = stat()
            guard SystemPath.withBytes(inner, { lstat($0, &information) }) == 0 else {
                // It may have been removed meanwhile.
                if errno == ENOENT { continue }
                throw TacitError.system(.noInput, file: inner)
            }
            if information.st_mode & S_IFMT == S_IFDIR {
                try collect(inner, depth: depth + 1, into: &found)
            } else if isPictureName(name), isFileOrBroken(inner) {
                found.append(inner)
                guard found.count <= maximumCount else {
                    throw TacitError.badData(path, "more than \(maximumCount) pictures")
                }
            }
        }
    }

    /// Whether reading it gives a picture or says what is wrong, as of a link that leads nowhere, and waits for nobody.
    private static func isFileOrBroken(_ path: String) -> Bool {
        var information = stat()
        guard SystemPath.withBytes(path, { stat($0, &information) }) == 0 else { return true }
        return [S_IFREG, S_IFDIR].contains(information.st_mode & S_IFMT)
    }
}
