import Engine
import ModelFile
import TestSupport
import Testing

/// A model read from a file runs as the same one in memory does.
@Suite struct ModelFileBindingTests {
    @Test(arguments: SessionExactnessTests.chunked, [MatrixEncoding.float32, .int8, .int8TwoPlanes])
    func fileAndMemoryGiveTheSameBits(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let memory = MemoryModel(shape.model, seed: 41, encoding: encoding, bias: shape.bias)
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        var formats: [String: MatrixFormat] = [:]
        for (name, matrix) in memory.packed {
            formats[name] = MatrixFormat(encoding: matrix.encoding, hasBias: matrix.bias != nil)
        }
        let writer = try ModelFileWriter(
            path: path, description: shape.model,
            provenance: Provenance(
                license: "CC0-1.0", sources: [], metrics: "", files: [], converterVersion: "test", flags: ""),
            formats: formats)
        for (name, matrix) in memory.packed { try writer.write(matrix: name, matrix) }
        for (name, values) in memory.vectors { try writer.write(vector: name, values) }
        try writer.finish()

        let file = try ModelFile(path: path)
        try file.verify()
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 42)
        let results = try [Model(file), Model(source: memory)].map { model in
            let session = try Session(model: model, maximumPatches: 64, threads: 1)
            session.push(patches)
            return session.bits()
        }
        #expect(results[0] == results[1])
    }

    /// The panels that the engine's tests make the plain way are those that the packer makes.
    @Test(
        arguments: Shapes.causal,
        [.float32, .int8, .int8TwoPlanes, .int4(groupSize: 32), .int4(groupSize: 64), .int4(groupSize: 128)]
            as [MatrixEncoding])
    func memoryHoldsWhatThePackerMakes(_ shape: Shapes.Case, _ encoding: MatrixEncoding) throws {
        let memory = MemoryModel(shape.model, seed: 43, encoding: encoding, bias: shape.bias)
        for (name, packed) in memory.packed {
            let view = try memory.matrix(name)
            #expect(packed.encoding == view.encoding)
            #expect(view.panels.elementsEqual(packed.panels))
            #expect(view.scales.map(Array.init) == packed.scales)
            #expect(view.sums.map(Array.init) == packed.sums)
            #expect(view.bias.map(Array.init) == packed.bias)
            #expect(view.groupScales.map(Array.init) == packed.groupScales)
        }
    }
}
