import CTacitKernels
import TacitModelFile

extension Pass {
    /// Patches to rows of the residual stream: projection or codebooks, once for all contexts, then positions.
    func embed(_ thread: Int, _ crew: ThreadPool.Crew) {
        switch input {
        case .patches(let patches): project(patches, thread, crew)
        case .tokens(let tokens): lookUp(tokens, thread, crew)
        case .stream(let rows):
            take(rows, thread, crew)
            return
        case .sinks(let rows):
            take(rows, thread, crew)
            for row in crew.share(count, of: thread) { computeAngles(row: row, position: position(of: row)) }
            crew.wait()
            return
        case nil: return
        }
        crew.wait()
        let width = state.width16
        for row in crew.share(rows, of: thread) {
            let stream = state.stream + row * width
            stream.update(from: state.embedded + row % count * width, count: width)
            if let positions = model.positions {
                kernels.add(positions + position(of: row) * trunk.width, trunk.width, stream)
            }
            if state.anglesPass { computeAngles(row: row, position: position(of: row)) }
        }
        crew.wait()
    }

    /// Rows of the stream as they are; in a context that restarts its angles are there already.
    private func take(_ stream: UnsafePointer<Float>, _ thread: Int, _ crew: ThreadPool.Crew) {
        for row in crew.share(rows, of: thread) {
            (state.stream + row * state.width16).update(from: stream + row * trunk.width, count: trunk.width)
        }
        crew.wait()
    }

    /// Rotary angles of every position that a context can reach, where it ends, and of those that are the same for
    /// every stream.
    func prepareAngles() {
        state.sinks?.prepareAngles(model.rotaryFrequencies)
        guard !state.anglesPass else { return }
        for position in 0..<state.window { computeAngles(row: 0, position: position) }
    }

    private func computeAngles(row: Int, position: Int) {
        for (table, frequencies) in model.rotaryFrequencies.enumerated() {
            let angles = state.angles(row: row, position: position, table: table)
            tacit_rotary_angles(
                UInt64(position), frequencies, trunk.rotaryWidth / 2, angles.cosines, angles.sines)
        }
    }

    private func project(_ patches: UnsafePointer<Float>, _ thread: Int, _ crew: ThreadPool.Crew) {
        guard let patch = model.patch else { return }
        var rows = ProductRows(
            input: patches, inputStride: model.patchSize, output: state.embedded,
            outputStride: state.width16, count: count)
        if let hidden = model.patchHidden {
            rows.output = state.patchHidden
            rows.outputStride = state.hidden16
            hidden.multiply(rows, tiles: crew.share(hidden.tiles, of: thread), kernels)
            crew.wait()
            for row in crew.share(count, of: thread) {
                let line = state.patchHidden + row * state.hidden16
                kernels.gelu(line, nil, hidden.rows, line)
            }
            crew.wait()
            rows = ProductRows(
                input: state.patchHidden, inputStride: state.hidden16, output: state.embedded,
                outputStride: state.width16, count: count)
        }
        patch.multiply(rows, tiles: crew.share(patch.tiles, of: thread), kernels)
    }

    /// The sum of one row of each codebook. Ids have been checked.
    private func lookUp(_ tokens: UnsafePointer<Int32>, _ thread: Int, _ crew: ThreadPool.Crew) {
        let codebooks = model.codebooks
        for row in crew.share(count, of: thread) {
            let embedded = state.embedded + row * state.width16
            embedded.update(repeating: 0, count: state.width16)
            for (index, codebook) in codebooks.enumerated() {
                let id = Int(tokens[row * codebooks.count + index])
                kernels.add(codebook + id * trunk.width, trunk.width, embedded)
            }
        }
    }
}
