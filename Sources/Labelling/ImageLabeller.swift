import Glibc
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
    private var logits: UnsafeMutableBufferPointer<Float>
    private var scores: UnsafeMutableBufferPointer<Float>
    private let embedding: UnsafeMutableBufferPointer<Float>

    /// - Parameters:
    ///   - description: of the model that `model` runs.
    ///   - model: with one context.
    /// - Throws: `TacitError` (bad data) for a model that is not of images.
    package init(_ description: ModelDescription, model: any PatchModel) throws {
        frontEnd = try ImageFrontEnd(description.input)
        self.model = model
        logits = .allocate(capacity: description.labels.count)
        logits.initialize(repeating: 0)
        scores = .allocate(capacity: description.labels.count)
        scores.initialize(repeating: 0)
        embedding = .allocate(capacity: description.trunk.width)
        embedding.initialize(repeating: 0)
    }

    deinit {
        logits.deallocate()
        scores.deallocate()
        embedding.deallocate()
    }

    /// Makes room for more labels, behind those that there are: the model has learned some meanwhile.
    package func grow(toLabels count: Int) {
        logits = logits.grown(to: count)
        scores = scores.grown(to: count)
    }

    /// What the model saw of the last picture; valid until the next.
    package var seen: PixelView { frontEnd.seen }

    /// - Parameters:
    ///   - picture: of any size.
    ///   - time: microseconds since the start of the stream.
    ///   - body: given what the model says, valid during the call.
    /// - Throws: what `body` throws.
    package func label(_ picture: PixelView, time: Int = 0, _ body: (Reading) throws -> Void) rethrows {
        let begun = Self.now()
        frontEnd.take(picture)
        model.reset(context: 0)
        withUnsafePointer(to: 0) { context in
            model.push(
                patches: frontEnd.patches, count: frontEnd.patchCount,
                contexts: UnsafeBufferPointer(start: context, count: 1))
        }
        model.readEmbedding(context: 0, into: embedding)
        if !logits.isEmpty {
            model.readLogits(context: 0, into: logits)
            model.applyScores(UnsafeBufferPointer(logits), into: scores)
        }
        try body(
            Reading(
                start: time, end: time, sampleRate: Self.ticksPerSecond, logits: UnsafeBufferPointer(logits),
                scores: UnsafeBufferPointer(scores), embedding: UnsafeBufferPointer(embedding),
                inferenceSeconds: Self.now() - begun))
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
