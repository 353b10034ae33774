import TacitLabelling
import TacitLive
import TacitText

/// The parts that several commands' objects share.
extension JSONLine {
    /// `"span":[start,end]`.
    package mutating func span(_ span: (start: Double, end: Double)) {
        beginArray("span")
        seconds(span.start)
        seconds(span.end)
        endArray()
    }

    /// `"labels":[{"label":...,"score":...},...]`, best first.
    package mutating func labels(
        _ ranking: Ranking, names: [String], learnedFrom: Int, scores: UnsafeBufferPointer<Float>
    ) {
        beginArray("labels")
        for index in ranking.order {
            beginObject()
            string("label", names[index])
            float("score", scores[index])
            learned(index >= learnedFrom)
            endObject()
        }
        endArray()
    }

    /// `"learned":true`, where it was.
    package mutating func learned(_ isLearned: Bool) {
        guard isLearned else { return }
        bool("learned", true)
    }

    /// What a gap's line begins with, wherever it stands.
    mutating func gap(_ gap: LiveGap) {
        string("type", "gap")
        seconds("time", gap.time)
        seconds("lost_seconds", gap.lostSeconds)
        string("reason", gap.reason.rawValue)
    }

    /// An event's name.
    mutating func id(_ name: StaticString, _ id: EventID) { quoted(name) { id.write(to: &$0) } }
}
