import CTacitKernels
import TacitModelFile

/// One chunk of patches on its way through the trunk: `count` successive patches of each of `contexts.count` contexts,
/// as rows `[context][patch]` of every product.
///
/// All threads run `perform` together and meet between its phases. Each output element is computed whole by one of
/// them, in one order of summation, so results depend neither on the number of threads nor on what else is in the pass.
final class Pass: ParallelWork {
    enum Input {
        /// `[count][patchSize]`
        case patches(UnsafePointer<Float>)
        /// `[count][codebooks]`
        case tokens(UnsafePointer<Int32>)
        /// `[contexts][count][width]`: rows of the residual stream itself.
        case stream(UnsafePointer<Float>)
        /// `[count][width]`: the model's sinks, which attend to one another alone.
        case sinks(UnsafePointer<Float>)
    }

    let model: Model
    let trunk: TrunkDescription
    let state: State
    let kernels: tacit_kernels

    var input: Input?
    /// Patches to each context.
    var count = 0
    /// The contexts' indices, all different.
    var contexts = UnsafeBufferPointer<Int>(start: nil, count: 0)
    /// Where the rows go that a block's first products read, for who looks into a trunk of one block; mostly nowhere.
    var keptNorms: (attention: UnsafeMutablePointer<Float>, feedForward: UnsafeMutablePointer<Float>)?

    init(model: Model, state: State, kernels: tacit_kernels) {
        self.model = model
        trunk = model.description.trunk
        self.state = state
        self.kernels = kernels
    }

    /// What patches attend to before their windows; nil while that is being found out.
    var sinks: AttentionSinks? {
        if case .sinks = input { nil } else { state.sinks }
    }

    var rows: Int { count * contexts.count }

    /// The context a row belongs to.
    func context(of row: Int) -> Int { contexts[row / count] }
    /// A row's position in its context.
    func position(of row: Int) -> Int { state.positions[context(of: row)] + row % count }

    /// Rows a phase works on: all of them, or the last of each context.
    struct Selection {
        var first: Int
        var step: Int
        var count: Int

        /// The row of the activation buffers that stands at `index` of the selection.
        func row(_ index: Int) -> Int { first + index * step }
    }

    func perform(thread: Int, crew: ThreadPool.Crew) {
        embed(thread, crew)
        let all = Selection(first: 0, step: 1, count: rows)
        // With pooling at the last patch, nothing after the last keys and values is read but the last rows.
        let read =
            model.description.pool == .last && state.keptLayers == nil
            ? Selection(first: count - 1, step: count, count: contexts.count) : all
        for (layer, block) in model.blocks.enumerated() {
            let selection = layer == model.blocks.count - 1 ? read : all
            normalise(
                block.attentionNorm, for: block.queryKeyValue, all, thread, crew, keeping: keptNorms?.attention)
            crew.wait()
            multiply(
                block.queryKeyValue, state.normed, state.width16, into: state.queryKeyValue,
                state.queryKeyValue16, all, thread, crew)
            crew.wait()
            storeKeysAndValues(layer, thread, crew)
            crew.wait()
            attend(layer, selection, thread, crew)
            crew.wait()
            // In parallel, the feed-forward part must read the stream before attention's output changes it.
            switch trunk.residual {
            case .sequential:
                addAttention(block, selection, thread, crew)
                addFeedForward(block, selection, thread, crew)
            case .parallel:
                addFeedForward(block, selection, thread, crew)
                addAttention(block, selection, thread, crew)
            }
            if layer < model.blocks.count - 1 { keep(layer: layer + 1, thread, crew) }
        }
        pool(read, thread, crew)
    }

    /// Adds attention's output, of what `attend` has left, to the stream.
    private func addAttention(
        _ block: Model.Block, _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew
    ) {
        if block.attentionOutput.readsLevels {
            for index in crew.share(selection.count, of: thread) {
                quantize(state.attended + selection.row(index) * state.attended16, block.attentionOutput, index)
            }
            crew.wait()
        }
        add(
            block.attentionOutput, state.attended, state.attended16, through: block.attentionOutputNorm, selection,
            thread, crew)
    }

