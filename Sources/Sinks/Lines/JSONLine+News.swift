import TacitLabelling
import TacitLive
import TacitText

/// The parts that several commands' objects share.
extension JSONLine {
    /// `"span":[start,end]`.
    package mutating func span(_ span: (start: Double, end: Double)) {
        key("span")
        beginArray()
        seconds(span.start)
        seconds(span.end)
        endArray()
    }

    /// `"labels":[{"label":...,"score":...},...]`, best first.
    package mutating func labels(
        _ ranking: Ranking, names: [String], learnedFrom: Int, scores: UnsafeBufferPointer<Float>
    ) {
        key("labels")
        beginArray()
        for index in ranking.order {
            beginObject()
            key("label")
            string(names[index])
            key("score")
            float(scores[index])
            learned(index >= learnedFrom)
            endObject()
        }
        endArray()
    }

    /// `"learned":true`, where it was.
    package mutating func learned(_ isLearned: Bool) {
        guard isLearned else { return }
        key("learned")
        bool(true)
    }

    /// What a gap's line begins with, wherever it stands.
    mutating func gap(_ gap: LiveGap) {
        key("type")
        string("gap")
        key("time")
        seconds(gap.time)
        key("lost_seconds")
        seconds(gap.lostSeconds)
        key("reason")
        string(gap.reason.rawValue)
    }

    /// An event's name.
    package mutating func id(_ id: EventID) { quoted { id.write(to: &$0) } }
}
