import CTacitKernels
import TacitModelFile

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

    /// Normalises and rotates queries and keys, and puts keys and values into the rings: head by head, so that a ring's
    /// lines stay in the cache while several patches go into them.
    func storeKeysAndValues(_ layer: Int, _ thread: Int, _ crew: ThreadPool.Crew) {
        let block = model.blocks[layer]
        let width = trunk.headWidth
        let queryHeads = trunk.heads / trunk.keyValueHeads
        let blocks = (count + State.storedTogether - 1) / State.storedTogether
        let sinks = sinks
        for item in crew.share(contexts.count * blocks * trunk.keyValueHeads, of: thread) {
            let (place, head) = item.quotientAndRemainder(dividingBy: trunk.keyValueHeads)
            let (index, part) = place.quotientAndRemainder(dividingBy: blocks)
            let first = part * State.storedTogether
            let rows = min(State.storedTogether, count - first)
            let row = index * count + first
            let start = state.queryKeyValue + row * state.queryKeyValue16
            let newKeys = start + (trunk.heads + head) * width
            let newValues = newKeys + trunk.keyValueHeads * width
            if let queryNorm = block.queryNorm, let keyNorm = block.keyNorm {
                for line in 0..<rows {
                    let queries = start + line * state.queryKeyValue16 + head * queryHeads * width
                    for query in 0..<queryHeads {
                        queryNorm.apply(queries + query * width, queries + query * width, kernels)
                    }
                    let key = newKeys + line * state.queryKeyValue16
                    keyNorm.apply(key, key, kernels)
                }
            }
            if trunk.positions == .rotary {
                sinks?.rotate(
                    from: start + head * queryHeads * width, stride: state.queryKeyValue16, rows: rows,
                    position: position(of: row), row: row, head: head * queryHeads, heads: queryHeads, block, kernels)
                let angles = state.angles(row: row, position: position(of: row), table: block.angleTable)
                let half = trunk.rotaryWidth / 2
                kernels.rotate(
                    start + head * queryHeads * width, state.queryKeyValue16, rows, queryHeads, width, half,
                    angles.cosines, angles.sines, state.half16)
                kernels.rotate(
                    newKeys, state.queryKeyValue16, rows, 1, width, half, angles.cosines, angles.sines, state.half16)
            }
            let slot = position(of: row) % state.slots
            let (ringKeys, ringValues) = (keys(contexts[index], layer, head), values(contexts[index], layer, head))
            // Round the ring: up to its end, then from its start.
            let before = min(rows, state.slots - slot)
            kernels.store(
                newKeys, newValues, state.queryKeyValue16, before, width, slot, state.slots, ringKeys, ringValues)
            if before < rows {
                let passed = before * state.queryKeyValue16
                kernels.store(
                    newKeys + passed, newValues + passed, state.queryKeyValue16, rows - before, width, 0, state.slots,
                    ringKeys, ringValues)
            }
        }
    }

    /// Keeps what the model's sinks have left in the ring of context 0.
    func keepSinks() {
        guard let sinks = state.sinks else { return }
        for layer in 0..<trunk.layers {
            for head in 0..<trunk.keyValueHeads {
                sinks.take(
                    layer: layer, head: head, keys(0, layer, head), values(0, layer, head), slots: state.slots)
            }
        }
    }

    /// Each query over the patches it may see: itself and up to `window - 1` before it, or the whole context. Queries
    /// of successive patches go four at a time, so that keys and values are read once for all of them.
    func attend(_ layer: Int, _ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew) {
        let scores = state.scores + thread * 4 * state.scoreStride
        let isWhole = selection.step == 1
        let blocks = isWhole ? (count + 3) / 4 : 1
        let sinks = sinks
        for item in crew.share(contexts.count * blocks * trunk.heads, of: thread) {
            let (block, head) = item.quotientAndRemainder(dividingBy: trunk.heads)
            let (context, part) = block.quotientAndRemainder(dividingBy: blocks)
            let first = isWhole ? part * 4 : count - 1
            attend(layer, head, context * count + first, min(4, count - first), sinks, scores)
        }
    }

    /// One head's queries of `rows` successive patches of one context, the first at row `row`.
    private func attend(
        _ layer: Int, _ head: Int, _ row: Int, _ rows: Int, _ sinks: AttentionSinks?,
        _ scores: UnsafeMutablePointer<Float>
    ) {
        let width = trunk.headWidth
        let keyValueHead = head / (trunk.heads / trunk.keyValueHeads)
        let context = context(of: row)
        let window = model.blocks[layer].window
        let (oldest, _) = seen(from: row, window)
        func view(_ index: Int) -> (offset: Int, count: Int) {
            let (first, count) = seen(from: row + min(index, rows - 1), window)
            return (first - oldest, count)
        }
        let views = (view(0), view(1), view(2), view(3))
        var attention = tacit_attention(
            query: state.queryKeyValue + row * state.queryKeyValue16 + head * width,
            query_stride: state.queryKeyValue16, rows: rows, keys: keys(context, layer, keyValueHead),
            values: values(context, layer, keyValueHead), slots: state.slots, first: oldest % state.slots,
            offset: (views.0.offset, views.1.offset, views.2.offset, views.3.offset),
            count: (views.0.count, views.1.count, views.2.count, views.3.count), head_width: width,
            scale: model.attentionScale, scores: scores, score_stride: state.scoreStride,
            output: state.attended + row * state.attended16 + head * width, output_stride: state.attended16,
            sinks: 0, sink_query: nil, sink_query_stride: 0, sink_keys: nil, sink_values: nil)
        if let sinks {
            attention.sinks = sinks.count
            if trunk.positions == .rotary {
                attention.sink_query = UnsafePointer(sinks.queries + row * sinks.queryStride + head * width)
                attention.sink_query_stride = sinks.queryStride
            } else {
                (attention.sink_query, attention.sink_query_stride) = (attention.query, attention.query_stride)
            }
            attention.sink_keys = UnsafePointer(sinks.keys(layer, keyValueHead))
            attention.sink_values = UnsafePointer(sinks.values(layer, keyValueHead))
        }
        kernels.attend(&attention)
    }

    /// The oldest position that a row's patch attends to in a layer that sees so many, and how many from there on.
    private func seen(from row: Int, _ window: Int) -> (oldest: Int, count: Int) {
        let newest =
            model.description.attention == .full
            ? state.positions[context(of: row)] + count - 1 : position(of: row)
        let count = min(newest + 1, window)
        return (newest + 1 - count, count)
    }
}
