import CTacitKernels
import TacitModelFile

extension Pass {
    /// Keeps what all rows of the stream are behind a block, if labels are learned by it.
    ///
    /// - Parameters:
    ///   - layer: 1 behind the first block.
    ///   - thread: which of the crew it is.
    ///   - crew: shares the rows.
    func keep(layer: Int, _ thread: Int, _ crew: ThreadPool.Crew) {
        guard state.keptLayers != nil else { return }
        for row in crew.share(rows, of: thread) { keep(layer: layer, of: state.stream + row * state.width16, row: row) }
    }

    /// Keeps one row of a layer, if labels are learned by it: the last of each context stay.
    func keep(layer: Int, of values: UnsafePointer<Float>, row: Int) {
        guard let kept = state.keptLayers, let index = kept.numbers.firstIndex(of: layer) else { return }
        kept.row(index, context: context(of: row), position: position(of: row))
            .update(from: values, count: state.width16)
    }
}
