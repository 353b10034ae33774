import TacitLearning
import TacitTestSupport
import Testing

/// "This was X, not Y" gives one clip two parts, of which neither spoils the other.
@Suite struct SharedExamplesTests {
    /// A label's own examples go on being it, whether what was said instead is the model's own or learned.
    @Test(arguments: ["dog", "horn"], [1, 2])
    func anExampleStaysOneOnceAnotherLabelIsCorrected(said: String, count: Int) throws {
        for seed in 1...10 as ClosedRange<UInt64> {
            var clusters = Clusters(4, seed: seed)
            let base = TaughtBase(
                labels: ["dog", "rain"], prototypes: clusters.centres[0] + clusters.centres[1],
                others: clusters.point(nil) + clusters.point(nil))
            var labels = LearnedLabels(Clusters.model)
            // Not far from what was said instead.
            let examples = (0..<count).map { _ in
                let rows = (0..<3).flatMap { _ in
                    let (own, other) = (clusters.point(2), clusters.point(said == "dog" ? 0 : 3))
                    return Clusters.unit(zip(own, other).map { 0.6 * $0 + 0.4 * $1 })
                }
                return Example(rows: rows, clip: nil)
            }
            try labels.learn("bell", examples, base)
            if said == "horn" { try labels.learn("horn", clusters.examples(3, count: 5), base) }
            let before = labels
            try labels.correct(said, examples, base)
            for example in examples {
                let point = Array(example.rows.prefix(Clusters.width))
                // A score of 0.5 lies at 0. The other label is lowered there: by its plane, or for it is far off.
                #expect(labels.distance(0, of: point) > 0)
                #expect(labels.distance(1, of: point) * (said == "dog" ? 1 : -1) > 0)
            }
            try labels.forget(said, base)
            if said == "horn" { try labels.learn("horn", before.labels[1].examples, base) }
            #expect(labels == before)
        }
    }

    /// Whatever is no example of another label is a correction as ever, beside those that are.
    @Test func othersAreCorrectionsAsEver() throws {
        var clusters = Clusters(3, seed: 3)
        let base = TaughtBase(labels: ["dog"], prototypes: clusters.centres[0])
        let (bell, cat) = (clusters.examples(1, count: 2), clusters.examples(2, count: 3))
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", bell, base)
        try labels.correct("dog", bell + cat, base)
        #expect(labels.corrections[0].examples.count == 5)
        #expect((bell + cat).allSatisfy { labels.distance(1, of: Array($0.rows.prefix(Clusters.width))) > 0 })
        #expect(bell.allSatisfy { labels.distance(0, of: Array($0.rows.prefix(Clusters.width))) > 0 })
        #expect(cat.allSatisfy { labels.distance(0, of: Array($0.rows.prefix(Clusters.width))) < 0 })
    }
}
