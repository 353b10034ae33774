import TacitDiagnostics
import TacitLearning
import TacitTestSupport
import Testing

/// What is said later of the same sound or picture holds.
@Suite struct JudgementTests {
    private let base = TaughtBase(labels: ["dog", "rain"], prototypes: [])

    private func distance(_ labels: LearnedLabels, _ example: Example) -> Float {
        labels.distance(0, of: Array(example.rows.prefix(Clusters.width)))
    }

    /// So that what was taught without them can go to another model.
    @Test func anExampleGetsItsClipLater() throws {
        var clusters = Clusters(2, seed: 21)
        let (bell, dog) = (clusters.examples(0, count: 3), clusters.examples(1, count: 2))
        var labels = LearnedLabels(Clusters.model)
        #expect(try labels.learn("bell", bell, base) == [.new, .new, .new])
        #expect(try labels.correct("dog", dog, base) == [.new, .new])
        let clip = Clip.sound(samples: [1, 2, 3], sampleRate: 8000)
        let (whole, other) = (Example(rows: bell[0].rows, clip: clip), Example(rows: dog[0].rows, clip: clip))
        #expect(try labels.learn("bell", [whole], base) == [.known])
        #expect(labels.labels[0].examples == [whole, bell[1], bell[2]])
        #expect(try labels.correct("dog", [other], base) == [.known])
        #expect(labels.corrections[0].examples == [other, dog[1]])
        // Whoever teaches the same anew teaches it again.
        #expect(try labels.learn("bell", [whole], base) == [.new])
        #expect(labels.labels[0].examples.count == 4)
    }

