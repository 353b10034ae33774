import Foundation
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: SmallModel.all.indices, [MatrixEncoding.float32, .int8, .int8TwoPlanes])
    func everyPartComesBack(index: Int, encoding: MatrixEncoding) throws {
        var model = SmallModel.all[index]
        // Both kinds of what is never quantized, in turns.
        model.outside = encoding == .int8 ? .float16 : .float32
        model.encoding = encoding
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let values = try model.write(to: path)
        let file = try ModelFile(path: path)
        try file.verify()
        #expect(file.description == model.description)
        #expect(file.provenance == model.provenance)
        #expect(try file.byteCount == (Data(contentsOf: URL(fileURLWithPath: path))).count)
        #expect(file.tensors.allSatisfy { $0.offset % 64 == 0 })

        for (name, expected) in values.vectors {
            #expect(try Array(file.vector(name)) == expected)
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
                    } else if view.encoding == .float16 {
                        let stored = view.panels.load(
                            fromByteOffset: ((tile * shape.columns + column) * 16 + channel) * 2, as: UInt16.self)
                        #expect(stored == HalfFloat.bits(values.weights[shape.name]?[element] ?? .nan))
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

    /// Rows and columns that fill tiles, blocks and groups, and that just do not.
    @Test(
        arguments: [(36, 50), (16, 32), (17, 33), (1, 1), (40, 300), (15, 256), (33, 129)]
            as [(rows: Int, columns: Int)],
        MatrixEncoding.fourBits)
    func int4ComesBack(size: (rows: Int, columns: Int), encoding: MatrixEncoding) throws {
        let (groupSize, planes) = (encoding.groupSize, encoding.planes)
        var model = SmallModel.gpt2
        model.encoding = encoding
        model.description.trunk.width = size.columns
        model.description.trunk.feedForwardWidth = size.rows
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let values = try model.write(to: path, seed: 5)
        let file = try ModelFile(path: path)
        try file.verify()
        let name = "blocks.0.feed_forward.in"
        #expect(file.format(ofMatrix: name)?.encoding == encoding)
        let view = try file.matrix(name)
        #expect(view.rows == size.rows && view.columns == size.columns)
        let groups = (size.columns + groupSize - 1) / groupSize
        let blocks = (size.columns + 31) / 32 * 4
        let levels = try #require(values.levels[name])
        let groupScales = try #require(values.groupScales[name])
        #expect(view.panels.count == planes * view.paddedRows * blocks * 4)
        #expect(view.groupScales?.count == planes * view.paddedRows * groups)
        #expect(view.scales?.count == planes * view.paddedRows && view.sums?.count == planes * view.paddedRows)
        for index in 0..<planes * view.paddedRows {
            // Tiles of the second plane follow those of the first.
            let (tile, channel) = (index / 16, index % 16)
            let (plane, row) = (index / view.paddedRows, index % view.paddedRows)
            let isReal = row < size.rows
            var sum = 0
            for column in 0..<blocks * 8 {
                let byte = view.panels[((tile * blocks + column / 8) * 16 + channel) * 4 + column % 4]
                let level = Int(column % 8 < 4 ? byte % 16 : byte / 16) - 8
                guard isReal, column < size.columns else {
                    #expect(level == 0)
                    continue
                }
                #expect(level == Int(levels[plane][row * size.columns + column]))
                sum += level * Int(groupScales[(plane * size.rows + row) * groups + column / groupSize])
            }
            for group in 0..<groups {
                let expected = isReal ? groupScales[(plane * size.rows + row) * groups + group] : 0
                #expect(view.groupScales?[(tile * groups + group) * 16 + channel] == expected)
            }
            #expect(view.sums?[index] == Int32(sum))
            #expect(view.scales?[index] == (isReal ? Float(row + 1 + plane * 1000) : 0))
        }
    }

    @Test(
        arguments: [(36, 50), (16, 32), (17, 33), (1, 1), (40, 300), (15, 256), (33, 129)]
            as [(rows: Int, columns: Int)])
    func int8InGroupsComesBack(rows: Int, columns: Int) throws {
        var model = SmallModel.gpt2
        model.encoding = .int8Groups
        model.description.trunk.width = columns
        model.description.trunk.feedForwardWidth = rows
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let values = try model.write(to: path, seed: 6)
        let file = try ModelFile(path: path)
        try file.verify()
        let name = "blocks.0.feed_forward.in"
        #expect(file.format(ofMatrix: name)?.encoding == .int8Groups)
        let view = try file.matrix(name)
        let groups = (columns + 31) / 32
        let levels = try #require(values.levels[name]?.first)
        let groupScales = try #require(values.groupScales[name])
        #expect(view.panels.count == view.paddedRows * groups * 32 && view.sums == nil)
        for row in 0..<view.paddedRows {
            let (tile, channel) = (row / 16, row % 16)
            for column in 0..<groups * 32 {
                let place = ((tile * groups * 8 + column / 4) * 16 + channel) * 4 + column % 4
                let expected = row < rows && column < columns ? levels[row * columns + column] : 0
                #expect(Int8(bitPattern: view.panels[place]) == expected)
            }
            for group in 0..<groups {
                let expected = row < rows ? groupScales[row * groups + group] : 0
                #expect(view.groupScales?[(tile * groups + group) * 16 + channel] == expected)
            }
            #expect(view.scales?[row] == (row < rows ? Float(row + 1) : 0))
        }
    }

    @Test func whatInt4CannotHoldIsRefused() throws {
        let folder = try TemporaryFolder()
        func refusal(_ groupSize: Int, _ width: Int) -> String? {
            var model = SmallModel.gpt2
            model.encoding = .int4(groupSize: groupSize)
            model.description.trunk.feedForwardWidth = width
            return failure {
                _ = try ModelFileWriter(
                    path: folder.path("model.gguf"), description: model.description, provenance: model.provenance,
                    formats: model.formats())
            }
        }
        #expect(refusal(32, 1 << 14) == nil)
        #expect(
            refusal(32, (1 << 14) + 1)
                == "blocks.0.feed_forward.out: has 16385 columns, but 4 bits a weight go with at most 16384")
        #expect(refusal(48, 10) == "blocks.0.attention.qkv: 4 bits a weight do not go in groups of 48")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func theSamePartsGiveTheSameBytes() throws {
        let folder = try TemporaryFolder()
        try SmallModel.gpt2.write(to: folder.path("a.gguf"))
        try SmallModel.gpt2.write(to: folder.path("b.gguf"))
        #expect(
            FileManager.default.contentsEqual(atPath: folder.path("a.gguf"), andPath: folder.path("b.gguf")))
    }

    @Test func anUnfinishedFileLeavesNothingBehind() throws {
        let folder = try TemporaryFolder()
        do {
            let model = SmallModel.gpt2
            let writer = try ModelFileWriter(
                path: folder.path("model.gguf"), description: model.description, provenance: model.provenance,
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
        #expect(mkfifo(folder.path("fifo.gguf"), 0o600) == 0)
        #expect(failure { try SmallModel.gpt2.write(to: folder.path("fifo.gguf")) } != nil)
    }

    /// A link stays one, and so does one that leads to nothing yet.
    @Test func whatALinkLeadsToIsReplaced() throws {
        let folder = try TemporaryFolder()
        let files = FileManager.default
        try folder.write("real/model.gguf", Array("old".utf8))
        let abandoned = try folder.write("real/model.gguf.tacit-0a1b2c", [])
        for (link, target) in [("one.gguf", "real/model.gguf"), ("two.gguf", "real/new.gguf")] {
            try files.createSymbolicLink(atPath: folder.path(link), withDestinationPath: target)
            try SmallModel.gpt2.write(to: folder.path(link))
            #expect(try files.destinationOfSymbolicLink(atPath: folder.path(link)) == target)
            #expect(failure { try ModelFile(path: folder.path(target)).verify() } == nil)
        }
        #expect(!files.fileExists(atPath: abandoned))
        #expect(try files.contentsOfDirectory(atPath: folder.path("real")).sorted() == ["model.gguf", "new.gguf"])
    }

    @Test func linksThatLeadToNoFile() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path("fifo"), 0o600) == 0)
        for (link, target, reason) in [
            ("to-fifo", "fifo", "is there and not a regular file"),
            ("to-folder", ".", "is there and not a regular file"),
            ("ring", "ring", "Too many levels of symbolic links"), ("nowhere", "no/such", "No such file or directory"),
        ] {
            let path = folder.path(link)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
            #expect(failure { try SmallModel.gpt2.write(to: path) } == "\(path): \(reason)")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
        }
    }

    /// A temporary name is no longer than a name may be.
    @Test(arguments: ["a" + String(repeating: "é", count: 124) + ".gguf", String(repeating: "x", count: 250) + ".gguf"])
    func namesAsLongAsTheyMayBe(name: String) throws {
        let folder = try TemporaryFolder()
        let abandoned = name.utf8.first == UInt8(ascii: "x") ? name.prefix(242) : name.prefix(121)
        try folder.write("\(abandoned).tacit-0a1b2c", [])
        for seed: UInt64 in [1, 2] { try SmallModel.gpt2.write(to: folder.path(name), seed: seed) }
        #expect(try folder.names() == [name])
        let longer = folder.path("xx" + name)
        #expect(failure { try SmallModel.gpt2.write(to: longer) } == "\(longer): File name too long")
    }

    @Test func aFolderThatIsNotThereCannotHoldAModel() {
        let line = failure { try SmallModel.gpt2.write(to: "/nowhere/at/all.gguf") }
        #expect(line == "/nowhere/at/all.gguf: No such file or directory")
    }
}
