extension Session {
    /// Takes rows of the residual stream through the blocks, every context from its beginning: nothing is embedded, no
    /// positions are added. For measuring a trunk block by block; the model pools by mean, in contexts that restart.
    ///
    /// - Parameters:
    ///   - stream: `[contexts][count][width]`, replaced by what the last block leaves.
    ///   - count: rows of each context, which all go through at once.
    ///   - normed: `[contexts][count][width]`, written: the final norm of these.
    package func transform(
        stream: UnsafeMutableBufferPointer<Float>, count: Int, normed: UnsafeMutableBufferPointer<Float>
    ) {
        let (description, rows) = (model.description, contexts * count)
        let width = description.trunk.width
        precondition(description.pool == .mean && description.context == .restart && rows <= state.rows)
        precondition(count <= state.window && stream.count == rows * width && normed.count == rows * width)
        guard count > 0, let stream = stream.baseAddress, let normed = normed.baseAddress else { return }
        for context in 0..<contexts { reset(context: context) }
        let all = Array(0..<contexts)
        all.withUnsafeBufferPointer {
            pass.count = count
            pass.contexts = $0
            pass.input = .stream(UnsafePointer(stream))
            threadPool.run(pass)
        }
        for row in 0..<rows {
            (stream + row * width).update(from: state.stream + row * state.width16, count: width)
            (normed + row * width).update(from: state.normed + row * state.width16, count: width)
        }
    }

    /// Does the same with a trunk of one block, and keeps the rows that its matrices were multiplied by, as they were
    /// before their rounding to 8 bits.
    ///
    /// - Parameters:
    ///   - stream: `[contexts][count][width]`, replaced by what the block leaves.
    ///   - count: rows of each context, which all go through at once.
    ///   - normed: `[contexts][count][width]`, written: the final norm of these.
    ///   - inputs: written.
    package func transform(
        stream: UnsafeMutableBufferPointer<Float>, count: Int, normed: UnsafeMutableBufferPointer<Float>,
        keeping inputs: inout ProductInputs
    ) {
        let (trunk, rows) = (model.description.trunk, contexts * count)
        precondition(trunk.layers == 1)
        let attendedWidth = trunk.heads * trunk.headWidth
        inputs = ProductInputs(
            queryKeyValue: [Float](repeating: 0, count: rows * trunk.width),
            attentionOutput: [Float](repeating: 0, count: rows * attendedWidth),
            feedForwardInput: [Float](repeating: 0, count: rows * trunk.width),
            feedForwardOutput: [Float](repeating: 0, count: rows * trunk.feedForwardWidth))
        inputs.queryKeyValue.withUnsafeMutableBufferPointer { attention in
            inputs.feedForwardInput.withUnsafeMutableBufferPointer { feedForward in
                guard let attention = attention.baseAddress, let feedForward = feedForward.baseAddress else { return }
                pass.keptNorms = (attention, feedForward)
                transform(stream: stream, count: count, normed: normed)
                pass.keptNorms = nil
            }
        }
        // These two are still where the products found them.
        for row in 0..<rows {
            for column in 0..<attendedWidth {
                inputs.attentionOutput[row * attendedWidth + column] = state.attended[row * state.attended16 + column]
            }
            for column in 0..<trunk.feedForwardWidth {
                inputs.feedForwardOutput[row * trunk.feedForwardWidth + column] =
                    state.feedForward[row * state.feedForward16 + column]
            }
        }
    }

    /// Reads the final norm of each row of the last push to context 0, all of which went through at once. The model
    /// pools by mean.
    ///
    /// - Parameters:
    ///   - count: rows of that push.
    ///   - output: `[count][width]`.
    package func readNormed(count: Int, into output: UnsafeMutableBufferPointer<Float>) {
        let width = model.description.trunk.width
        let isSliding = model.description.context == .sliding
        precondition(model.description.pool == .mean)
        precondition(count <= state.rows && output.count == count * width)
        guard let output = output.baseAddress else { return }
        for row in 0..<count {
            let slot = (state.positions[0] - count + row) % state.slots
            let normed = isSliding ? state.recent + slot * state.width16 : state.normed + row * state.width16
            (output + row * width).update(from: normed, count: width)
        }
    }
}
