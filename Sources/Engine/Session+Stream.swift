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
            pool.run(pass)
        }
        for row in 0..<rows {
            (stream + row * width).update(from: state.stream + row * state.width16, count: width)
            (normed + row * width).update(from: state.normed + row * state.width16, count: width)
        }
    }
}

extension Session {
    /// Reads the final norm of each row of the last push to context 0, all of which went through at once. The model pools
    /// by mean, in contexts that restart.
    ///
    /// - Parameters:
    ///   - count: rows of that push.
    ///   - output: `[count][width]`.
    package func readNormed(count: Int, into output: UnsafeMutableBufferPointer<Float>) {
        let width = model.description.trunk.width
        precondition(model.description.pool == .mean && model.description.context == .restart)
        precondition(count <= state.rows && output.count == count * width)
        guard let output = output.baseAddress else { return }
        for row in 0..<count {
            (output + row * width).update(from: state.normed + row * state.width16, count: width)
        }
    }
}
