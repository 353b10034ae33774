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

    /// What is not quantized gives the same bits in 16 bits as the same weights in 32.
    @Test(arguments: SessionExactnessTests.chunked)
    func halfFloatsGiveTheBitsOfWholeOnes(_ shape: Shapes.Case) throws {
        let half = MemoryModel(shape.model, seed: 43, encoding: .int8, bias: shape.bias, outside: .float16)
        let folder = try TemporaryFolder()
        let patches = randomPatches(shape.model.input.window, shape.model.input.patchSize, seed: 44)
        var files = 0
        let results = try [MatrixEncoding.float16, .float32].map { outside in
            let path = folder.path("\(outside.name).gguf")
            var packed = half.packed
            for (name, matrix) in half.packed where matrix.encoding == .float16 && outside == .float32 {
                let whole = try #require(half.matrices[name])
                packed[name] = MatrixPacker.float32(
                    whole.weights, rows: whole.rows, columns: whole.columns, bias: whole.bias)
            }
            let writer = try ModelFileWriter(
                path: path, description: shape.model,
                provenance: Provenance(
                    license: "CC0-1.0", sources: [], metrics: "", files: [], converterVersion: "test", flags: ""),
                formats: packed.mapValues { MatrixFormat(encoding: $0.encoding, hasBias: $0.bias != nil) })
            for (name, matrix) in packed { try writer.write(matrix: name, matrix) }
            for (name, values) in half.vectors { try writer.write(vector: name, values) }
            try writer.finish()
            let file = try ModelFile(path: path)
            try file.verify()
            files += packed.values.count { $0.encoding == .float16 }
            let session = try Session(model: Model(file), maximumPatches: 64, threads: 1)
            session.push(patches)
            return session.bits()
        }
        #expect(results[0] == results[1])
        #expect(files > 0)
    }
}
