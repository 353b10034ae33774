import Glibc
import TacitDiagnostics
import TacitModelFile

/// A folder of model files. Only plain files directly in it are read, no link is followed, and each file's digest is
/// kept for the model's provenance.
final class SourceFolder {
    let path: String
    private var digests: [String: String] = [:]

    init(path: String) throws {
        self.path = path
        var status = stat()
        guard stat(path, &status) == 0 else { throw TacitError(.noInput, file: path, String(cString: strerror(errno))) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw TacitError(.noInput, file: path, "not a folder") }
    }

    /// The files read so far, by name.
    var sources: [Provenance.SourceFile] {
        digests.sorted { $0.key < $1.key }.map { Provenance.SourceFile(name: $0.key, digest: $0.value) }
    }

    func file(_ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    func has(_ name: String) -> Bool {
        var status = stat()
        return lstat(file(name), &status) == 0
    }

    /// Maps a file and takes its digest.
    ///
    /// - Throws: `TacitError`: `noInput` if it is not there, `badData` if it is a link or longer than `limit`.
    func map(_ name: String, limit: Int = .max) throws -> FileMap {
        guard Self.isPlainName(name) else { throw TacitError.badData(path, at: name, "is not the name of a file") }
        let map = try FileMap(path: file(name), followsLinks: false)
        guard map.bytes.count <= limit else {
            throw TacitError.badData(file(name), "is \(map.bytes.count) bytes long, expected at most \(limit)")
        }
        var digest = MessageDigest()
        digest.update(map.bytes)
        digests[name] = digest.hexadecimal()
        return map
    }

    /// Reads a configuration file.
    func settings(_ name: String, limit: Int = 1 << 20) throws -> Settings {
        let map = try map(name, limit: limit)
        return try Settings(file: file(name), bytes: withExtendedLifetime(map) { Array(map.bytes) })
    }

    /// Whether `name` can only be that of a file directly in a folder.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
            && !name.utf8.contains { $0 == 0x2f || $0 == 0x5c || $0 < 0x20 }
    }
}
