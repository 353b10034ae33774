import CTacitAllocationCounter
import TacitEngine
import TacitModelFile
import Testing

/// What labels are learned by: what it is, and that its bits depend on nothing but the patches.
@Suite struct KeptLayersTests {
    /// With a matrix over some of the trunk's layers, the first and the last among them.
    private static func teachable(_ shape: Shapes.Case) -> Shapes.Case {
        var shape = shape
        let layers = shape.model.trunk.layers
        shape.model.learning = LearningHead(
            levels: layers == 1 ? [1] : [1, layers], width: 19, hasPrototypes: false)
        return shape
    }

    private static let means = Shapes.sliding.filter { $0.model.pool == .mean }.map(teachable)

    /// Pictures of 5 by 7 patches in cells: a grid that divides neither side, and one with a cell a row.
    static let pictures = [3, 5].flatMap { grid in
        (Shapes.causal.prefix(2) + Shapes.full).map { shape in
            var shape = teachable(shape)
            shape.name += ", a picture in \(grid) by \(grid) cells"
            shape.model.input = .image(
                ImageInput(width: 18, height: 14, channels: 1, patch: 6, stride: 2, mean: [0], deviation: [1]))
            shape.model.learning?.grid = grid
            return shape
        }
    }

    static let chunked =
        (Shapes.causal + Shapes.sliding).map(teachable) + pictures.filter { $0.model.attention == .causal }
    static let all = (Shapes.causal + Shapes.full + Shapes.sliding).map(teachable) + pictures
    static let exact = (Shapes.causal.dropLast() + Shapes.full).map(teachable) + pictures

    private static func session(
        _ model: Model, patches: Int = 64, contexts: Int = 1, threads: Int = 1, instructionSet: String? = nil
    ) throws -> Session {
        try Session(
            model: model, contexts: contexts, maximumPatches: patches, threads: threads,
            instructionSet: instructionSet, learns: true)
    }

