import CKernels
import ModelFile

extension Pass {
    /// The first key of a head's ring.
    private func keys(_ context: Int, _ layer: Int, _ head: Int) -> UnsafeMutablePointer<Float> {
        let index = (context * trunk.layers + layer) * trunk.keyValueHeads + head
        return state.keys + index * state.slots * trunk.headWidth
    }

    private func values(_ context: Int, _ layer: Int, _ head: Int) -> UnsafeMutablePointer<Float> {
        let index = (context * trunk.layers + layer) * trunk.keyValueHeads + head
        return state.values + index * state.slots * state.headTiles * 16
    }

    /// Rotates queries and keys and puts keys and values into the rings.
    func storeKeysAndValues(_ layer: Int, _ thread: Int, _ crew: ThreadPool.Crew) {
        let width = trunk.headWidth
        for row in crew.share(rows, of: thread) {
            let queries = state.queryKeyValue + row * state.queryKeyValue16
            let newKeys = queries + trunk.heads * width
            let newValues = newKeys + trunk.keyValueHeads * width
            if trunk.positions == .rotary {
                kernels.rotate(
                    queries, trunk.heads + trunk.keyValueHeads, width, trunk.rotaryWidth / 2,
                    state.cosines + row * state.half16, state.sines + row * state.half16)
            }
            let context = context(of: row)
            let slot = position(of: row) % state.slots
            for head in 0..<trunk.keyValueHeads {
                kernels.store(
                    newKeys + head * width, newValues + head * width, width, slot, state.slots,
                    keys(context, layer, head), values(context, layer, head))
            }
        }
    }

    /// Each query over the patches it may see: itself and up to `window - 1` before it, or the whole context.
    func attend(_ layer: Int, _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew) {
        let width = trunk.headWidth
        let group = trunk.heads / trunk.keyValueHeads
        let isFull = model.description.attention == .full
        let scale = 1 / Float(width).squareRoot()
        let scores = state.scores + thread * state.scoreStride
        for item in crew.share(selection.count * trunk.heads, of: thread) {
            let row = selection.row(item / trunk.heads)
            let head = item % trunk.heads
            let context = context(of: row)
            let newest = isFull ? state.positions[context] + count - 1 : position(of: row)
            let seen = min(newest + 1, state.window)
            var attention = tacit_attention(
                query: state.queryKeyValue + row * state.queryKeyValue16 + head * width,
                keys: keys(context, layer, head / group), values: values(context, layer, head / group),
                slots: state.slots, first: (newest + 1 - seen) % state.slots, count: seen, head_width: width,
                scale: scale, scores: scores,
                output: state.attended + row * state.attended16 + head * width)
            kernels.attend(&attention)
        }
    }
}
