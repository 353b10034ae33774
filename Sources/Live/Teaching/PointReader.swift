import TacitEngine
import TacitLabelling
import TacitModelFile

/// Reads where a model puts what it has just heard or seen, which is what labels are learned by, and notes what its own
/// labels say of it.
final class PointReader {
    let session: Session
    var said: SaidLabels
    private var point: [Float]

    /// - Parameters:
    ///   - model: to teach labels to.
    ///   - engine: threads and instruction set.
    ///   - contexts: streams side by side.
    ///   - rows: patches that go through at once at most.
    /// - Throws: `TacitError` as the engine does.
    init(_ model: LoadedModel, engine: EngineSettings, contexts: Int, rows: Int) throws {
        let description = model.model.description
        session = try model.session(contexts: contexts, rows: rows, engine: engine, learns: true)
        said = SaidLabels(description)
        point = [Float](repeating: 0, count: description.learningWidth)
    }

    /// Elements of a point.
    var width: Int { point.count }

    /// - Parameter last: so many patches, of a stream; nil for all of the context.
    func read(last: Int? = nil) -> [Float] {
        point.withUnsafeMutableBufferPointer { session.readLearning(context: 0, last: last, into: $0) }
        return point
    }
}
