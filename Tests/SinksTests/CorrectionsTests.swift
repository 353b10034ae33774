import Foundation
import Synchronization
import TacitDiagnostics
import TacitLive
import TacitSinks
import TacitTestSupport
import Testing

/// What people say of events, before and behind whoever learns of it.
@Suite struct CorrectionsTests {
    /// Learns whatever it is told.
    private final class Pupil: ClipTeaching {
        let lessons = Mutex<[String]>([])
        /// Whether a lesson is still being learned, however long that takes.
        let isBusy = Mutex(false)

        func teach(_ judgement: Judgement, clip: String, said: String) throws -> Lesson {
            lessons.withLock { $0.append(said) }
            _ = waitUntil { !isBusy.withLock { $0 } }
            return Lesson(learned: nil, corrected: said)
        }
    }

    /// A learned label behind the model's two, of which one speaks through a group.
    private let labels = StreamLabels(
        names: ["dog", "rain", "bell"], learnedFrom: 2, thresholds: [0.5, 0.5, 0.5], selected: [0, 1, 2],
        groups: ["instr"], groupOf: [1: 0])
    private let folder: TemporaryFolder
    private let pupil = Pupil()
    private let corrections: Corrections

    init() throws {
        folder = try TemporaryFolder()
        corrections = try Corrections(pupil, clips: folder.path(""), labels: labels)
    }

    /// An event by its name's place, with its clip.
    private func event(_ place: Int) throws -> String {
        var event = News.event(.on, place, at: 1)
        let clip = ClipName(of: event, slug: "some", kind: .sound)
        event.clip = clip
        try folder.write(clip.text, [1])
        corrections.event(event)
        return event.id.description
    }

    private func answer(_ event: String, _ judgement: String) async -> CorrectionAnswer {
        await withCheckedContinuation { continuation in
            corrections.submit(Array(#"{"event":"\#(event)",\#(judgement)}"#.utf8)) {
                continuation.resume(returning: $0)
            }
        }
    }

    @Test func groupsAreNoLabels() async throws {
        // Of the group, which stands behind the labels that there were at the start.
        let group = try event(3)
        for judgement in [#""nothing":true"#, #""label":"bell""#] {
            let answer = await answer(group, judgement)
            #expect(answer.outcome == .refused && answer.words.contains("'instr' is a group"), "\(answer.words)")
        }
        let named = await answer(try event(0), #""label":"instr""#)
        #expect(named.outcome == .refused && named.words.contains("'instr' is a group here"), "\(named.words)")
        #expect(pupil.lessons.withLock { $0 }.isEmpty)
        let learned = await answer(try event(2), #""nothing":true"#)
        #expect(learned.outcome == .learned && learned.words == "learned: not bell", "\(learned.words)")
        #expect(pupil.lessons.withLock { $0 } == ["bell"])
        corrections.finish()
    }

    /// Whoever waits hears at once that nothing comes of it; what is being learned is learned to its end.
    @Test func atTheEndAllAreAnswered() async throws {
        let (answers, isOver) = (Guarded<[String]>([]), Guarded(false))
        pupil.isBusy.withLock { $0 = true }
        for _ in 0..<3 {
            corrections.submit(Array(#"{"event":"\#(try event(0))","nothing":true}"#.utf8)) { answer in
                answers.locked { $0.append(answer.words) }
            }
        }
        #expect(waitUntil { !pupil.lessons.withLock { $0.isEmpty } })
        let corrections = corrections
        Thread.detachNewThread {
            corrections.finish()
            isOver.locked { $0 = true }
        }
        #expect(waitUntil { answers.locked { $0.count } == 2 })
        #expect(answers.locked { $0 } == ["the stream ends", "the stream ends"] && !isOver.locked { $0 })
        pupil.isBusy.withLock { $0 = false }
        #expect(waitUntil { isOver.locked { $0 } })
        #expect(answers.locked { $0.last } == "learned: not dog" && pupil.lessons.withLock { $0 } == ["dog"])
    }
}
