import TacitDiagnostics
import TacitEngine
import TacitLive
import TacitMeasures
import TacitModelFile

/// A model's results for one context: those of its trunk at every patch, and its logits.
struct ModelOutputs {
    private let path: String
    private let count: Int
    private let width: Int
    private let labels: Int
    /// Of the model, and of its trunk alone.
    private let whole: Session
    private let trunk: Session

    /// - Parameters:
    ///   - file: the model.
    ///   - patches: of a context; no more than the model's window.
    ///   - engine: threads and instruction set.
    init(_ file: ModelFile, patches: Int, engine: EngineSettings) throws {
        func session(_ source: any TensorSource) throws -> Session {
            try Session(
                model: Model(source: source), maximumPatches: patches, threads: engine.threads,
                instructionSet: engine.instructionSet)
        }
        path = file.path
        count = patches
        width = file.description.trunk.width
        labels = file.description.labels.count
        whole = try session(file)
        trunk = try session(EveryPatch(file))
    }

    /// - Throws: `TacitError` (bad data) for results that are no numbers.
    func run(_ input: MadeUpPatches) throws -> (normed: [Float], logits: [Float]) {
        for session in [whole, trunk] {
            session.reset(context: 0)
            switch input {
            case .numbers(let patches):
                patches.withUnsafeBufferPointer {
                    if let base = $0.baseAddress { session.push(patches: base, count: count, context: 0) }
                }
            case .tokens(let tokens):
                try tokens.withUnsafeBufferPointer {
                    if let base = $0.baseAddress { try session.push(tokens: base, count: count, context: 0) }
                }
            }
        }
        var normed = [Float](repeating: 0, count: count * width)
        normed.withUnsafeMutableBufferPointer { trunk.readNormed(count: count, into: $0) }
        var logits = [Float](repeating: 0, count: labels)
        logits.withUnsafeMutableBufferPointer { whole.readLogits(context: 0, into: $0) }
        guard normed.allSatisfy(\.isFinite), logits.allSatisfy(\.isFinite) else { throw TacitError.noNumbers(path) }
        return (normed, logits)
    }
}

/// A model that reads all patches of a context: the engine computes no last hidden states that nobody reads.
private final class EveryPatch: TensorSource {
    private let file: ModelFile
    let description: ModelDescription

    init(_ file: ModelFile) {
        self.file = file
        var description = file.description
        description.pool = .mean
        self.description = description
    }

    func matrix(_ name: String) throws -> MatrixView { try file.matrix(name) }
    func vector(_ name: String) throws -> UnsafeBufferPointer<Float> { try file.vector(name) }
    func hasTensor(_ name: String) -> Bool { file.hasTensor(name) }
}
