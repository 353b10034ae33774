import TacitDiagnostics
import TacitModelFile

/// A model ready to run: every tensor bound where it lies, its shape checked against the description.
///
/// Any number of sessions may share one model; nothing in it changes.
package final class Model: @unchecked Sendable {
    /// One transformer block: `x += attention(norm(x))`, then `x += feedForward(norm(x))`.
    struct Block {
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

    /// The most planes that one of the matrices has; 0 for floats alone.
    var planes: Int {
        (blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.feedForwardInput, $0.feedForwardOutput] }
            + [learning].compactMap { $0 })
            .map(\.view.encoding.planes).max() ?? 0
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
    /// `[rotaryWidth / 2]`
    let rotaryFrequencies: UnsafePointer<Float>?
    let blocks: [Block]
    let finalNorm: Norm
    let headNorm: Norm?
    /// `[labels, width]`; nil without labels.
    let head: BoundMatrix?
    /// `[learning width, levels * 2 * width]`; nil where labels are learned by the head's input.
    let learning: BoundMatrix?

    /// Binds a model file.
    ///
    /// Throws `TacitError` (`badData`) if a tensor is missing or of another shape than the description says.
    package convenience init(_ file: ModelFile) throws {
        try self.init(source: file)
    }

    /// Binds tensors from anywhere.
    package init(source: any TensorSource) throws {
        let description = source.description
        let trunk = description.trunk
        try description.validate()
        let bind = Binder(source: source)
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
        rotaryFrequencies =
            trunk.positions == .rotary
            ? try bind.vector(TensorName.rotaryFrequencies, [trunk.rotaryWidth / 2]) : nil

        func norm(_ name: String, _ kind: TrunkDescription.Norm, _ epsilon: Float) throws -> Norm {
            Norm(
                kind: kind, epsilon: epsilon, width: width, weight: try bind.vector("\(name).weight", [width]),
                bias: kind == .layer ? try bind.vector("\(name).bias", [width]) : nil)
        }
        let attended = trunk.heads * trunk.headWidth
        blocks = try (0..<trunk.layers).map { layer in
            Block(
                attentionNorm: try norm(TensorName.attentionNorm(layer), trunk.norm, trunk.normEpsilon),
                queryKeyValue: try bind.matrix(
                    TensorName.attentionQueryKeyValue(layer), rows: trunk.queryKeyValueWidth, columns: width),
                attentionOutput: try bind.matrix(
                    TensorName.attentionOutput(layer), rows: width, columns: attended),
                feedForwardNorm: try norm(TensorName.feedForwardNorm(layer), trunk.norm, trunk.normEpsilon),
                feedForwardInput: try bind.matrix(
                    TensorName.feedForwardInput(layer), rows: trunk.feedForwardInputWidth, columns: width),
                feedForwardOutput: try bind.matrix(
                    TensorName.feedForwardOutput(layer), rows: width, columns: trunk.feedForwardWidth))
        }
        finalNorm = try norm(TensorName.finalNorm, trunk.norm, trunk.normEpsilon)
        headNorm = description.hasHeadNorm ? try norm(TensorName.headNorm, .layer, 1e-5) : nil
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

    /// A matrix that is read from the activations as they are, and so is never quantized.
    func floats(_ name: String, rows: Int, columns: Int) throws -> BoundMatrix {
        let matrix = try matrix(name, rows: rows, columns: columns)
        guard matrix.view.encoding == .float32 else {
            throw TacitError(.badData, place: name, "has \(matrix.view.encoding.bits) bits a weight, expected float32")
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
