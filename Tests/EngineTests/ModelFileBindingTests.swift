import TacitEngine
import TacitModelFile
import TacitTestSupport
import Testing

/// A model read from a file runs as the same one in memory does.
@Suite struct ModelFileBindingTests {
    @Test(arguments: SessionExactnessTests.chunked, Panels.encodings)
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
}
