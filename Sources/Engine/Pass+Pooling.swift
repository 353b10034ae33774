import CTacitKernels
import TacitModelFile

extension Pass {
    /// The final norm of the rows that are read, kept for reading: the last, a running sum, or the last ones.
    func pool(_ selection: Selection, _ thread: Int, _ crew: ThreadPool.Crew) {
        let width = state.width16
        let isSliding = model.description.context == .sliding
        for index in crew.share(selection.count, of: thread) {
            let row = selection.row(index)
            let output: UnsafeMutablePointer<Float>
            switch (model.description.pool, isSliding) {
            case (.last, _):
                // Rows before the last are there to be learned by alone.
                output = row % count == count - 1 ? state.pooled + context(of: row) * width : state.normed + row * width
            case (.mean, true):
                let slot = context(of: row) * state.slots + position(of: row) % state.slots
                output = state.recent + slot * width
            case (.mean, false):
                output = state.normed + row * width
            }
            model.finalNorm.apply(state.stream + row * width, output, kernels)
            keep(layer: trunk.layers, of: output, row: row)
        }
        guard model.description.pool == .mean, !isSliding else { return }
        crew.wait()
        // In order of position, each context by one thread.
        for index in crew.share(contexts.count, of: thread) {
            let sum = state.pooled + contexts[index] * width
            for row in index * count..<(index + 1) * count {
                kernels.add(state.normed + row * width, trunk.width, sum)
            }
        }
    }
}
