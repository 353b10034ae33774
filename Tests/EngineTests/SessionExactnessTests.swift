import TacitEngine
import TacitModelFile
import Testing

/// A context's results are the same to the last bit however its patches came.
@Suite struct SessionExactnessTests {
    static let all = Shapes.causal + Shapes.full + Shapes.sliding
    static let chunked = Shapes.causal + Shapes.sliding

    @Test(arguments: chunked, Panels.encodings)
    func anyChunking(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 11, encoding: encoding, bias: shape.bias))
        let isSliding = shape.model.context == .sliding
        let count = isSliding ? 100 : shape.model.input.window
        let patches = randomPatches(count, shape.model.input.patchSize, seed: 12)
        let whole = try Session(model: model, maximumPatches: 128, threads: 1)
        whole.push(patches)
        for maximum in [1, 3, 4, 16, 50] {
            let session = try Session(model: model, maximumPatches: maximum, threads: 1)
            // All in one push, cut by the session.
            session.push(patches)
            #expect(session.bits() == whole.bits(), "passes of \(maximum)")
            // The same after a reset, in pushes of growing length.
            session.reset(context: 0)
            var (done, chunk) = (0, 1)
            while done < count {
                let end = min(done + chunk, count)
                session.push(patches[done..<end])
                (done, chunk) = (end, chunk + 1)
            }
            #expect(session.bits() == whole.bits(), "pushes of growing length, passes of \(maximum)")
        }
    }

    @Test(arguments: all, Panels.encodings)
    func anyNumberOfThreads(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 13, encoding: encoding, bias: shape.bias))
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 14)
        let one = try Session(model: model, maximumPatches: 64, threads: 1)
        one.push(patches)
        for threads in [2, 3, 8] {
            let session = try Session(model: model, maximumPatches: 64, threads: threads)
            session.push(patches)
            #expect(session.bits() == one.bits(), "\(threads) threads")
        }
    }

    @Test(arguments: all, Panels.encodings)
    func anyInstructionSet(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 15, encoding: encoding, bias: shape.bias))
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 16)
        var results: [[UInt32]] = []
        for name in InstructionSet.available {
            let session = try Session(model: model, maximumPatches: 64, threads: 1, instructionSet: name)
            #expect(session.instructionSet == name)
            session.push(patches)
            results.append(session.bits())
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    /// Overlapping windows of one stream side by side, against each window by itself.
    @Test(arguments: Shapes.causal, Panels.encodings)
    func contextsSideBySide(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 17, encoding: encoding, bias: shape.bias))
        let window = shape.model.input.window
        let hop = max(1, window / 4)
        let windows = 6
        let stream = randomPatches(window + hop * (windows - 1), shape.model.input.patchSize, seed: 18)

        let alone = try Session(model: model, maximumPatches: window, threads: 1)
        let expected = (0..<windows).map { index in
            alone.reset(context: 0)
            alone.push(stream[index * hop..<index * hop + window])
            return alone.bits()
        }
        for maximum in [1, 2, 7, 1000] {
            let contexts = (window + hop - 1) / hop
            let session = try Session(model: model, contexts: contexts, maximumPatches: maximum, threads: 2)
            var found = [[UInt32]?](repeating: nil, count: windows)
            for (index, patch) in stream.enumerated() {
                if index % hop == 0, index / hop < windows { session.reset(context: index / hop % contexts) }
                let open = (0..<windows).filter { ($0 * hop..<$0 * hop + window).contains(index) }
                session.push([patch], to: open.map { $0 % contexts })
                if let done = open.first(where: { $0 * hop + window == index + 1 }) {
                    found[done] = session.bits(done % contexts)
                }
            }
            #expect(found == expected, "passes of \(maximum)")
        }
    }

    /// Several full-attention contexts in one push, more than fit one pass.
    @Test(arguments: Shapes.full)
    func fullContextsSideBySide(_ shape: Shapes.Case) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 19, bias: shape.bias))
        let window = shape.model.input.window
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 20)
        let session = try Session(model: model, contexts: 5, maximumPatches: 2 * window, threads: 2)
        session.push(patches, to: [4, 2, 0, 1, 3])
        #expect(Set((0..<5).map { session.bits($0) }).count == 1)
        let alone = try Session(model: model, maximumPatches: 1, threads: 1)
        alone.push(patches)
        #expect(alone.bits() == session.bits(3))
    }

    /// A context poisoned by NaN and infinity is whole again after a reset, and its neighbours never notice.
    @Test(arguments: all, Panels.encodings)
    func hostilePatches(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 21, encoding: encoding, bias: shape.bias))
        let size = shape.model.input.patchSize
        let patches = randomPatches(shape.model.input.window, size, seed: 22)
        let clean = try Session(model: model, maximumPatches: 64, threads: 1)
        clean.push(patches)
        let session = try Session(model: model, contexts: 2, maximumPatches: 64, threads: 1)
        for value in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude, Float(bitPattern: 700), 0] {
            session.reset(context: 1)
            session.push([[Float](repeating: value, count: size)], to: [1])
            _ = session.bits(1)
            session.reset(context: 0)
            session.push(patches, to: [0])
            #expect(session.bits(0) == clean.bits())
            session.reset(context: 1)
            session.push(patches, to: [1])
            #expect(session.bits(1) == clean.bits())
        }
    }
}
