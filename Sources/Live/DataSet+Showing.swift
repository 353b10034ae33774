import TacitDiagnostics
import TacitEvaluation
import TacitFrontEnd

/// Reading the examples of a set.
extension DataSet {
    /// What a model says of one of the set's examples.
    ///
    /// - Parameters:
    ///   - example: one of these.
    ///   - labeller: of the model.
    ///   - eachWindow: told of each of its windows; nil for none.
    /// - Throws: `TacitError` naming the example's file.
    @discardableResult
    package func show(
        _ example: Example, to labeller: FileLabeller, eachWindow: ((FileReading) -> Void)? = nil
    ) throws -> FileReading {
        guard let picture = example.picture, let pictures else {
            return try labeller.read(example.path, eachWindow: eachWindow)
        }
        return try pictures.pixels.withUnsafeBufferPointer { pixels in
            let start = picture * pictures.bytesPerPicture
            guard let base = pixels.baseAddress, start + pictures.bytesPerPicture <= pixels.count else {
                throw TacitError.badData(example.path, "no such picture")
            }
            let reading = try labeller.read(
                PixelView(
                    pixels: base + start, width: pictures.width, height: pictures.height,
                    channels: pictures.channels), path: example.path)
            eachWindow?(reading)
            return reading
        }
    }
}
