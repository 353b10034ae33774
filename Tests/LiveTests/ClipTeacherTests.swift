import Foundation
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitTestSupport
import Testing

/// What people say of events, learned from their clips.
@Suite(.enabled(if: TestPaths.hasModel("words.gguf"), "models/ is empty")) struct ClipTeacherTests {
    private let folder: TemporaryFolder
    private let file: String
    private let own: String
    private let teacher: ClipTeacher

    init() throws {
        folder = try TemporaryFolder()
        file = folder.path("my.labels")
        let path = TestPaths.package.appendingPathComponent("models/words.gguf").path
        let bare = try LoadedModel(path: path)
        own = try #require(bare.model.description.labels.first)
        // As a stream that people correct begins.
        try LabelsFile.write(LearnedLabels(bare.identity), to: file)
        teacher = ClipTeacher(try LoadedModel(path: path, labels: file), file: file, engine: EngineSettings())
    }

    private func clip(_ seed: UInt64, peak: Int16 = 9000) throws -> String {
        var random = RandomNumbers(seed: seed)
        let samples = (0..<16_000).map { _ in Int16.random(in: -peak...peak, using: &random) }
        return try folder.write("\(seed).wav", WaveFile.bytes(samples, rate: 16_000))
    }

    private func labels() throws -> LearnedLabels { try LabelsFile.require(file) }

    private func refusal(_ judgement: Judgement, _ clip: String, said: String) -> TacitError? {
        do {
            _ = try teacher.teach(judgement, clip: clip, said: said)
            return nil
        } catch {
            return error as? TacitError
        }
    }

    @Test func theLastJudgementHolds() throws {
        let clip = try clip(1)
        #expect(refusal(.label(own), clip, said: own)?.kind == .usage)
        var lesson = Lesson(learned: "knok", corrected: own)
        #expect(try teacher.teach(.label("knok"), clip: clip, said: own) == lesson)
        lesson = Lesson(learned: "knock", corrected: own)
        lesson.forgotten = ["knok"]
        #expect(try teacher.teach(.label("knock"), clip: clip, said: own) == lesson)
        lesson = Lesson(learned: nil, corrected: own)
        lesson.forgotten = ["knock"]
        #expect(try teacher.teach(.nothing, clip: clip, said: own) == lesson)
        for _ in 0..<3 { _ = try teacher.teach(.nothing, clip: clip, said: own) }
        #expect(try labels().labels.isEmpty && labels().corrections.map(\.examples.count) == [1])
        // It was right after all.
        #expect(try teacher.teach(.label(own), clip: clip, said: own) == Lesson(learned: nil, corrected: nil))
        #expect(try labels().corrections.isEmpty)
    }

    /// An event may be of a label that was renamed since: what it was is learned, and that it was not that is left out.
    @Test func aLabelThatIsNoMore() throws {
        let base = try LoadedModel(path: TestPaths.package.appendingPathComponent("models/words.gguf").path).base
        _ = try teacher.teach(.label("bell"), clip: try clip(1), said: own)
        var renamed = try labels()
        try renamed.rename("bell", to: "gong", base)
        try LabelsFile.write(renamed, to: file)
        let second = try clip(2)
        let refusal = refusal(.nothing, second, said: "bell")
        #expect(refusal?.kind == .usage && refusal?.reason.contains("'bell' is no label any more") == true)
        #expect(try labels() == renamed)
        var lesson = Lesson(learned: "horn", corrected: nil)
        lesson.vanished = "bell"
        #expect(try teacher.teach(.label("horn"), clip: second, said: "bell") == lesson)
        #expect(try labels().labels.map(\.name) == ["gong", "horn"])
    }

    @Test func aSilentClipIsRefused() throws {
        let refusal = refusal(.label("bell"), try clip(1, peak: 0), said: own)
        #expect(refusal?.kind == .usage && refusal?.reason.hasPrefix("silent (") == true)
    }

    /// Labels that are in force are not lost with their file.
    @Test func aFileThatWasRemoved() throws {
        try FileManager.default.removeItem(atPath: file)
        _ = try teacher.teach(.label("bell"), clip: try clip(1), said: own)
        try FileManager.default.removeItem(atPath: file)
        let refusal = refusal(.label("horn"), try clip(2), said: own)
        #expect(refusal?.kind == .usage && refusal?.reason.contains("was removed") == true)
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
