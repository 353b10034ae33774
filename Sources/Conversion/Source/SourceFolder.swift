import Glibc
import TacitDiagnostics
import TacitModelFile

/// A folder of model files. Only files directly in it are read, no link is followed but those of a snapshot in a
/// Hugging Face cache, and each file's digest is kept for the model's provenance.
final class SourceFolder {
    let path: String
    private var digests: [String: FileDigest] = [:]
    private(set) var identities: Set<FileIdentity> = []

    /// - Throws: `TacitError` of kind `noInput` if there is no such folder.
    init(path: String) throws {
        self.path = path
        var status = stat()
        guard SystemPath.withBytes(path, { stat($0, &status) }) == 0 else {
            throw TacitError(.noInput, file: path, TacitError.systemWords() + Self.remark(onMissing: path))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw TacitError(.noInput, file: path, "not a folder" + Self.remark(onKind: status.st_mode & S_IFMT))
        }
    }

    /// The files read so far, by name.
    var sources: [Provenance.SourceFile] {
        digests.sorted { $0.key < $1.key }.map { Provenance.SourceFile(name: $0.key, digest: $0.value.hexadecimal) }
    }

    /// SHA-256 of a file read before; nil if it was not.
    func digest(of name: String) -> String? { digests[name]?.hexadecimal }

    func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    func has(_ name: String) -> Bool {
        var status = stat()
        return SystemPath.withBytes(file(name)) { lstat($0, &status) } == 0
    }

    /// Maps a file and takes its digest.
    ///
    /// - Parameters:
    ///   - name: of a file directly in the folder.
    ///   - limit: most bytes.
    ///   - followsLinks: whether the caller named this very file, which may then be a link to anywhere.
    /// - Throws: `TacitError`: `noInput` if it is not there, `badData` if it is a link, a stand-in or longer than
    ///   `limit`.
    func map(_ name: String, limit: Int = .max, followsLinks: Bool = false) throws -> FileMap {
        guard Self.isPlainName(name) else { throw TacitError.badData(path, at: name, "is not the name of a file") }
        let place = try blob(of: name) ?? file(name)
        let map: FileMap
        do {
            map = try FileMap(path: place, followsLinks: followsLinks)
        } catch let error as TacitError {
            throw TacitError(error.kind, file: file(name), place: error.place, error.reason)
        }
        guard map.bytes.count <= limit else {
            throw TacitError.badData(file(name), "is \(map.bytes.count) bytes long, expected at most \(limit)")
        }
        guard !map.bytes.starts(with: "version https://git-lfs.".utf8) else {
            throw TacitError.badData(file(name), "stands in for the file itself (Git LFS): get that with git lfs pull")
        }
        digests[name] = FileDigest(map)
        if let identity = FileIdentity(path: place) { identities.insert(identity) }
        return map
    }

    /// Where a file of a snapshot lies, if its name is a link into the cache's own blobs (Hugging Face's `hub` cache:
    /// `snapshots/REVISION/NAME` leads to `../../blobs/DIGEST`); nil for anything else.
    ///
    /// - Throws: `TacitError` (no input) where such a link leads nowhere, or where it leads is closed.
    private func blob(of name: String) throws -> String? {
        guard let link = SystemPath.link(file(name)) else { return nil }
        guard let target = SystemPath.resolved(file(name)) else {
            let number = errno
            // The cache may have been copied without what lies behind its links.
            guard link.hasPrefix("../../blobs/") else { return nil }
            throw TacitError.system(.noInput, number, file: file(name), what: "a link to \(link)")
        }
        guard let blobs = SystemPath.resolved(file("../../blobs")), let slash = target.lastIndex(of: "/"),
            target[..<slash] == blobs
        else { return nil }
        return target
    }

    /// Reads a configuration file.
    func settings(_ name: String, limit: Int = 1 << 20) throws -> ConfigObject {
        let map = try map(name, limit: limit)
        return try ConfigObject(file: file(name), bytes: withExtendedLifetime(map) { Array(map.bytes) })
    }

    /// Whether `name` can only be that of a file directly in a folder.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
            && !name.utf8.contains { $0 == 0x2f || $0 == 0x5c || $0 < 0x20 }
    }
}