    @Test(arguments: exact)
    func float32AgreesWithDouble(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 31, bias: shape.bias)
        let window = shape.model.input.window
        let session = try Self.session(Model(source: memory))
        for count in [2, window / 2, window] {
            let patches = randomPatches(count, shape.model.input.patchSize, seed: UInt64(count))
            session.reset(context: 0)
            session.push(patches)
            let found = session.learning()
            #expect(
                relativeError(found, ReferenceTransformer(memory, patches: patches).learning(after: count)) < 2e-5)
            #expect(abs(found.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
    }

    /// The last `window` patches of a stream that goes on.
    @Test func slidingAgreesWithDouble() throws {
        for shape in Shapes.sliding.map(Self.teachable) {
            let memory = MemoryModel(shape.model, seed: 32, bias: shape.bias)
            let patches = randomPatches(3 * shape.model.input.window + 5, shape.model.input.patchSize, seed: 33)
            let session = try Self.session(Model(source: memory))
            session.push(patches)
            let reference = ReferenceTransformer(memory, patches: patches)
            #expect(relativeError(session.learning(), reference.learning(after: patches.count)) < 2e-5)
            for last in [1, 2, shape.model.input.window - 1] {
                let found = session.learning(last: last)
                #expect(relativeError(found, reference.learning(after: patches.count, last: last)) < 2e-5, "\(last)")
            }
            // A window is the most there is.
            #expect(session.learning(last: shape.model.input.window) == session.learning())
            #expect(session.learning(last: 10 * shape.model.input.window) == session.learning())
        }
    }

    @Test(arguments: exact)
    func int8StaysNear(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 34, encoding: .int8, bias: shape.bias)
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 35)
        let session = try Self.session(Model(source: memory))
        session.push(patches)
        let reference = ReferenceTransformer(memory, patches: patches).learning(after: patches.count)
        #expect(relativeError(session.learning(), reference) < 0.06)
    }

    /// Without a matrix it is the head's input, of length 1.
    @Test(arguments: Shapes.causal.dropLast() + Shapes.full)
    func withoutAMatrixTheHeadsInput(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 36, bias: shape.bias)
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 37)
        let session = try Self.session(Model(source: memory))
        session.push(patches)
        let reference = ReferenceTransformer(memory, patches: patches).learning(after: patches.count)
        #expect(session.learningWidth == shape.model.trunk.width)
        #expect(relativeError(session.learning(), reference) < 2e-5)
        #expect(session.learning(and: 1) == session.learning() + session.learning())
    }

    /// Two at once are what each is by itself, also of what takes one patch at a time.
    @Test(arguments: Shapes.sliding.map(teachable) + pictures, Panels.encodings)
    func twoReadingsAtOnce(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 38, encoding: encoding, bias: shape.bias))
        let window = shape.model.input.window
        let patches = randomPatches(
            shape.model.context == .sliding ? 2 * window : window, shape.model.input.patchSize, seed: 39)
        for maximum in shape.model.attention == .full ? [window] : [1, 16] {
            let session = try Self.session(model, patches: maximum)
            #expect(session.learning(and: 3).allSatisfy { $0 == 0 })
            session.push(patches)
            for (last, shorter) in [(nil, 3), (7, 1), (2, 7)] as [(Int?, Int)] {
                let both = session.learning(last: last) + session.learning(last: shorter)
                #expect(session.learning(last: last, and: shorter) == both)
            }
        }
    }

    /// What was to be read before the last patches came can be read behind them, to the last bit.
    @Test(arguments: means, [1, 2, 7, 16])
    func patchesLeftOut(_ shape: Shapes.Case, maximum: Int) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 48, bias: shape.bias))
        let patches = randomPatches(75, shape.model.input.patchSize, seed: 49)
        let (ahead, behind) = (try Self.session(model, patches: maximum), try Self.session(model, patches: maximum))
        #expect(ahead.canLookBack)
        var done = 0
        for end in [1, 2, 5, 16, 31, 33, 60, 75] {
            ahead.push(patches[done..<end])
            for position in max(1, end - maximum + 1)...end {
                behind.reset(context: 0)
                behind.push(patches[..<position])
                ahead.patchesLeftOut = end - position
                #expect(ahead.position(of: 0) == position)
                #expect(ahead.bits() == behind.bits(), "\(position) of \(end)")
                for last in [nil, 1, 3] {
                    #expect(
                        ahead.learning(last: last, and: 2) == behind.learning(last: last) + behind.learning(last: 2))
                }
            }
            ahead.patchesLeftOut = 0
            done = end
        }
    }

    @Test(arguments: chunked, Panels.encodings)
    func anyChunking(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 41, encoding: encoding, bias: shape.bias))
        let count = shape.model.context == .sliding ? 100 : shape.model.input.window
        let patches = randomPatches(count, shape.model.input.patchSize, seed: 42)
        let whole = try Self.session(model, patches: 128)
        whole.push(patches)
        let expected = whole.learning()
        for maximum in [1, 3, 16, 50] {
            let session = try Self.session(model, patches: maximum, threads: 2)
            session.push(patches)
            #expect(session.learning() == expected, "passes of \(maximum)")
            session.reset(context: 0)
            var (done, chunk) = (0, 1)
            while done < count {
                let end = min(done + chunk, count)
                session.push(patches[done..<end])
                (done, chunk) = (end, chunk + 1)
            }
            #expect(session.learning() == expected, "pushes of growing length, passes of \(maximum)")
        }
    }

    @Test(arguments: all, Panels.encodings)
    func anyThreadsAndInstructionSet(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 43, encoding: encoding, bias: shape.bias))
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 44)
        var results: [[UInt32]] = []
        for threads in [1, 2, 5] {
            for name in InstructionSet.available {
                let session = try Self.session(model, threads: threads, instructionSet: name)
                session.push(patches)
                results.append((session.learning()).map(\.bitPattern))
            }
        }
        #expect(results.allSatisfy { $0 == results[0] })
    }

    /// Labels and embeddings are what they are without.
    @Test(arguments: all, [MatrixEncoding.float32, .int8])
    func nothingElseChanges(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 45, encoding: encoding, bias: shape.bias))
        var plain = shape.model
        plain.learning = nil
        let without = try Model(source: MemoryModel(plain, seed: 45, encoding: encoding, bias: shape.bias))
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 46)
        let bits = try [
            Self.session(model), Session(model: model, maximumPatches: 64, threads: 1),
            Session(model: without, maximumPatches: 64, threads: 1),
        ].map { session in
            session.push(patches)
            return session.bits()
        }
        #expect(bits[0] == bits[1])
        #expect(bits[0] == bits[2])
    }

    /// Contexts that began at different times, each against itself alone.
    @Test(arguments: Shapes.causal.map(teachable))
    func contextsSideBySide(_ shape: Shapes.Case) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 47, encoding: .int8, bias: shape.bias))
        let window = shape.model.input.window
        let late = window / 2
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 48)
        let session = try Self.session(model, contexts: 2)
        session.push(patches[..<late], to: [0])
        session.push(patches[late...], to: [0, 1])
        let alone = try Self.session(model)
        alone.push(patches)
        #expect(session.learning(0) == alone.learning())
        alone.reset(context: 0)
        alone.push(patches[late...])
        #expect(session.learning(1, and: 2) == alone.learning() + alone.learning(last: 2))
    }

    /// What is no number, or nothing, is zeros; and the next context is whole.
    @Test(arguments: all)
    func whatIsNoNumberIsNothing(_ shape: Shapes.Case) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 49, encoding: .int8, bias: shape.bias))
        let size = shape.model.input.patchSize
        let patches = randomPatches(shape.model.input.window, size, seed: 50)
        let session = try Self.session(model)
        #expect(session.learning().allSatisfy { $0 == 0 })
        session.push(patches)
        let clean = session.learning()
        for value in [Float.nan, .infinity, .greatestFiniteMagnitude] {
            session.reset(context: 0)
            session.push([[Float](repeating: value, count: size)])
            let length = session.learning().reduce(0) { $0 + $1 * $1 }
            #expect(length == 0 || abs(length - 1) < 1e-5)
            session.reset(context: 0)
            session.push(patches)
            #expect(session.learning() == clean)
        }
    }

    @Test(arguments: all)
    func readingAllocatesNothing(_ shape: Shapes.Case) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 51, encoding: .int8, bias: shape.bias))
        let session = try Self.session(model)
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 52).flatMap { $0 }
        let room = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * session.learningWidth)
        defer { room.deallocate() }
        let contexts = [0]
        // What the description says of its input takes memory.
        let window = shape.model.input.window
        contexts.withUnsafeBufferPointer { contexts in
            patches.withUnsafeBufferPointer { patches in
                guard let base = patches.baseAddress else { return }
                func run() {
                    session.reset(context: 0)
                    session.push(patches: base, count: window, contexts: contexts)
                    session.readLearning(context: 0, into: room)
                    session.readLearning(context: 0, last: 1, into: room)
                    session.readLearning(context: 0, and: 1, into: room)
                }
                run()
                let before = tacit_allocations_on_this_thread()
                run()
                #expect(tacit_allocations_on_this_thread() == before)
            }
        }
    }
}
