import Glibc
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitModelFile
import TacitTestSupport
import Testing

/// Labels that are brought to a model, all at once.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty")) struct LabelMigrationTests {
    private let model: LoadedModel
    private let base: TaughtBase
    private let migration: LabelMigration

    init() throws {
        model = try LoadedModel(path: TestPaths.package.appendingPathComponent("models/sound.gguf").path)
        base = try model.base
        migration = try LabelMigration(
            model, maker: ExampleMaker(model, engine: EngineSettings(), keepsClips: true))
    }

    /// One row of length 1.
    private func example(_ random: inout RandomNumbers) -> Example {
        let row = (0..<model.identity.width).map { _ in Float.random(in: -1...1, using: &random) }
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return Example(rows: row.map { $0 / length }, clip: nil)
    }

    private func examples(_ count: Int, _ random: inout RandomNumbers) -> [Example] {
        (0..<count).map { _ in example(&random) }
    }

    /// To the byte what one label after the other would come to.
    @Test func allAtOnceIsWhatOneByOneIs() throws {
        var random = RandomNumbers(seed: 31)
        let known = examples(2, &random)
        let own = try #require(base.labels.first)
        var other = LearnedLabels(model.identity)
        try other.learn("bell", known + examples(1, &random), base)
        try other.learn("horn", examples(3, &random), base)
        try other.correct("horn", examples(1, &random), base)
        try other.correct(own, examples(2, &random), base)
        try other.hear(background: examples(2, &random), base)
        var labels = LearnedLabels(model.identity)
        try labels.learn("bell", known, base)
        try labels.hear(background: examples(3, &random), base)

        var expected = labels
        try expected.learn("bell", Array(other.labels[0].examples.suffix(1)), base)
        try expected.learn("horn", other.labels[1].examples, base)
        try expected.correct("horn", other.corrections[0].examples, base)
        try expected.correct(own, other.corrections[1].examples, base)
        let leftOut = try migration.add(other, of: "other.labels", to: &labels, keepsClips: true)
        #expect(leftOut.isEmpty)
        #expect(labels == expected)
        #expect(LabelsFile.bytes(labels) == LabelsFile.bytes(expected))
    }

    /// What is computed is computed once, not a label: so many would take minutes of a processor.
    @Test func manyLabels() throws {
        var random = RandomNumbers(seed: 32)
        let additions = (0..<1000).map { LearnedLabels.Addition.label("label \($0)", [example(&random)]) }
        var other = LearnedLabels(model.identity)
        try other.add(additions, base)
        var labels = LearnedLabels(model.identity)
        let begun = ownSeconds
        let leftOut = try migration.add(other, of: "other.labels", to: &labels, keepsClips: true)
        #expect(ownSeconds - begun < 60)
        #expect(leftOut.isEmpty)
        #expect(labels == other)
    }

    /// Processor time of this thread: others may have the processor meanwhile.
    private var ownSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// As `tacit` once wrote them: they are read, and renamed, before they go anywhere else.
    @Test func namesWithBlanksAround() throws {
        var random = RandomNumbers(seed: 34)
        var labels = LearnedLabels(model.identity)
        try labels.learn("bell", examples(2, &random), base)
        let bytes = LabelsFile.bytes(labels)
        let file = try bytes.withUnsafeBytes {
            try TensorFile(reading: $0, architecture: "tacit.labels", layoutVersions: 1...1)
        }
        var metadata = Metadata()
        for (key, value) in file.metadata.pairs where key.hasPrefix("tacit.labels.") {
            metadata.append(key, key == "tacit.labels.names" ? .strings([" bell "]) : value)
        }
        let earlier = TensorFile(metadata: metadata, tensors: file.tensors)
            .bytes(architecture: "tacit.labels", layoutVersion: 1)
        var other = try earlier.withUnsafeBytes { try LabelsFile.labels($0) }
        #expect(other.labels.map(\.name) == [" bell "])

        var taken = LearnedLabels(model.identity)
        let error = thrown(TacitError.self) {
            try migration.add(other, of: "other.labels", to: &taken, keepsClips: true)
        }
        #expect(error?.kind == .badData)
        #expect(
            error?.description == "other.labels:  bell : a label's name neither begins nor ends with a blank: rename "
                + "the learned one, with sound.gguf")
        #expect(thrown(TacitError.self) { try migration.renewed(other, of: "other.labels") }?.kind == .badData)
        try other.rename(" bell ", to: "bell", base)
        _ = try migration.add(other, of: "other.labels", to: &taken, keepsClips: true)
        #expect(taken == labels)
    }

    /// What can't be brought as a whole changes nothing, and nothing is said of its parts.
    @Test func allOrNothing() throws {
        var random = RandomNumbers(seed: 33)
        var other = LearnedLabels(model.identity)
        try other.learn("bell", examples(200, &random), base)
        try other.learn("horn", examples(1, &random), base)
        var labels = LearnedLabels(model.identity)
        try labels.learn("horn", examples(1, &random), base)
        try labels.learn("bell", examples(100, &random), base)
        let before = labels
        let error = thrown(TacitError.self) {
            try migration.add(other, of: "other.labels", to: &labels, keepsClips: true)
        }
        #expect(error?.kind == .usage)
        #expect(labels == before)
    }
}
