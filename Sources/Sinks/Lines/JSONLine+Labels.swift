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
    package mutating func labels(_ ranking: Ranking, names: [String], scores: UnsafeBufferPointer<Float>) {
        key("labels")
        beginArray()
        for index in ranking.order {
            beginObject()
            key("label")
            string(names[index])
            key("score")
            float(scores[index])
            endObject()
        }
        endArray()
    }

    /// An event's name.
    package mutating func id(_ id: EventID) { quoted { id.write(to: &$0) } }
}