    /// Adds the feed-forward part's output to the stream.
    private func addFeedForward(
        _ block: Model.Block, _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew
    ) {
        normalise(
            block.feedForwardNorm, for: block.feedForwardInput, selection, thread, crew, keeping: keptNorms?.feedForward
        )
        crew.wait()
        multiply(
            block.feedForwardInput, state.normed, state.width16, into: state.feedForward, state.feedForward16,
            selection, thread, crew)
        crew.wait()
        activate(block.feedForwardOutput, selection, thread, crew)
        crew.wait()
        add(
            block.feedForwardOutput, state.feedForward, state.feedForward16, through: block.feedForwardOutputNorm,
            selection, thread, crew)
    }

    /// A product of rows, or its norm, added to the stream.
    private func add(
        _ matrix: BoundMatrix, _ input: UnsafeMutablePointer<Float>, _ inputStride: Int, through norm: Norm?,
        _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew
    ) {
        guard let norm else {
            multiply(
                matrix, input, inputStride, into: state.stream, state.width16, accumulating: true, selection, thread,
                crew)
            crew.wait()
            return
        }
        // What `normed` held has been read by then.
        multiply(matrix, input, inputStride, into: state.normed, state.width16, selection, thread, crew)
        crew.wait()
        for index in crew.share(selection.count, of: thread) {
            let offset = selection.row(index) * state.width16
            norm.apply(state.normed + offset, state.normed + offset, kernels)
            kernels.add(state.normed + offset, trunk.width, state.stream + offset)
        }
        crew.wait()
    }

    /// A norm of each row, in 8 bits too where the matrix that reads it wants that.
    private func normalise(
        _ norm: Norm, for matrix: BoundMatrix, _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew,
        keeping kept: UnsafeMutablePointer<Float>?
    ) {
        for index in crew.share(selection.count, of: thread) {
            let row = selection.row(index)
            let normed = state.normed + row * state.width16
            norm.apply(state.stream + row * state.width16, normed, kernels)
            if let kept { (kept + row * trunk.width).update(from: normed, count: trunk.width) }
            if matrix.readsLevels { quantize(normed, matrix, index) }
        }
    }

    /// The feed-forward part's non-linearity, in place.
    private func activate(
        _ next: BoundMatrix, _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew
    ) {
        let width = trunk.feedForwardWidth
        for index in crew.share(selection.count, of: thread) {
            let hidden = state.feedForward + selection.row(index) * state.feedForward16
            let up = trunk.isGated ? UnsafePointer(hidden + width) : nil
            switch trunk.activation {
            case .geluTanh: kernels.gelu(hidden, up, width, hidden)
            case .silu: kernels.silu(hidden, up, width, hidden)
            case .gelu: kernels.gelu_exact(hidden, up, width, hidden)
            case .relu: kernels.relu(hidden, up, width, hidden)
            }
            if next.readsLevels { quantize(hidden, next, index) }
        }
    }

    /// Quantizes one row as input of a matrix; `index` counts within the selection.
    private func quantize(_ row: UnsafePointer<Float>, _ matrix: BoundMatrix, _ index: Int) {
        matrix.quantize(row, into: state.quantized, at: index, kernels)
    }

    private func multiply(
        _ matrix: BoundMatrix, _ input: UnsafeMutablePointer<Float>, _ inputStride: Int,
        into output: UnsafeMutablePointer<Float>, _ outputStride: Int, accumulating: Bool = false,
        _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew
    ) {
        let rows = ProductRows(
            input: input + selection.first * inputStride, inputStride: selection.step * inputStride,
            quantized: state.quantized, output: output + selection.first * outputStride,
            outputStride: selection.step * outputStride,
            accumulates: accumulating, count: selection.count)
        matrix.multiply(rows, tiles: crew.share(matrix.tiles, of: thread), kernels)
    }
}
