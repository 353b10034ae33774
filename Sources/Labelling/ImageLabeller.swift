import TacitDiagnostics
import TacitFrontEnd
import TacitModelFile

/// Turns pictures into readings, each a context of its own. Times are counted in microseconds.
///
/// Nothing is allocated after the first picture of a size.
package final class ImageLabeller {
    /// Of the readings: times are in microseconds.
    package static let ticksPerSecond = 1_000_000

    private let frontEnd: ImageFrontEnd
    private let model: any PatchModel
    private let readOut: ReadOut

    /// - Parameters:
    ///   - description: of the model that `model` runs.
    ///   - model: with one context.
    /// - Throws: `TacitError` (bad data) for a model that is not of images.
    package init(_ description: ModelDescription, model: any PatchModel) throws {
        frontEnd = try ImageFrontEnd(description.input)
        self.model = model
        readOut = ReadOut(description)
    }

    /// Makes room for more labels, behind those that there are: the model has learned some meanwhile.
    package func grow(toLabels count: Int) { readOut.grow(toLabels: count) }

    /// What the model saw of the last picture; valid until the next.
    package var seen: PixelView { frontEnd.seen }

    /// - Parameters:
    ///   - picture: of any size.
    ///   - time: microseconds since the start of the stream.
    ///   - body: given what the model says, valid during the call.
    /// - Throws: what `body` throws.
    package func label(_ picture: PixelView, time: Int = 0, _ body: (Reading) throws -> Void) rethrows {
        let begun = Stopwatch.now
        frontEnd.take(picture)
        model.reset(context: 0)
        withUnsafePointer(to: 0) { context in
            model.push(
                patches: frontEnd.patches, count: frontEnd.patchCount,
                contexts: UnsafeBufferPointer(start: context, count: 1))
        }
        readOut.read(model, context: 0)
        try body(
            readOut.reading(
                start: time, end: time, sampleRate: Self.ticksPerSecond, inferenceSeconds: Stopwatch.now - begun))
    }
}
