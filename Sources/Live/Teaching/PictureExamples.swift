import TacitFrontEnd
import TacitLabelling
import TacitLearning
import TacitMedia
import TacitModelFile

/// Makes examples of pictures, as one model understands them.
final class PictureExamples {
    private let points: PointReader
    private let labeller: ImageLabeller
    private let keepsClips: Bool

    /// - Parameters:
    ///   - model: one of pictures.
    ///   - engine: threads and instruction set.
    ///   - keepsClips: whether an example keeps what it was made of.
    /// - Throws: `TacitError` as the engine does.
    init(_ model: LoadedModel, engine: EngineSettings, keepsClips: Bool) throws {
        self.keepsClips = keepsClips
        let description = model.model.description
        points = try PointReader(model, engine: engine, contexts: 1, rows: description.rowsAtOnce)
        labeller = try ImageLabeller(description, model: points.session)
    }

    /// A picture of any size, and copies of it.
    func example(of picture: PixelView, isBackground: Bool) -> Example {
        points.said.forget()
        var rows = row(of: picture)
        let told = isBackground ? points.said.labels : []
        let seen = labeller.seen
        let clip = Self.pixels(of: seen)
        for copy in PictureCopies.all(clip, width: seen.width, height: seen.height, channels: seen.channels) {
            copy.withUnsafeBufferPointer { pixels in
                guard let base = pixels.baseAddress else { return }
                rows += row(
                    of: PixelView(pixels: base, width: seen.width, height: seen.height, channels: seen.channels))
            }
        }
        return Example(
            rows: rows,
            clip: keepsClips
                ? .picture(pixels: clip, width: seen.width, height: seen.height, channels: seen.channels) : nil,
            said: told)
    }

    private func row(of picture: PixelView) -> [Float] {
        labeller.label(picture) { points.said.note($0) }
        return points.read()
    }

    private static func pixels(of view: PixelView) -> [UInt8] {
        (0..<view.height).flatMap { row in
            Array(
                UnsafeBufferPointer(
                    start: view.pixels + row * view.bytesPerRow, count: view.width * view.channels))
        }
    }
}
