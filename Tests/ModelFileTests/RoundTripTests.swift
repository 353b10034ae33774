import Foundation
import ModelFile
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: 0..<4, [MatrixEncoding.float32, .int8, .int8TwoPlanes])
    func everyPartComesBack(index: Int, encoding: MatrixEncoding) throws {
        var model = SmallModel.all[index]
        model.encoding = encoding
        let folder = try TemporaryFolder()
        let path = folder.file("model.gguf")
        let values = try model.write(to: path)
        let file = try ModelFile(path: path)
        try file.verify()
        #expect(file.description == model.description)
        #expect(file.provenance == model.provenance)
        #expect(file.byteCount == (try Data(contentsOf: URL(fileURLWithPath: path))).count)
        #expect(file.tensors.allSatisfy { $0.offset % 64 == 0 })

        for (name, expected) in values.vectors {
            #expect(Array(try file.vector(name)) == expected)
        }
        for shape in model.description.matrices {
            let view = try file.matrix(shape.name)
            #expect(view.rows == shape.rows && view.columns == shape.columns)
            #expect((view.bias != nil) == (values.biases[shape.name] != nil))
            #expect(Int(bitPattern: view.panels.baseAddress) % 64 == 0)
            for row in 0..<shape.rows {
                let (tile, channel) = (row / 16, row % 16)
                #expect(view.bias?[row] == values.biases[shape.name]?[row])
                for column in 0..<shape.columns {
                    let element = row * shape.columns + column
                    if view.encoding == .float32 {
                        let stored = view.panels.load(
                            fromByteOffset: ((tile * shape.columns + column) * 16 + channel) * 4, as: Float.self)
                        #expect(stored == values.weights[shape.name]?[element])
                    } else {
                        for (plane, levels) in (values.levels[shape.name] ?? []).enumerated() {
                            let block = (plane * view.tiles + tile) * ((shape.columns + 7) / 8 * 2) + column / 4
                            let stored = view.panels.load(
                                fromByteOffset: (block * 16 + channel) * 4 + column % 4, as: Int8.self)
                            #expect(stored == levels[element])
                        }
                    }
                }
                #expect(values.levels[shape.name]?.count ?? 0 == view.encoding.planes)
                for (plane, levels) in (values.levels[shape.name] ?? []).enumerated() {
                    let sum = levels[row * shape.columns..<(row + 1) * shape.columns].reduce(Int32(0)) {
                        $0 + Int32($1)
                    }
                    #expect(view.sums?[plane * view.paddedRows + row] == sum)
                    #expect(view.scales?[plane * view.paddedRows + row] == Float(row + 1 + plane * 1000))
                }
            }
        }
        #expect(failure { _ = try file.matrix("nothing") } == "\(path): nothing: there is no such tensor")
        #expect(failure { _ = try file.vector("nothing") } == "\(path): nothing: there is no such tensor")
    }

    @Test func theSamePartsGiveTheSameBytes() throws {
        let folder = try TemporaryFolder()
        try SmallModel.gpt2.write(to: folder.file("a.gguf"))
        try SmallModel.gpt2.write(to: folder.file("b.gguf"))
        #expect(
            FileManager.default.contentsEqual(atPath: folder.file("a.gguf"), andPath: folder.file("b.gguf")))
    }

    @Test func anUnfinishedFileLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        do {
            let model = SmallModel.gpt2
            let writer = try ModelFileWriter(
                path: folder.file("model.gguf"), description: model.description, provenance: model.provenance,
                formats: model.formats())
            try writer.write(vector: "final_norm.weight", [Float](repeating: 1, count: 6))
            let again = failure { try writer.write(vector: "final_norm.weight", [Float](repeating: 1, count: 6)) }
            #expect(again == "final_norm.weight: 24 bytes of F32, expected shape [6], once")
            #expect(failure { try writer.finish() } == "patch.hidden.panels: the tensor was not written")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func whatIsNoFileIsNotReplaced() throws {
        let folder = try TemporaryFolder()
        let line = failure { try SmallModel.gpt2.write(to: folder.path) }
        #expect(line == "\(folder.path): is there and not a regular file")
        #expect(mkfifo(folder.file("fifo.gguf"), 0o600) == 0)
        #expect(failure { try SmallModel.gpt2.write(to: folder.file("fifo.gguf")) } != nil)
    }

    @Test func aFolderThatIsNotThereCannotHoldAModel() {
        let line = failure { try SmallModel.gpt2.write(to: "/nowhere/at/all.gguf") }
        #expect(line == "/nowhere/at/all.gguf: No such file or directory")
    }
}
