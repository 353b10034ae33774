import CTacitKernels
import TacitDiagnostics
import TacitModelFile

/// One model's running state: contexts side by side, their caches, and every buffer, made once.
///
/// Patches are pushed as they come, alone or many at a time, to one context or to several at once (overlapping windows
/// of one stream); the pooled embedding and the logits of a context can be read after any push. Whatever was pushed
/// together, in whatever chunks, with however many threads and on whichever instruction set: a context's results are
/// the same to the last bit.
///
/// Nothing is allocated after `init`. Patches may hold any values; infinities and NaN give NaN, never a trap, and
/// `reset` clears them away. A session is used by one thread at a time.
package final class Session {
    package let model: Model
    /// Contexts side by side.
    package let contexts: Int
    /// The instruction set in use.
    package let instructionSet: String

    /// How many of the patches that were pushed last reads leave out, as if they had not come yet: at most one fewer than go
    /// through at once, and none but where the session `canLookBack`.
    package var patchesLeftOut = 0 {
        didSet { precondition(patchesLeftOut == 0 || canLookBack && (0..<state.rows).contains(patchesLeftOut)) }
    }

    let state: State
    /// How many threads may compute, the caller's included.
    package static let threadCounts = 1...256

    let pass: Pass
    let threadPool: ThreadPool
    let kernels: tacit_kernels

    /// Makes a session and all its buffers, and takes the model's sinks through the trunk if it has some.
    ///
    /// - Parameters:
    ///   - model: may be shared with other sessions.
    ///   - contexts: how many contexts there are, numbered from 0.
    ///   - maximumPatches: the most rows (patches times contexts) that go through the trunk at once. Longer pushes are
    ///     cut, with the same result; it only sets speed and memory. With full attention at least a window is taken.
    ///   - threads: one of `threadCounts`.
    ///   - instructionSet: one of `InstructionSet.available`; nil is the fastest.
    ///   - learns: whether `readLearning` will be asked, which takes some memory.
    /// - Throws: `TacitError`: usage for numbers out of range or an unknown instruction set, input and output where memory
    ///   or threads are not to be had.
    package init(
        model: Model, contexts: Int = 1, maximumPatches: Int, threads: Int, instructionSet: String? = nil,
        learns: Bool = false
    ) throws {
        guard (1...65536).contains(contexts) else {
            throw TacitError(.usage, "\(contexts) contexts asked for, expected 1...65536")
        }
        guard (1...(1 << 20)).contains(maximumPatches) else {
            throw TacitError(.usage, "\(maximumPatches) patches at once asked for, expected 1...1048576")
        }
        let table = try InstructionSet.table(named: instructionSet)
        let description = model.description
        let window = description.input.window
        var rows = maximumPatches
        if description.context == .restart { rows = min(rows, contexts * window) }
        if description.attention == .full { rows = max(rows, window) }
        threadPool = try ThreadPool(threads: threads)
        state = try State(
            description, encodings: model.encodings, contexts: contexts, rows: rows, threads: threads, learns: learns)
        kernels = table.pointee
        pass = Pass(model: model, state: state, kernels: kernels)
        pass.prepareAngles()
        self.model = model
        self.contexts = contexts
        self.instructionSet = String(cString: kernels.name)
        runSinks()
    }

    /// Takes the model's sinks through the trunk, as a context of their own: they all lie in the first 16 slots of its ring.
    private func runSinks() {
        guard let sinks = model.sinks else { return }
        let count = model.description.sinks
        withUnsafePointer(to: 0) {
            push(count, UnsafeBufferPointer(start: $0, count: 1)) {
                .sinks(sinks + $0 * model.description.trunk.width)
            }
        }
        pass.keepSinks()
        reset(context: 0)
    }

    /// Bytes of all buffers: activations, caches, scratch. Set by `init`, touched as they are used.
    package var byteCount: Int { state.arena.byteCount }

    /// Begins a context anew.
    package func reset(context: Int) {
        precondition((0..<contexts).contains(context), "no context \(context)")
        state.positions[context] = 0
        (state.pooled + context * state.width16).update(repeating: 0, count: state.width16)
    }

    /// Whether it keeps more than its last read-out: an endless context does whose patches are averaged.
    package var canLookBack: Bool { model.description.context == .sliding && model.description.pool == .mean }

    /// Patches in a context since its reset, but for those that reads leave out.
    package func position(of context: Int) -> Int {
        precondition((0..<contexts).contains(context), "no context \(context)")
        precondition(patchesLeftOut <= state.positions[context], "more patches are left out than there are")
        return state.positions[context] - patchesLeftOut
    }

    /// Pushes the same successive patches to each of several contexts.
    ///
    /// - Parameters:
    ///   - patches: `[count][patchSize]`
    ///   - count: with a `restart` context no more than its window still has room for; with full attention all that the
    ///     context will ever hold.
    ///   - contexts: indices, all different.
    package func push(patches: UnsafePointer<Float>, count: Int, contexts: UnsafeBufferPointer<Int>) {
        precondition(model.patch != nil, "this model takes tokens")
        let size = model.patchSize
        push(count, contexts) { .patches(patches + $0 * size) }
    }

    /// Pushes successive patches to one context.
    package func push(patches: UnsafePointer<Float>, count: Int, context: Int) {
        withUnsafePointer(to: context) {
            push(patches: patches, count: count, contexts: UnsafeBufferPointer(start: $0, count: 1))
        }
    }

    /// Pushes the same successive patches of tokens, `[count][codebooks]`, to each of several contexts.
    ///
    /// - Throws: `TacitError` (bad data), before anything has changed, if an id is not in 0..<vocabulary.
    package func push(tokens: UnsafePointer<Int32>, count: Int, contexts: UnsafeBufferPointer<Int>) throws {
        guard case .tokens(let input) = model.description.input else {
            preconditionFailure("this model takes patches of numbers")
        }
        for index in 0..<count * input.codebooks where !(0..<input.vocabulary).contains(Int(tokens[index])) {
            throw TacitError(
                .badData, place: "patch \(index / input.codebooks)",
                "id \(tokens[index]) is outside the vocabulary of \(input.vocabulary)")
        }
        push(count, contexts) { .tokens(tokens + $0 * input.codebooks) }
    }

    /// Pushes successive patches of tokens to one context.
    ///
    /// - Throws: `TacitError` (bad data), before anything has changed, if an id is not in 0..<vocabulary.
    package func push(tokens: UnsafePointer<Int32>, count: Int, context: Int) throws {
        try withUnsafePointer(to: context) {
            try push(tokens: tokens, count: count, contexts: UnsafeBufferPointer(start: $0, count: 1))
        }
    }

    /// Cuts a push into passes of at most `rows` rows.
    private func push(_ count: Int, _ contexts: UnsafeBufferPointer<Int>, input: (Int) -> Pass.Input) {
        let isFull = model.description.attention == .full
        for (index, context) in contexts.enumerated() {
            precondition((0..<self.contexts).contains(context), "no context \(context)")
            precondition(!contexts[..<index].contains(context), "context \(context) is named twice")
            if model.description.context == .restart {
                precondition(
                    count <= state.window - state.positions[context], "more patches than the window has room for")
            }
            precondition(!isFull || state.positions[context] == 0, "a context with full attention is pushed at once")
        }
        guard count > 0, !contexts.isEmpty else { return }
        let together = min(contexts.count, max(1, state.rows / (isFull ? count : 1)))
        var first = 0
        while first < contexts.count {
            let group = UnsafeBufferPointer(rebasing: contexts[first..<min(first + together, contexts.count)])
            let chunk = isFull ? count : state.rows / group.count
            var done = 0
            while done < count {
                pass.count = min(chunk, count - done)
                pass.contexts = group
                pass.input = input(done)
                threadPool.run(pass)
                for context in group { state.positions[context] += pass.count }
                done += pass.count
            }
            first += group.count
        }
    }

    /// Reads what the head reads: the pooled output of the trunk's final norm, through the head's norm if there is one.
    ///
    /// `output` holds `trunk.width` elements. A context without patches reads as zeros.
    package func readEmbedding(context: Int, into output: UnsafeMutableBufferPointer<Float>) {
        precondition((0..<contexts).contains(context), "no context \(context)")
        let width = model.description.trunk.width
        precondition(output.count >= width, "room for \(width) elements is needed")
        guard let output = output.baseAddress else { return }
        readEmbedding(context)
        output.update(from: state.embedding, count: width)
    }

    /// Reads the head's output, before softmax or sigmoid: one logit a label.
    ///
    /// `output` holds as many elements as there are labels.
    package func readLogits(context: Int, into output: UnsafeMutableBufferPointer<Float>) {
        precondition((0..<contexts).contains(context), "no context \(context)")
        guard let head = model.head, let base = output.baseAddress else { return }
        precondition(output.count >= head.rows, "room for \(head.rows) elements is needed")
        readEmbedding(context)
        let rows = ProductRows(
            input: UnsafePointer(state.embedding), inputStride: state.width16, output: state.logits,
            outputStride: head.paddedRows, count: 1)
        head.multiply(rows, tiles: 0..<head.tiles, kernels)
        base.update(from: state.logits, count: head.rows)
    }

    /// The head's input into `state.embedding`.
    private func readEmbedding(_ context: Int) {
        let width = model.description.trunk.width
        let embedding = state.embedding
        let patches = position(of: context)
        if patches == 0 {
            embedding.update(repeating: 0, count: width)
        } else {
            let pooled = state.pooled + context * state.width16
            switch (model.description.pool, model.description.context) {
            case (.last, _):
                embedding.update(from: pooled, count: width)
            case (.mean, .restart):
                for element in 0..<width { embedding[element] = pooled[element] / Float(patches) }
            case (.mean, .sliding):
                let seen = min(patches, state.window)
                embedding.update(repeating: 0, count: width)
                for position in patches - seen..<patches {
                    let slot = context * state.slots + position % state.slots
                    kernels.add(state.recent + slot * state.width16, width, embedding)
                }
                for element in 0..<width { embedding[element] /= Float(seen) }
            }
        }
        model.headNorm?.apply(embedding, embedding, kernels)
    }
}
