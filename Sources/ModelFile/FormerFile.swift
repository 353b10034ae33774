import Glibc
import TacitDiagnostics

/// What is at a path already that a model is to be written to.
package enum FormerFile {
    /// Room for the start of a header and the name of an architecture.
    private static let looked = 4096

    /// Lest a recording, a text or another program's model be lost by a path that was meant for something else.
    ///
    /// What a model's own name ends in is a model's place, whatever half of one is there.
    ///
    /// - Throws: `TacitError` (cannot create) where a file would be lost.
    package static func refuseForeign(_ path: String) throws {
        guard let start = start(of: path), !start.isEmpty else { return }
        guard start.starts(with: GGUF.magic) else {
            if ModelFileName.isOne(path) { return }
            throw refusal(path, "is there and no model")
        }
        if let name = architecture(start), name != GGUF.architecture {
            throw refusal(path, "is there and a model of another program's (\(name))")
        }
    }

    private static func refusal(_ path: String, _ what: String) -> TacitError {
        TacitError(.cannotCreate, file: path, "\(what): name another file, or remove this one first")
    }

    /// nil where no regular file is there, and for one that may be written and not read.
    private static func start(of path: String) -> [UInt8]? {
        guard SystemPath.kind(path) == S_IFREG else { return nil }
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return FileBytes.read(descriptor, most: looked).bytes
    }

    /// What the first pair of a header says, which is where every program writes it; nil for any other pair, and for what is
    /// damaged.
    private static func architecture(_ start: [UInt8]) -> String? {
        start.withUnsafeBytes { bytes in
            var cursor = ByteCursor(bytes)
            do {
                try cursor.skip(24, "magic, version and two counts")
                guard try cursor.string("a metadata key", atMost: looked) == MetadataKey.architecture,
                    try cursor.number(UInt32.self, "its type") == GGUF.ValueType.string.rawValue
                else { return nil }
                return try cursor.string(MetadataKey.architecture, atMost: looked)
            } catch { return nil }
        }
    }
}
