import CTacitKernels
import TacitModelFile

extension Session {
    /// Elements of what labels are learned by.
    package var learningWidth: Int { model.description.learningWidth }

    /// Reads what labels are learned by: a vector of length 1, or of zeros where a context has no patches or there are
    /// no numbers in it. The same bits on every machine, alone or with another.
    ///
    /// - Parameters:
    ///   - context: which of those side by side.
    ///   - last: over how many of the last patches, 1 or more and at most the window; nil for all of it. A model that
    ///     has no matrix for it is read out as its head reads it.
    ///   - shorter: over how many of the last, likewise, it is read out besides; nil for no second reading.
    ///   - output: `[1 or 2][learningWidth]`, what `shorter` gives behind the other. Of a model that has a matrix for
    ///     it the session must have been made with `learns`; of others it is the head's input.
    package func readLearning(
        context: Int, last: Int? = nil, and shorter: Int? = nil, into output: UnsafeMutableBufferPointer<Float>
    ) {
        let width = learningWidth
        let count = shorter == nil ? 1 : KeptLayers.readings
        precondition(output.count >= count * width, "room for \(count * width) elements is needed")
        guard let base = output.baseAddress else { return }
        guard let matrix = model.learning else {
            for reading in 0..<count {
                readEmbedding(
                    context: context, into: UnsafeMutableBufferPointer(rebasing: output[(reading * width)...]))
                Self.normalise(base + reading * width, width)
            }
            return
        }
        guard let kept = state.keptLayers else {
            preconditionFailure("the session was made without layers to learn by")
        }
        guard position(of: context) > 0 else { return base.update(repeating: 0, count: count * width) }
        for reading in 0..<count {
            kept.summarise(
                reading, last: (reading == 0 ? last : shorter) ?? kept.window, context: context,
                positions: position(of: context), width: model.description.trunk.width, kernels)
            guard matrix.readsLevels else { continue }
            matrix.quantize(
                kept.features + reading * kept.featureStride, into: state.quantized, at: reading, kernels)
        }
        let rows = ProductRows(
            input: UnsafePointer(kept.features), inputStride: kept.featureStride, quantized: state.quantized,
            output: kept.output, outputStride: kept.outputStride, count: count)
        matrix.multiply(rows, tiles: 0..<matrix.tiles, kernels)
        for reading in 0..<count {
            (base + reading * width).update(from: kept.output + reading * kept.outputStride, count: width)
            Self.normalise(base + reading * width, width)
        }
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
