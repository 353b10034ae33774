import TacitEngine
import TacitModelFile
import Testing

/// Sessions against a transformer in double precision.
@Suite struct SessionAccuracyTests {
    @Test(arguments: Shapes.causal + Shapes.full)
    func float32AgreesWithDouble(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 1, bias: shape.bias)
        let window = shape.model.input.window
        let session = try Session(model: Model(source: memory), maximumPatches: window, threads: 1)
        for count in [1, window / 2, window] {
            let patches = randomPatches(count, shape.model.input.patchSize, seed: UInt64(count))
            session.reset(context: 0)
            session.push(patches)
            #expect(session.position(of: 0) == count)
            let reference = ReferenceTransformer(memory, patches: patches)
            #expect(relativeError(session.embedding(), reference.embedding(after: count)) < 1e-5)
            #expect(relativeError(session.logits(), reference.logits(after: count)) < 1e-5)
        }
    }

    /// Against the reference with the same int8 weights only the activations' 8 bits differ; against the weights as
    /// they were before, both do.
    @Test(arguments: Shapes.causal.dropLast() + Shapes.full)
    func int8StaysNear(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 2, encoding: .int8, bias: shape.bias)
        let original = MemoryModel(shape.model, seed: 2, bias: shape.bias)
        let window = shape.model.input.window
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 3)
        let session = try Session(model: Model(source: memory), maximumPatches: window, threads: 1)
        session.push(patches)
        let logits = session.logits()
        #expect(relativeError(logits, ReferenceTransformer(memory, patches: patches).logits(after: window)) < 0.04)
        #expect(relativeError(logits, ReferenceTransformer(original, patches: patches).logits(after: window)) < 0.06)
    }

    /// Two planes leave next to nothing of what one loses, be it in the weights or in the activations.
    @Test(arguments: Shapes.causal.dropLast() + Shapes.full)
    func twoPlanesAreNearlyExact(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 2, encoding: .int8TwoPlanes, bias: shape.bias)
        let original = MemoryModel(shape.model, seed: 2, bias: shape.bias)
        let window = shape.model.input.window
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 3)
        let session = try Session(model: Model(source: memory), maximumPatches: window, threads: 1)
        session.push(patches)
        let logits = session.logits()
        #expect(relativeError(logits, ReferenceTransformer(original, patches: patches).logits(after: window)) < 0.002)
    }

    /// Groups are nearer to the weights and to the activations than whole rows are.
    @Test(arguments: Shapes.causal.dropLast() + Shapes.full)
    func int8InGroupsStaysNearer(_ shape: Shapes.Case) throws {
        let memory = MemoryModel(shape.model, seed: 2, encoding: .int8Groups, bias: shape.bias)
        let original = MemoryModel(shape.model, seed: 2, bias: shape.bias)
        let window = shape.model.input.window
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 3)
        let session = try Session(model: Model(source: memory), maximumPatches: window, threads: 1)
        session.push(patches)
        let logits = session.logits()
        #expect(relativeError(logits, ReferenceTransformer(memory, patches: patches).logits(after: window)) < 0.02)
        #expect(relativeError(logits, ReferenceTransformer(original, patches: patches).logits(after: window)) < 0.03)
    }

    /// The weights' own loss is the quantizer's affair: against the same int4 weights.
    @Test(arguments: Shapes.causal.dropLast() + Shapes.full, MatrixEncoding.fourBits)
    func int4ComputesWhatItsWeightsSay(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let memory = MemoryModel(shape.model, seed: 2, encoding: encoding, bias: shape.bias)
        let window = shape.model.input.window
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 3)
        let session = try Session(model: Model(source: memory), maximumPatches: window, threads: 1)
        session.push(patches)
        let reference = ReferenceTransformer(memory, patches: patches)
        // What 8 bits leave of the activations is read where there are two planes.
        let bound = encoding.planes == 2 ? 0.004 : 0.04
        #expect(relativeError(session.logits(), reference.logits(after: window)) < bound)
    }

    @Test(arguments: Shapes.sliding, [MatrixEncoding.float32, .int8, .int8Groups, .int4(groupSize: 32)])
    func slidingAgreesWithBandedMask(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let memory = MemoryModel(shape.model, seed: 4, encoding: encoding)
        let patches = randomPatches(400, shape.model.input.patchSize, seed: 5)
        let reference = ReferenceTransformer(memory, patches: patches)
        let session = try Session(model: Model(source: memory), maximumPatches: 9, threads: 1)
        var done = 0
        for (step, chunk) in [1, 9, 3, 30, 57, 100, 2, 98, 100].enumerated() {
            session.push(patches[done..<done + chunk])
            done += chunk
            #expect(session.position(of: 0) == done)
            let tolerance = encoding == .float32 ? 2e-5 : 0.05
            #expect(relativeError(session.logits(), reference.logits(after: done)) < tolerance, "step \(step)")
        }
        #expect(done == 400)
    }

    @Test func tokensAgreeWithDouble() throws {
        let shape = Shapes.tokens
        let memory = MemoryModel(shape.model, seed: 6, bias: shape.bias)
        let session = try Session(model: Model(source: memory), maximumPatches: 7, threads: 1)
        let tokens = (0..<25).map { [Int32($0 % 11), Int32($0 * 7 % 11)] }
        try session.push(tokens: tokens.flatMap { $0 }, count: 25, context: 0)
        let reference = ReferenceTransformer(memory, tokens: tokens)
        #expect(relativeError(session.embedding(), reference.embedding(after: 25)) < 1e-5)
        #expect(session.logits().isEmpty)
    }
}
