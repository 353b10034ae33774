import Foundation
import TacitDiagnostics
import TacitLearning
import TacitModelFile
import TacitTestSupport
import Testing

/// The file that learned labels live in: all of it comes back, and nothing else is taken for one.
@Suite struct LabelsFileTests {
    private let folder: TemporaryFolder
    private let path: String
    private let labels: LearnedLabels

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("my.labels")
        var clusters = Clusters(3, seed: 20)
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: [])
        var labels = LearnedLabels(Clusters.model)
        let sound = Clip.sound(samples: [0, 1, -1, 32767, -32768], sampleRate: 16000)
        let picture = Clip.picture(pixels: [0, 1, 127, 128, 255, 7], width: 2, height: 1, channels: 3)
        var parted = clusters.example(0, clip: sound)
        parted.parts = clusters.point(2) + clusters.point(2)
        try labels.learn("Türklingel", [parted, clusters.example(0, copies: 1)], base)
        try labels.learn("bell", [clusters.example(1, clip: picture)], base)
        try labels.correct("dog", [clusters.example(2, clip: sound)], base)
        try labels.correct("bell", [clusters.example(2)], base)
        var heard = [clusters.example(nil, clip: sound), clusters.example(nil)]
        heard[1].said = ["rain"]
        try labels.hear(background: heard, base)
        self.labels = labels
        try LabelsFile.write(labels, to: path)
    }

    private func refusal(_ path: String? = nil) -> (kind: TacitError.Kind, line: String)? {
        do {
            _ = try LabelsFile.read(path ?? self.path)
            return nil
        } catch {
            return (error as? TacitError).map { ($0.kind, $0.description) }
        }
    }

    private var bytes: [UInt8] {
        get throws { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }
    }

    @Test func everythingComesBack() throws {
        #expect(try LabelsFile.read(path) == labels)
        // The same content is the same bytes, and nothing is left beside it.
        let before = try bytes
        try LabelsFile.write(labels, to: path)
        #expect(try bytes == before)
        #expect(try folder.names() == ["my.labels"])
        #expect(try LabelsFile.read(folder.path("none.labels")) == nil)
        let empty = LearnedLabels(Clusters.model)
        try LabelsFile.write(empty, to: path)
        #expect(try LabelsFile.read(path) == empty)
    }

    /// A file that holds nothing newer is written as it ever was, for programs that know no newer ones: they would take
    /// parts for examples, and know no background that labels are said of.
    @Test func onlyWhatIsNewerIsOfTheNewerVersion() throws {
        func readEarlier() throws -> TensorFile {
            try Data(contentsOf: URL(fileURLWithPath: path)).withUnsafeBytes {
                try TensorFile(reading: $0, architecture: "tacit.labels", layoutVersions: 1...1)
            }
        }
        let base = TaughtBase(labels: ["dog", "rain"], prototypes: [])
        #expect(throws: TacitError.self) { try readEarlier() }
        var withoutParts = labels
        try withoutParts.forget("Türklingel", base)
        try LabelsFile.write(withoutParts, to: path)
        #expect(throws: TacitError.self) { try readEarlier() }
        #expect(try LabelsFile.read(path) == withoutParts)
        var withoutSaid = labels
        try withoutSaid.forget("rain", base)
        #expect(withoutSaid.background.count == 2)
        try LabelsFile.write(withoutSaid, to: path)
        #expect(throws: TacitError.self) { try readEarlier() }
        #expect(try LabelsFile.read(path) == withoutSaid)
        try withoutParts.forget("rain", base)
        try LabelsFile.write(withoutParts, to: path)
        #expect(try readEarlier().metadata["tacit.labels.example_parts"] == nil)
        #expect(try LabelsFile.read(path) == withoutParts)
    }

    @Test func everyFlippedByteIsNoticed() throws {
        let bytes = try bytes
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        for offset in bytes.indices {
            for mask: UInt8 in [0x01, 0x80] {
                try handle.seek(toOffset: UInt64(offset))
                try handle.write(contentsOf: [bytes[offset] ^ mask])
                let refusal = refusal()
                #expect(refusal?.kind == .badData, "byte \(offset)")
                #expect(refusal?.line.hasPrefix(path) == true && refusal?.line.contains("\n") == false)
            }
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: [bytes[offset]])
        }
        #expect(try LabelsFile.read(path) == labels)
    }

    @Test func everyCutIsNoticed() throws {
        let bytes = try bytes
        for length in bytes.indices.reversed() {
            try #require(truncate(path, off_t(length)) == 0)
            #expect(refusal()?.kind == .badData, "\(length) bytes")
        }
        try Data(bytes + [0]).write(to: URL(fileURLWithPath: path))
        #expect(refusal()?.kind == .badData)
    }

    @Test func whatCanNotBeReadIsNoInput() throws {
        #expect(refusal(folder.path)?.kind == .noInput || refusal(folder.path)?.kind == .badData)
        let model = try folder.write("other.gguf", Array("GGUF".utf8) + [3, 0, 0, 0])
        #expect(refusal(model)?.kind == .badData)
    }

    // MARK: Wrong things under right digests

    /// The file with its metadata and tensors changed, and digests that fit.
    private func forged(_ change: (inout [(key: String, value: Metadata.Value)], inout [TensorFile.Tensor]) -> Void)
        throws
    {
        let bytes = try bytes
        let file = try bytes.withUnsafeBytes {
            try TensorFile(reading: $0, architecture: "tacit.labels", layoutVersions: 1...2)
        }
        var pairs = file.metadata.pairs.filter {
            !$0.key.hasPrefix("general.") && !$0.key.hasPrefix("tacit.digest.") && $0.key != "tacit.layout_version"
        }
        var tensors = file.tensors
        change(&pairs, &tensors)
        var metadata = Metadata()
        for (key, value) in pairs { metadata.append(key, value) }
        let forged = TensorFile(metadata: metadata, tensors: tensors)
            .bytes(architecture: "tacit.labels", layoutVersion: 2)
        try Data(forged).write(to: URL(fileURLWithPath: path))
    }

    @Test func nothingButTheDigestsChanges() throws {
        let before = try bytes
        try forged { _, _ in }
        #expect(try bytes == before)
    }

    private static let wrong: [(String, Metadata.Value)] = [
        ("model_digest", .string("abc")), ("width", .uint32(0)), ("width", .uint32(4097)), ("width", .uint32(.max)),
        ("width", .uint32(23)), ("width", .string("24")), ("names", .strings(["bell", "bell"])),
        ("names", .strings(["bell"])), ("names", .strings(["a", "b", "c"])), ("names", .strings(["", "bell"])),
        ("names", .strings(["\u{1b}[2J", "bell"])), ("names", .strings(["\u{85}", "bell"])),
        ("corrected", .strings([])),
        ("planes", .strings(["cat"])), ("planes", .strings([])), ("example_owners", .uint32s([])),
        ("example_owners", .uint32s([0, 0, 1, 2, 3, 4, 5])), ("example_owners", .uint32s([0, 0, 1, 2, 3, 4, .max])),
        ("example_copies", .uint32s([3, 1, 3, 3, 3, 3, 65])), ("example_copies", .uint32s([3, 1, 3, 3, 3, 3, 4])),
        ("example_copies", .uint32s([UInt32](repeating: .max, count: 7))),
        ("example_copies", .uint32s([4, 0, 3, 3, 3, 3, 3])),
        ("example_parts", .uint32s([2, 0, 0, 0, 0, 0])), ("example_parts", .uint32s([1, 0, 0, 0, 0, 0, 0])),
        ("example_parts", .uint32s([65, 0, 0, 0, 0, 0, 0])),
        ("example_parts", .uint32s([UInt32](repeating: .max, count: 7))),
        ("example_rates", .uint32s([16000, 0, 0, 16000, 0, .max, 0])), ("likeness", .float32s([])),
        ("saying_examples", .uint32s([2])), ("saying_examples", .uint32s([.max])), ("saying_examples", .uint32s([])),
        ("saying_examples", .uint32s([1, 1])), ("said_labels", .strings(["rain", "rain"])),
        ("said_labels", .strings([])),
        ("said_labels", .strings(["cat"])), ("said_labels", .strings([""])), ("said_labels", .strings(["\u{1b}"])),
    ]

    @Test(arguments: wrong.indices)
    func metadataThatCanNotBe(index: Int) throws {
        let (field, wrong) = Self.wrong[index]
        try forged { pairs, _ in
            for place in pairs.indices where pairs[place].key == "tacit.labels.\(field)" { pairs[place].value = wrong }
        }
        let refusal = refusal()
        #expect(refusal?.kind == .badData, "\(field) \(wrong)")
        #expect(refusal?.line.hasPrefix(path) == true)
    }

    @Test func aFieldLeftOut() throws {
        let original = try bytes
        for field in Set(Self.wrong.map(\.0)) {
            try Data(original).write(to: URL(fileURLWithPath: path))
            try forged { pairs, _ in pairs.removeAll { $0.key == "tacit.labels.\(field)" } }
            #expect(refusal()?.kind == .badData, "\(field)")
        }
    }

    @Test func tensorsThatCanNotBe() throws {
        let original = try bytes
        let planes = 4
        let wrong: [(String, TensorFile.Tensor?)] = [
            ("rows", nil), ("weights", nil), ("biases", nil),
            ("biases", TensorFile.Tensor("biases", [planes], [0, .nan, 0, 0] as [Float])),
            ("biases", TensorFile.Tensor("biases", [planes], [0, .infinity, 0, 0] as [Float])),
            ("biases", TensorFile.Tensor("biases", [2], [0, 0] as [Float])),
            ("biases", TensorFile.Tensor("biases", [planes * 2], [Int16](repeating: 0, count: planes * 2))),
            ("clip.0", TensorFile.Tensor("clip.0", [4], [0, 1, 2, 3] as [Int8])),
            ("clip.2", TensorFile.Tensor("clip.2", [1, 2, 2], [0, 1, 2, 3] as [Int8])),
            ("clip.2", TensorFile.Tensor("clip.2", [6], [0, 1, 2, 3, 4, 5] as [Int8])),
        ]
        for (name, replacement) in wrong {
            try Data(original).write(to: URL(fileURLWithPath: path))
            try forged { _, tensors in
                tensors = tensors.compactMap { $0.name == name ? replacement : $0 }
            }
            #expect(refusal()?.kind == .badData, "\(name) \(replacement?.shape ?? [])")
        }
    }

    /// A clip is converted to a model's rate when labels are brought to it: at a low rate few bytes are a long sound.
    @Test func aClipLongerThanAnyThatIsKept() throws {
        func clip(_ seconds: Int) throws {
            try forged { pairs, tensors in
                for place in pairs.indices where pairs[place].key == "tacit.labels.example_rates" {
                    pairs[place].value = .uint32s([100, 0, 0, 16000, 0, 16000, 0])
                }
                let samples = [Int16](repeating: 1, count: 100 * seconds)
                tensors = tensors.map {
                    $0.name == "clip.0" ? TensorFile.Tensor("clip.0", [samples.count], samples) : $0
                }
            }
        }
        try clip(600)
        #expect(refusal() == nil)
        try clip(601)
        #expect(refusal()?.kind == .badData)
        #expect(refusal()?.line == "\(path): Türklingel: a clip of 601 s at 100 Hz, expected at most 600 s")
    }

    /// Nor may many clips be so long together.
    @Test func clipsThatAreLongTogether() throws {
        let count = 24
        var clusters = Clusters(1, seed: 22)
        let clip = Clip.sound(samples: [Int16](repeating: 0, count: 600), sampleRate: 1)
        let base = TaughtBase(labels: ["dog"], prototypes: [])
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", (0..<count).map { _ in clusters.example(0, clip: clip) }, base)
        try LabelsFile.write(labels, to: path)
        #expect(try LabelsFile.read(path) == labels)
        let one = clusters.example(0, clip: .sound(samples: [0], sampleRate: 1))
        let error = thrown(TacitError.self) { try labels.learn("horn", [one], base) }
        #expect(error?.kind == .usage && error?.description.contains("14401 s of clips") == true)
        let samples = [Int16](repeating: 0, count: 599)
        var fewer = LearnedLabels(Clusters.model)
        try fewer.learn("bell", labels.labels[0].examples + [clusters.example(0)], base)
        try LabelsFile.write(fewer, to: path)
        try forged { pairs, tensors in
            for place in pairs.indices where pairs[place].key == "tacit.labels.example_rates" {
                pairs[place].value = .uint32s([UInt32](repeating: 1, count: count + 1))
            }
            tensors.insert(TensorFile.Tensor("clip.\(count)", [samples.count], samples), at: count)
        }
        #expect(refusal()?.line == "\(path): bell: clips up to here are of 14999 s, expected at most 14400 s in all")
    }

    /// None of more than there can be is nothing, and no dimension.
    @Test func aDimensionThatNoArrayHas() throws {
        let stated = 1 << 62 | 0x0123_4567_89ab
        try forged { _, tensors in tensors.append(TensorFile.Tensor("more", [stated, 0], [] as [Float])) }
        var bytes = try bytes
        let mark = withUnsafeBytes(of: UInt64(stated).littleEndian) { Array($0) }
        let place = try #require(bytes.indices.dropLast(8).first { Array(bytes[$0..<$0 + 8]) == mark })
        for value in [UInt64.max, 1 << 63, 1 << 62] {
            bytes.replaceSubrange(place..<place + 8, with: withUnsafeBytes(of: value.littleEndian) { Array($0) })
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            #expect(refusal()?.line == "\(path): more: the tensor is too large")
        }
    }

    @Test func whatCouldNotBeReadAgainReplacesNothing() throws {
        let before = try bytes
        var empty = labels
        try empty.learn("bell", [Example(rows: [], clip: nil)], TaughtBase(labels: ["dog", "rain"], prototypes: []))
        #expect(throws: TacitError.self) { try LabelsFile.write(empty, to: path) }
        #expect(try bytes == before)
    }

    /// A model calls its own labels as it likes.
    @Test(arguments: ["a\nb", String(repeating: "z", count: 300), ""])
    func labelsOfTheModelThatNobodyWouldBeCalledBy(name: String) throws {
        let base = TaughtBase(labels: ["dog", name], prototypes: [])
        var clusters = Clusters(3, seed: 21)
        var labels = labels
        try labels.correct(name, [clusters.example(1)], base)
        var heard = clusters.example(nil)
        heard.said = [name]
        try labels.hear(background: [heard], base)
        try LabelsFile.write(labels, to: path)
        #expect(try LabelsFile.read(path) == labels)
        #expect(throws: TacitError.self) { try labels.learn(name, [clusters.example(0)], base) }
    }
}
