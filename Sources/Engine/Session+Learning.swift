import CTacitKernels
import TacitModelFile

extension Session {
    /// Elements of what labels are learned by.
    package var learningWidth: Int { model.description.learningWidth }

    /// Reads what labels are learned by: a vector of length 1, or of zeros where a context has no patches or there are no
    /// numbers in it. The same bits on every machine.
    ///
    /// - Parameters:
    ///   - context: which of those side by side.
    ///   - last: over how many of the last patches, 1 or more and at most the window; nil for all of it. A model that has no
    ///     matrix for it is read out as its head reads it.
    ///   - output: holds `learningWidth` elements. Of a model that has a matrix for it the session must have been made with
    ///     `learns`; of others it is the head's input.
    package func readLearning(context: Int, last: Int? = nil, into output: UnsafeMutableBufferPointer<Float>) {
        let width = learningWidth
        precondition(output.count >= width, "room for \(width) elements is needed")
        guard let base = output.baseAddress else { return }
        if let matrix = model.learning {
            guard let levels = state.levels else { preconditionFailure("the session was made without levels to learn by") }
            guard position(of: context) > 0 else { return base.update(repeating: 0, count: width) }
            levels.summarise(
                last: last ?? levels.window, context: context, positions: position(of: context),
                width: model.description.trunk.width, kernels)
            if matrix.readsLevels { matrix.quantize(levels.features, into: state.quantized, at: 0, kernels) }
            let rows = ProductRows(
                input: UnsafePointer(levels.features), inputStride: matrix.view.columns, quantized: state.quantized,
                output: levels.output, outputStride: matrix.paddedRows, count: 1)
            matrix.multiply(rows, tiles: 0..<matrix.tiles, kernels)
            base.update(from: levels.output, count: width)
        } else {
            readEmbedding(context: context, into: output)
        }
        Self.normalise(base, width)
    }

    private static func normalise(_ vector: UnsafeMutablePointer<Float>, _ count: Int) {
        var square = 0.0
        for element in 0..<count { square += Double(vector[element]) * Double(vector[element]) }
        let length = square.squareRoot()
        guard length.isFinite, length > 0 else { return vector.update(repeating: 0, count: count) }
        for element in 0..<count { vector[element] = Float(Double(vector[element]) / length) }
    }
}

extension ModelDescription {
    /// Elements of what labels are learned by.
    package var learningWidth: Int { learning?.width ?? trunk.width }
}