    /// Two of the same would vouch for one another where one is left out, and the label's threshold would lie so high
    /// that hardly anything else reached it.
    @Test func whatIsTaughtTwiceIsComputedOnce() throws {
        var clusters = Clusters(3, seed: 29)
        let (bell, dog) = (clusters.examples(0, count: 4), clusters.examples(1, count: 2))
        func taught(_ times: Int, _ bell: [Example]) throws -> LearnedLabels {
            var labels = LearnedLabels(Clusters.model)
            for _ in 0..<times {
                try labels.learn("bell", bell, base)
                try labels.correct("dog", dog, base)
            }
            return labels
        }
        for bell in [bell, Array(bell.prefix(1))] {
            let (once, thrice) = (try taught(1, bell), try taught(3, bell))
            #expect(thrice.labels[0].examples.count == 3 * bell.count)
            #expect(thrice.classifiers.weights == once.classifiers.weights)
            #expect(thrice.classifiers.biases == once.classifiers.biases)
            #expect(
                thrice.classifiers.likeness[0]
                    == [[Float]](repeating: once.classifiers.likeness[0], count: 3).flatMap { $0 })
        }
        // Another clip in which the model hears the same is another example.
        func clip(_ value: Int16) -> Example {
            Example(rows: dog[0].rows, clip: .sound(samples: [Int16](repeating: value, count: 9), sampleRate: 8000))
        }
        var (two, one) = (LearnedLabels(Clusters.model), LearnedLabels(Clusters.model))
        try one.learn("horn", [clip(1)], base)
        try two.learn("horn", [clip(1), clip(2)], base)
        #expect(one.classifiers.weights != two.classifiers.weights)
    }

    /// Known before more of it is computed.
    @Test func whetherThereIsRoom() throws {
        var clusters = Clusters(1, seed: 30)
        let many = clusters.examples(0, count: LearningLimits.examples)
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", many, base)
        let other = clusters.example(0)
        try labels.requireRoom(for: .label("horn", [other]), base)
        #expect(thrown(TacitError.self) { try labels.requireRoom(for: .label("bell", [other]), base) }?.kind == .usage)
        let clip = Clip.sound(samples: [Int16](repeating: 1, count: 1 << 25), sampleRate: 8000)
        let long = (0..<3).map { _ in Example(rows: clusters.example(0).rows, clip: clip) }
        #expect(thrown(TacitError.self) { try labels.requireRoom(for: .label("horn", long), base) }?.kind == .usage)
    }

    /// The clip of one that was taught to another model before has the size that that one saw.
    @Test func aPictureIsTheSameInAnotherSize() throws {
        var clusters = Clusters(2, seed: 28)
        let (rows, other) = (clusters.example(0).rows, clusters.example(0).rows)
        func picture(_ rows: [Float], side: Int, level: UInt8 = 9) -> Example {
            let pixels = [UInt8](repeating: level, count: side * side)
            return Example(rows: rows, clip: .picture(pixels: pixels, width: side, height: side, channels: 1))
        }
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", [picture(rows, side: 4)], base)
        #expect(try labels.correct("bell", [picture(rows, side: 4, level: 8)], base) == [.new])
        #expect(try labels.correct("bell", [picture(other, side: 2)], base) == [.new])
        #expect(try labels.correct("bell", [picture(rows, side: 2)], base) == [.opposite])
        #expect(labels.labels.isEmpty)
    }

    @Test func aBackgroundIsHeardAgain() throws {
        var clusters = Clusters(2, seed: 25)
        let heard = Example(rows: clusters.example(0).rows, clip: nil, said: ["dog"])
        let clip = Clip.sound(samples: [1, 2, 3], sampleRate: 8000)
        let again = Example(rows: heard.rows, clip: clip, said: ["dog"])
        var labels = LearnedLabels(Clusters.model)
        try labels.hear(background: [heard], base)
        try labels.forget("dog", base)
        #expect(labels.background.map(\.said) == [[]])
        #expect(try labels.hear(background: [again], base) == [.known])
        #expect(labels.background == [again])
    }

    /// What comes from elsewhere changes nothing that was said here.
    @Test func newsAreWhatNothingIsKnownOf() throws {
        var clusters = Clusters(2, seed: 26)
        let (bell, dull, other) = (clusters.example(0), clusters.example(1), clusters.example(1))
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", [bell], base)
        try labels.correct("bell", [dull], base)
        #expect(labels.news(of: "bell", [bell, dull, other]) == [other])
        #expect(labels.news(of: "horn", [bell, dull]) == [bell, dull])
    }

    @Test func whatIsSaidLaterHolds() throws {
        var clusters = Clusters(2, seed: 22)
        let bell = clusters.examples(0, count: 3)
        let wrong = clusters.example(1)
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", bell + [wrong], base)
        #expect(distance(labels, wrong) > -1)
        #expect(try labels.correct("bell", [wrong], base) == [.opposite])
        #expect(labels.labels[0].examples == bell && labels.corrections.map(\.examples) == [[wrong]])
        #expect(distance(labels, wrong) < -1 && distance(labels, bell[0]) > 0)
        #expect(try labels.learn("bell", [wrong], base) == [.opposite])
        #expect(labels.labels[0].examples == bell + [wrong] && labels.corrections.isEmpty)
    }

    /// Without an example there is nothing to be said, nor to be corrected.
    @Test func theLastExampleTakesItsLabelWithIt() throws {
        var clusters = Clusters(3, seed: 23)
        let (bell, horn) = (clusters.examples(0, count: 2), clusters.examples(1, count: 2))
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("horn", horn, base)
        let before = labels
        try labels.learn("bell", bell, base)
        try labels.correct("bell", clusters.examples(2, count: 2), base)
        #expect(try labels.correct("bell", bell, base) == [.opposite, .opposite])
        #expect(labels == before)
    }

    /// A judgement of a clip stands instead of all that was said of it.
    @Test func aJudgementReplacesAnother() throws {
        var clusters = Clusters(2, seed: 24)
        let (bell, clip) = (clusters.examples(0, count: 2), clusters.example(1))
        var labels = LearnedLabels(Clusters.model)
        try labels.learn("bell", bell, base)
        let before = labels
        #expect(try !labels.judge(clip, is: "horm", isNot: "dog", base))
        #expect(labels.labels.map(\.name) == ["bell", "horm"] && labels.corrections.map(\.name) == ["dog"])
        #expect(try labels.judge(clip, is: "horn", isNot: "dog", base))
        for _ in 0..<3 { #expect(try !labels.judge(clip, is: "horn", isNot: "dog", base)) }
        #expect(labels.labels.map(\.name) == ["bell", "horn"] && labels.corrections.map(\.examples.count) == [1])
        #expect(try labels.judge(clip, is: "bell", isNot: "dog", base))
        #expect(labels.labels.map(\.examples.count) == [3])
        // It was nothing that has a name; then it was the dog after all.
        #expect(try labels.judge(clip, is: nil, isNot: "dog", base))
        #expect(labels.labels == before.labels && labels.corrections.map(\.examples.count) == [1])
        #expect(try labels.judge(clip, is: nil, isNot: nil, base))
        #expect(labels == before)
        #expect(try !labels.judge(clip, is: nil, isNot: nil, base))
    }
}
