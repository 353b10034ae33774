import TacitDiagnostics
import TacitModelFile

/// A model ready to run: every tensor bound where it lies, its shape checked against the description.
///
/// Any number of sessions may share one model; nothing in it changes.
package final class Model: @unchecked Sendable {
    /// One transformer block: `x += attention(norm(x))`, then `x += feedForward(norm(x))`, or both of the same `x`;
    /// with norms around its parts `x += norm(attention(norm(x)))`, and so on.
    struct Block {
        /// How many patches attention sees at most.
        let window: Int
        /// Radians a position, `[rotaryWidth / 2]`: the first of the session's tables of angles or the second.
        let angleTable: Int
        /// Over `headWidth`, of each query head and each key head before they are rotated.
        let queryNorm: Norm?
        let keyNorm: Norm?
        /// Of what attention and the feed-forward part add to the stream.
        let attentionOutputNorm: Norm?
        let feedForwardOutputNorm: Norm?
        let attentionNorm: Norm
        /// `[(heads + 2 keyValueHeads) * headWidth, width]`
        let queryKeyValue: BoundMatrix
        /// `[width, heads * headWidth]`
        let attentionOutput: BoundMatrix
        let feedForwardNorm: Norm
        /// `[feedForwardInputWidth, width]`
        let feedForwardInput: BoundMatrix
        /// `[width, feedForwardWidth]`
        let feedForwardOutput: BoundMatrix
    }

    package let description: ModelDescription
    /// Elements of one flattened patch; for tokens, ids.
    let patchSize: Int

    /// Of the trunk's matrices and the one that labels are learned by, one after another.
    var encodings: [MatrixEncoding] {
        (blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.feedForwardInput, $0.feedForwardOutput] }
            + [learning].compactMap { $0 })
            .map(\.view.encoding)
    }

    /// Keeps the tensors' memory alive.
    private let source: any TensorSource

    /// `[patchHiddenWidth, patchSize]`
    let patchHidden: BoundMatrix?
    /// `[width, patchSize or patchHiddenWidth]`; nil for tokens.
    let patch: BoundMatrix?
    /// Each `[vocabulary, width]`.
    let codebooks: [UnsafePointer<Float>]
    /// `[window, width]`
    let positions: UnsafePointer<Float>?
    /// `[sinks, width]`: rows before a stream, if there are any.
    let sinks: UnsafePointer<Float>?
    /// Each `[rotaryWidth / 2]`: none, those of all layers, or those of the layers that see the whole context and those
    /// of the local ones.
    let rotaryFrequencies: [UnsafePointer<Float>]
    let blocks: [Block]
    /// What products of queries and keys are multiplied by.
    let attentionScale: Float
    let finalNorm: Norm
    let headNorm: Norm?
    /// `[labels, width]`; nil without labels.
    let head: BoundMatrix?
    /// `[learning width, layers * parts * width]`; nil where labels are learned by the head's input.
    let learning: BoundMatrix?

    /// Binds a model file.
    ///
    /// - Throws: `TacitError` (bad data) if a tensor is missing or of another shape than the description says.
    package convenience init(_ file: ModelFile) throws {
        try self.init(source: file)
    }

    /// Binds tensors from anywhere.
    ///
    /// - Throws: `TacitError` (bad data) as for a model file, and for a description that can't be.
    package init(source: any TensorSource) throws {
        let description = source.description
        let trunk = description.trunk
        try description.validate()
        let bind = Binder(source: source, description: description)
        let width = trunk.width

        patchSize = description.input.patchSize
        var patchInput = patchSize
        if case .tokens(let tokens) = description.input {
            patchHidden = nil
            patch = nil
            codebooks = try (0..<tokens.codebooks).map {
                try bind.vector(TensorName.codebook($0), [tokens.vocabulary, width])
            }
        } else {
            if description.patchHiddenWidth > 0 {
                patchHidden = try bind.floats(
                    TensorName.patchHidden, rows: description.patchHiddenWidth, columns: patchInput)
                patchInput = description.patchHiddenWidth
            } else {
                patchHidden = nil
            }
            patch = try bind.floats(TensorName.patch, rows: width, columns: patchInput)
            codebooks = []
        }

        positions =
            trunk.positions == .table
            ? try bind.vector(TensorName.positions, [description.input.window, width]) : nil
        sinks = description.sinks > 0 ? try bind.vector(TensorName.sinks, [description.sinks, width]) : nil
        let tables =
            trunk.positions != .rotary
            ? [] : [TensorName.rotaryFrequencies] + (trunk.hasLocalFrequencies ? [TensorName.localFrequencies] : [])
        rotaryFrequencies = try tables.map { try bind.vector($0, [trunk.rotaryWidth / 2]) }

        blocks = try (0..<trunk.layers).map { try bind.block($0) }
        attentionScale = trunk.attentionScale ?? 1 / Float(trunk.headWidth).squareRoot()
        finalNorm = try bind.norm(TensorName.finalNorm)
        headNorm = description.hasHeadNorm ? try bind.norm(TensorName.headNorm, .layer, 1e-5, over: width) : nil
        head =
            description.labels.isEmpty
            ? nil : try bind.floats(TensorName.head, rows: description.labels.count, columns: width)
        learning = try description.learning.map {
            try bind.matrix(TensorName.learning, rows: $0.width, columns: $0.inputWidth(trunkWidth: width))
        }
        self.description = description
        self.source = source
    }
}

