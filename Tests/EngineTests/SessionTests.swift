import CTacitAllocationCounter
import TacitDiagnostics
import TacitEngine
import TacitModelFile
import TacitTestSupport
import Testing

/// What a session promises besides its results.
@Suite struct SessionTests {
    @Test(arguments: SessionExactnessTests.all, Panels.encodings)
    func nothingIsAllocatedWhileRunning(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 31, encoding: encoding, bias: shape.bias))
        let window = shape.model.input.window
        let patches = randomPatches(window, shape.model.input.patchSize, seed: 32).flatMap { $0 }
        for threads in [1, 2] {
            let session = try Session(model: model, contexts: 2, maximumPatches: 8, threads: threads)
            var embedding = [Float](repeating: 0, count: shape.model.trunk.width)
            var logits = [Float](repeating: 0, count: shape.model.labels.count)
            let contexts = [1, 0]
            func run() {
                for context in contexts { session.reset(context: context) }
                patches.withUnsafeBufferPointer { patches in
                    contexts.withUnsafeBufferPointer { contexts in
                        if let base = patches.baseAddress {
                            session.push(patches: base, count: window, contexts: contexts)
                        }
                    }
                }
                embedding.withUnsafeMutableBufferPointer { session.readEmbedding(context: 1, into: $0) }
                logits.withUnsafeMutableBufferPointer { session.readLogits(context: 0, into: $0) }
            }
            run()
            let before = tacit_allocations_on_this_thread()
            run()
            #expect(tacit_allocations_on_this_thread() == before)
        }
        // The counter counts.
        let before = tacit_allocations_on_this_thread()
        let block = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 16)
        block.deallocate()
        #expect(tacit_allocations_on_this_thread() > before)
    }

    @Test func buffersGrowWithContexts() throws {
        let model = try Model(source: MemoryModel(Shapes.causal[0].model, seed: 33))
        let one = try Session(model: model, contexts: 1, maximumPatches: 4, threads: 1)
        let two = try Session(model: model, contexts: 2, maximumPatches: 4, threads: 1)
        // 3 layers, 3 heads, 48 slots of keys (10) and values (16).
        let cache = 3 * 3 * 48 * 26 * 4
        #expect((cache..<cache + 1024).contains(two.byteCount - one.byteCount))
    }

    @Test func emptyContextReadsAsZeros() throws {
        let model = try Model(source: MemoryModel(Shapes.causal[0].model, seed: 34))
        let session = try Session(model: model, maximumPatches: 4, threads: 1)
        #expect(session.embedding().allSatisfy { $0 == 0 })
    }

    @Test func numbersOutOfRangeAreRefused() throws {
        let model = try Model(source: MemoryModel(Shapes.causal[0].model, seed: 35))
        for (contexts, patches, threads, name) in [
            (0, 1, 1, nil), (-1, 1, 1, nil), (1, 0, 1, nil), (1, .max, 1, nil), (.max, 1, 1, nil), (1, 1, 0, nil),
            (1, 1, 100_000, nil), (1, 1, 1, "mmx"), (1, 1, 1, ""),
        ] as [(Int, Int, Int, String?)] {
            let error = thrown(TacitError.self) {
                try Session(
                    model: model, contexts: contexts, maximumPatches: patches, threads: threads, instructionSet: name)
            }
            #expect(error?.kind == .usage)
        }
    }

    @Test func tokensOutsideTheVocabularyAreRefused() throws {
        let model = try Model(source: MemoryModel(Shapes.tokens.model, seed: 36, bias: false))
        let session = try Session(model: model, maximumPatches: 4, threads: 1)
        for bad in [Int32(11), -1, .max, .min] {
            let error = thrown(TacitError.self) {
                try session.push(tokens: [0, 1, 2, bad], count: 2, context: 0)
            }
            #expect(error?.kind == .badData)
            #expect(error?.place == "patch 1")
            #expect(session.position(of: 0) == 0)
        }
    }

    @Test func missingAndMisshapenTensorsAreRefused() throws {
        for (name, count) in [
            (TensorName.patch, nil), (TensorName.head, nil), (TensorName.attentionQueryKeyValue(1), nil),
            (TensorName.finalNorm + ".weight", nil), (TensorName.finalNorm + ".bias", 29), (TensorName.positions, 36),
        ] as [(String, Int?)] {
            let memory = MemoryModel(Shapes.causal[0].model, seed: 37)
            memory.spoil(name, count: count)
            let error = thrown(TacitError.self) { try Model(source: memory) }
            #expect(error?.kind == .badData)
            #expect(error?.place == name)
        }
    }

    @Test func impossibleDescriptionsAreRefused() throws {
        var changes: [(inout ModelDescription) -> Void] = []
        changes.append { $0.trunk.keyValueHeads = 2 }
        changes.append { $0.trunk.heads = 0 }
        changes.append { $0.trunk.headWidth = .max }
        changes.append { $0.trunk.width = 1 << 40 }
        changes.append { $0.context = .sliding }
        changes.append {
            $0.trunk.positions = .rotary
            $0.trunk.rotaryWidth = 12
        }
        changes.append {
            $0.trunk.positions = .rotary
            $0.trunk.rotaryWidth = 3
        }
        for change in changes {
            let source = Restated(MemoryModel(Shapes.causal[0].model, seed: 38))
            change(&source.description)
            #expect(throws: TacitError.self) { try Model(source: source) }
        }
    }

    /// A model under another description.
    private final class Restated: TensorSource, @unchecked Sendable {
        let base: MemoryModel
        var description: ModelDescription
        init(_ base: MemoryModel) {
            self.base = base
            description = base.description
        }
        func matrix(_ name: String) throws -> MatrixView { try base.matrix(name) }
        func vector(_ name: String) throws -> UnsafeBufferPointer<Float> { try base.vector(name) }
        func hasTensor(_ name: String) -> Bool { base.hasTensor(name) }
    }
}
