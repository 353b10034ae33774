import CTacitKernels
import TacitModelFile

extension Pass {
    /// Keeps what all rows of the stream are behind a block, if labels are learned by it.
    ///
    /// - Parameters:
    ///   - level: 1 behind the first block.
    ///   - thread: which of the crew it is.
    ///   - crew: shares the rows.
    func keep(level: Int, _ thread: Int, _ crew: ThreadPool.Crew) {
        guard state.levels != nil else { return }
        for row in crew.share(rows, of: thread) { keep(level: level, of: state.stream + row * state.width16, row: row) }
    }

    /// Keeps one row of a level, if labels are learned by it: the last of each context stay.
    func keep(level: Int, of values: UnsafePointer<Float>, row: Int) {
        guard let levels = state.levels, let index = levels.numbers.firstIndex(of: level) else { return }
        levels.row(index, context: context(of: row), position: position(of: row))
            .update(from: values, count: state.width16)
    }
}
