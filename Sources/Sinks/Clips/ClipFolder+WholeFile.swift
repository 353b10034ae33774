import TacitDiagnostics

extension ClipFolder {
    /// Writes a file that is there whole or not at all.
    ///
    /// - Throws: `TacitError` (output).
    func write(_ name: String, _ bytes: UnsafeRawBufferPointer) throws {
        let file = try create(name)
        let failure = FileBytes.write(bytes, to: file)
        guard failure == 0 else {
            discard(name, file)
            throw TacitError.system(.cannotCreate, failure, file: "\(path)/\(name)")
        }
        guard keep(name, file) else {
            throw TacitError(.cannotCreate, file: "\(path)/\(name)", "it could not be kept")
        }
    }

    /// The name of the description beside a clip.
    static func description(of name: ClipFileName) -> String { name.stem + descriptionSuffix }
}
