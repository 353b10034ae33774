import TacitLabelling
import TacitText

extension PlainLine {
    /// `dog 0.931  cow 0.020`; `-` where there is nothing to show.
    package mutating func labels(_ ranking: Ranking, names: [String], scores: UnsafeBufferPointer<Float>) {
        if ranking.order.isEmpty { literal("-") }
        for (place, index) in ranking.order.enumerated() {
            if place > 0 { literal("  ") }
            text(names[index])
            literal(" ")
            decimal(Double(scores[index]), places: 3)
        }
    }
}
