import TacitDiagnostics
import TacitEngine
import TacitModelFile
import TacitTestSupport
import Testing

/// What sinks promise beside what `Shapes.sliding` shows of every model.
@Suite struct AttentionSinkTests {
    static let shapes = Shapes.sliding.filter { $0.model.sinks > 0 }

    /// Contexts side by side that begin at different times, against each by itself.
    @Test(arguments: shapes, [MatrixEncoding.float32, .int8, .int8Groups])
    func contextsOfAnyAge(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 51, encoding: encoding, bias: shape.bias))
        let stream = randomPatches(90, shape.model.input.patchSize, seed: 52)
        let begins = [0, 1, 7, 40]
        let alone = try Session(model: model, maximumPatches: 64, threads: 1)
        let expected = begins.map { begin in
            alone.reset(context: 0)
            alone.push(stream[begin...])
            return alone.bits()
        }
        for maximum in [1, 6, 100] {
            let session = try Session(model: model, contexts: begins.count, maximumPatches: maximum, threads: 2)
            // Another stream before, which must leave nothing.
            session.push(randomPatches(50, shape.model.input.patchSize, seed: 53), to: [0, 1, 2, 3])
            for context in begins.indices { session.reset(context: context) }
            for (index, end) in zip(begins.indices, begins.dropFirst() + [stream.count]) {
                session.push(stream[begins[index]..<end], to: Array(0...index))
            }
            #expect(begins.indices.map { session.bits($0) } == expected, "passes of \(maximum)")
        }
    }

    /// Positions far behind a stream's beginning are as those near it.
    @Test(arguments: shapes)
    func nothingDependsOnAge(_ shape: Shapes.Case) throws {
        let model = try Model(source: MemoryModel(shape.model, seed: 54, bias: shape.bias))
        let reach = shape.model.trunk.layers * shape.model.input.window
        let patches = randomPatches(reach + 500, shape.model.input.patchSize, seed: 55)
        let young = try Session(model: model, maximumPatches: 32, threads: 1)
        let old = try Session(model: model, maximumPatches: 32, threads: 1)
        old.push(patches)
        young.push(patches[500...])
        #expect(relativeError(old.embedding(), young.embedding().map(Double.init)) < 1e-5)
    }

    /// They are not there by accident: each changes what comes out, whatever came in.
    @Test func everySinkCounts() throws {
        let shape = try #require(Self.shapes.last)
        let patches = randomPatches(30, shape.model.input.patchSize, seed: 56)
        func bits(_ sinks: Int) throws -> [UInt32] {
            let memory = MemoryModel(Shapes.kept(sinks, shape.model), seed: 57, bias: shape.bias)
            let session = try Session(model: Model(source: memory), maximumPatches: 8, threads: 1)
            session.push(patches)
            return session.bits()
        }
        #expect(Set(try [0, 1, 2, 3].map(bits)).count == 4)
    }

    @Test func missingAndMisshapenRowsAreRefused() throws {
        let shape = try #require(Self.shapes.first)
        for count in [nil, 23] as [Int?] {
            let memory = MemoryModel(shape.model, seed: 58)
            memory.spoil(TensorName.sinks, count: count)
            let error = thrown(TacitError.self) { try Model(source: memory) }
            #expect(error?.kind == .badData)
            #expect(error?.place == TensorName.sinks)
        }
    }
}