/// Looks tensors up and checks their shapes.
private struct Binder {
    let source: any TensorSource
    let description: ModelDescription

    private var trunk: TrunkDescription { description.trunk }

    func block(_ layer: Int) throws -> Model.Block {
        let (width, window) = (trunk.width, description.input.window)
        let localWindow = trunk.localWindow(of: layer)
        return Model.Block(
            window: min(localWindow ?? window, window),
            angleTable: trunk.hasLocalFrequencies && localWindow != nil ? 1 : 0,
            queryNorm: try normOfHeads(TensorName.queryNorm(layer)),
            keyNorm: try normOfHeads(TensorName.keyNorm(layer)),
            attentionOutputNorm: try outputNorm(TensorName.attentionOutputNorm(layer)),
            feedForwardOutputNorm: try outputNorm(TensorName.feedForwardOutputNorm(layer)),
            attentionNorm: try norm(TensorName.attentionNorm(layer)),
            queryKeyValue: try matrix(
                TensorName.attentionQueryKeyValue(layer), rows: trunk.queryKeyValueWidth, columns: width),
            attentionOutput: try matrix(
                TensorName.attentionOutput(layer), rows: width, columns: trunk.heads * trunk.headWidth),
            feedForwardNorm: try norm(TensorName.feedForwardNorm(layer)),
            feedForwardInput: try matrix(
                TensorName.feedForwardInput(layer), rows: trunk.feedForwardInputWidth, columns: width),
            feedForwardOutput: try matrix(
                TensorName.feedForwardOutput(layer), rows: width, columns: trunk.feedForwardWidth))
    }

    private func normOfHeads(_ name: String) throws -> Norm? {
        trunk.normalizesHeads ? try norm(name, .rms, trunk.normEpsilon, over: trunk.headWidth) : nil
    }

    private func outputNorm(_ name: String) throws -> Norm? {
        trunk.normPlacement == .around ? try norm(name) : nil
    }

    /// One of the trunk's.
    func norm(_ name: String) throws -> Norm {
        try norm(name, trunk.norm, trunk.normEpsilon, over: trunk.width)
    }

    func norm(_ name: String, _ kind: TrunkDescription.Norm, _ epsilon: Float, over width: Int) throws -> Norm {
        Norm(
            kind: kind, epsilon: epsilon, width: width, weight: try vector("\(name).weight", [width]),
            bias: kind == .layer ? try vector("\(name).bias", [width]) : nil)
    }

    /// A matrix that is read from the activations as they are, and so is never quantized.
    func floats(_ name: String, rows: Int, columns: Int) throws -> BoundMatrix {
        let matrix = try matrix(name, rows: rows, columns: columns)
        let encoding = matrix.view.encoding
        guard encoding == .float32 || encoding == .float16 else {
            throw TacitError(.badData, place: name, "has \(encoding.bits) bits a weight, expected floats")
        }
        return matrix
    }

    func matrix(_ name: String, rows: Int, columns: Int) throws -> BoundMatrix {
        let view = try source.matrix(name)
        guard view.rows == rows, view.columns == columns else {
            throw TacitError(
                .badData, place: name, "is [\(view.rows), \(view.columns)], expected [\(rows), \(columns)]")
        }
        let format = MatrixFormat(encoding: view.encoding, hasBias: view.bias != nil)
        do {
            for tensor in try format.tensors(rows: rows, columns: columns) {
                let count = view.byteCount(of: tensor.role) ?? 0
                guard count == tensor.byteCount else {
                    throw TacitError(
                        .badData, "has \(count) bytes of \(tensor.role.rawValue), expected \(tensor.byteCount)")
                }
            }
        } catch let error as TacitError {
            throw TacitError(error.kind, place: name, error.reason)
        }
        return BoundMatrix(view)
    }

    func vector(_ name: String, _ shape: [Int]) throws -> UnsafePointer<Float> {
        let view = try source.vector(name)
        let count = shape.reduce(1, *)
        guard view.count == count, let base = view.baseAddress else {
            throw TacitError(.badData, place: name, "has \(view.count) elements, expected \(count)")
        }
        return base
    }
}
