import TacitDiagnostics
import TacitEvaluation
import TacitTestSupport
import Testing

/// Fashion-MNIST and CIFAR-10 in their published layouts, as tiny sets.
@Suite struct PictureSetTests {
    private static func idx(_ shape: [UInt32], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
        [0, 0, type, UInt8(shape.count)] + shape.flatMap { littleEndian($0.byteSwapped) } + bytes
    }

    private func fashion(images: [UInt8], labels: [UInt8]) throws -> DataSet {
        let folder = try TemporaryFolder()
        try folder.write("t10k-images-idx3-ubyte", images)
        try folder.write("t10k-labels-idx1-ubyte", labels)
        return try DataSetKind.fashionMNIST.read(path: folder.path)
    }

    @Test func idxFiles() throws {
        let set = try fashion(
            images: Self.idx([2, 2, 3], Array(0..<12)), labels: Self.idx([2], [9, 0]))
        #expect(set.split == "test" && set.classes.count == 10 && !set.isMultilabel)
        #expect(set.examples.map(\.classes) == [[9], [0]])
        #expect(set.examples.map(\.picture) == [0, 1])
        #expect(set.examples[1].path.hasSuffix("/t10k-images-idx3-ubyte#1"))
        #expect(set.pictures == PictureSet(width: 3, height: 2, channels: 1, pixels: Array(0..<12)))
    }

    @Test func brokenIdxFiles() throws {
        let images = Self.idx([2, 2, 3], Array(0..<12))
        let labels = Self.idx([2], [9, 0])
        let hostile: [([UInt8], [UInt8])] = [
            ([], labels), (Array(images[..<10]), labels), (Array(images.dropLast()), labels), (images + [0], labels),
            (Self.idx([2, 6], Array(0..<12)), labels), (Self.idx([2, 2, 3], Array(0..<12), type: 13), labels),
            (Self.idx([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], []), labels), (Self.idx([0, 2, 3], []), labels),
            (images, Self.idx([1], [9])), (images, Self.idx([2], [9, 10])), ([1] + images.dropFirst(), labels),
            ([0x1f, 0x8b, 8, 0, 1, 2, 3], labels),
        ]
        for (images, labels) in hostile {
            let error = thrown(TacitError.self) { try fashion(images: images, labels: labels) }
            #expect(error?.kind == .badData)
        }
        let empty = try TemporaryFolder()
        let error = thrown(TacitError.self) { try DataSetKind.fashionMNIST.read(path: empty.path) }
        #expect(error?.kind == .noInput)
    }

    @Test(.enabled(if: TestPaths.hasData("fashion-mnist"), "TACIT_DATA has no fashion-mnist"))
    func fashionAsPublished() throws {
        let path = TestPaths.data.appendingPathComponent("fashion-mnist").path
        let set = try DataSetKind.fashionMNIST.read(path: path, split: "train")
        #expect(set.examples.count == 60_000)
        let pictures = try #require(set.pictures)
        #expect(pictures.width == 28 && pictures.height == 28 && pictures.count == 60_000)
        var counts = [Int](repeating: 0, count: 10)
        for example in set.examples { counts[example.classes[0]] += 1 }
        #expect(counts.allSatisfy { $0 == 6000 })
        // The published mean.
        let sum = pictures.pixels.reduce(0) { $0 + Int($1) }
        #expect(abs(Double(sum) / 255 / Double(pictures.pixels.count) - 0.28604) < 1e-5)
    }

    @Test(.enabled(if: TestPaths.hasData("fashion-mnist"), "TACIT_DATA has no fashion-mnist"))
    func aCutGzipIsBroken() throws {
        let source = TestPaths.data.appendingPathComponent("fashion-mnist/t10k-labels-idx1-ubyte.gz").path
        let folder = try TemporaryFolder()
        let whole = try folder.copy(source, as: "whole")
        let bytes = try Executable(path: "/bin/cat").run([whole]).output
        try folder.write("t10k-images-idx3-ubyte", Self.idx([10_000, 1, 1], [UInt8](repeating: 0, count: 10_000)))
        for count in [bytes.count - 1, bytes.count - 8, bytes.count / 2, 12] {
            try folder.write("t10k-labels-idx1-ubyte.gz", bytes[..<count])
            let error = thrown(TacitError.self) { try DataSetKind.fashionMNIST.read(path: folder.path) }
            #expect(error?.kind == .badData)
        }
    }

    private static func record(_ label: UInt8, _ start: UInt8) -> [UInt8] {
        [label] + (0..<3072).map { UInt8(truncatingIfNeeded: Int(start) + $0 / 1024) }
    }

    @Test func cifarBatches() throws {
        let folder = try TemporaryFolder()
        for number in 1...5 { try folder.write("data_batch_\(number).bin", Self.record(UInt8(number), 10)) }
        try folder.write("test_batch.bin", Self.record(3, 7) + Self.record(9, 100))
        let test = try DataSetKind.cifar10.read(path: folder.path)
        #expect(test.examples.map { test.classes[$0.classes[0]] } == ["cat", "truck"])
        let pictures = try #require(test.pictures)
        #expect(pictures.count == 2 && pictures.channels == 3)
        // Planes become pixels.
        #expect(Array(pictures.pixels[..<6]) == [7, 8, 9, 7, 8, 9])
        #expect(pictures.pixels[3072] == 100)
        let train = try DataSetKind.cifar10.read(path: folder.path, split: "train")
        #expect(train.examples.map(\.classes) == (1...5).map { [$0] })

        for broken in [[], Self.record(10, 0), Array(Self.record(1, 0).dropLast())] {
            try folder.write("test_batch.bin", broken)
            let error = thrown(TacitError.self) { try DataSetKind.cifar10.read(path: folder.path) }
            #expect(error?.kind == .badData)
        }
    }

    @Test func cifarFolders() throws {
        let tree = try Tree([
            "test/cat/1.png": "", "test/airplane/2.jpg": "", "test/cat/note.txt": "", "train/dog/3.png": "",
        ])
        let set = try DataSetKind.cifar10.read(path: tree.path)
        #expect(
            set.examples.map { String($0.path.dropFirst(tree.path.count)) } == [
                "/test/airplane/2.jpg", "/test/cat/1.png",
            ])
        #expect(set.examples.map { set.classes[$0.classes[0]] } == ["airplane", "cat"])
        #expect(set.pictures == nil)
        let stranger = try Tree(["test/unicorn/1.png": ""])
        #expect(throws: TacitError.self) { try DataSetKind.cifar10.read(path: stranger.path) }
    }

    @Test func foldersOfPictures() throws {
        let tree = try Tree(["b/1.png": "", "b/2.wav": "", "a/3.JPG": ""])
        let pictures = try DataSetKind.folder.read(path: tree.path, medium: .picture)
        #expect(pictures.examples.map { String($0.path.dropFirst(tree.path.count)) } == ["/a/3.JPG", "/b/1.png"])
        let sounds = try DataSetKind.folder.read(path: tree.path)
        #expect(sounds.examples.map { String($0.path.dropFirst(tree.path.count)) } == ["/b/2.wav"])
    }
}
