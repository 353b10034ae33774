import Glibc

/// What is in a file that lines are to be written to.
package enum FileContent {
    /// Bytes that are looked at: every format of models, labels, recordings, sounds and pictures has some there that no
    /// text has.
    private static let looked = 512

    /// For lines of text that are to go into a file, or in its place: lest a model, a file of labels, a recording or a
    /// sound be spoilt by a path that was meant for another option.
    ///
    /// - Parameters:
    ///   - path: of the file.
    ///   - first: the byte that such text begins with; nil for any.
    /// - Throws: `TacitError` (cannot create) where there is a regular file already that doesn't hold such text.
    package static func requireText(_ path: String, begunBy first: UInt8? = nil) throws {
        guard SystemPath.kind(path) == S_IFREG else { return }
        let descriptor = SystemPath.withBytes(path) { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
        // What may be written and not read can't be looked at.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: looked)
        let count = pread(descriptor, &bytes, looked, 0)
        guard count > 0 else { return }
        // No control characters but tab, line feed, carriage return and escape.
        if bytes[..<count].contains(where: { $0 < 0x20 && ![0x09, 0x0a, 0x0d, 0x1b].contains($0) }) {
            throw TacitError(
                .cannotCreate, file: path, "is there and no text: name another file, or remove this one first")
        }
        if let first, bytes[0] != first {
            throw TacitError(
                .cannotCreate, file: path,
                "is there and holds something else: name another file, or remove this one first")
        }
    }
}
