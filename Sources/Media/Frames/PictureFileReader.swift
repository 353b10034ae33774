import TacitDiagnostics

/// Reads picture files, one after another, into one frame.
package final class PictureFileReader {
    /// Larger files are refused before memory is taken.
    package static let maximumBytes = 256 << 20

    /// The last picture read.
    package let frame = FrameBuffer()
    private let contents = FileContents()
    private let decoder: PictureDecoder

    package init() throws { decoder = try PictureDecoder() }

    /// - Throws: `TacitError` naming the file: no input for what is absent, unreadable, or neither a file nor a pipe;
    ///   bad data for what is no whole picture of a sensible size.
    package func read(_ path: String) throws {
        let bytes: UnsafeRawBufferPointer
        do {
            bytes = try contents.read(path, expected: "a picture", maximumBytes: Self.maximumBytes)
        } catch {
            // Why a folder has none is told better than that it is one.
            if path != StandardInput.path, PictureFiles.isFolder(path) { _ = try PictureFiles.inFolder(path) }
            throw error
        }
        do {
            try decoder.decode(bytes, into: frame)
        } catch let error as TacitError {
            throw error.inFile(StandardInput.shownName(path))
        }
    }
}
