import TacitConsole
import TacitLabelling
import TacitLearning
import TacitLive
import TacitSinks
import TacitText

/// What `learn` writes: what an example would have been called, and what is known afterwards.
struct LearnOutput {
    private let json: Bool

    init(json: Bool) { self.json = json }

    /// What an example was called before it was learned.
    func heard(_ path: String, _ reading: FileReading?, _ names: [String]) throws {
        guard !json, let reading else { return }
        var ranking = Ranking(top: 2, threshold: nil, labels: names.count)
        var line = PlainLine()
        line.begin()
        line.text(path)
        line.literal("  would have been  ")
        reading.scores.withUnsafeBufferPointer { scores in
            ranking.rank(scores)
            line.labels(ranking, names: names, scores: scores)
        }
        line.end()
        do {
            try StandardOutput.shared.write(line.bytes)
        } catch is StandardOutput.Closed {
            // Whoever reads no further has not said that nothing is to be learned.
        }
    }

    /// A line a label; then, for people, what of the model's own is held back in the background.
    func list(_ labels: LearnedLabels) throws {
        for (index, label) in labels.labels.enumerated() {
            let corrections = labels.corrections.first { $0.name == label.name }?.examples.count ?? 0
            try tell(
                label.name, examples: label.examples.count, corrections: corrections, isLearned: true,
                unlike: labels.classifiers.likeness[index].count { $0 < 0 })
        }
        for correction in labels.corrections where labels.index(of: correction.name) == nil {
            try tell(
                correction.name, examples: 0, corrections: correction.examples.count, isLearned: false, unlike: 0)
        }
        let said = Set(labels.background.flatMap(\.said))
        let held = labels.classifiers.corrected.filter(said.contains)
        guard !json, !held.isEmpty else { return }
        var line = PlainLine()
        line.begin()
        line.text("held back where it is as in the background: " + held.joined(separator: ", "))
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }

    private func tell(_ name: String, examples: Int, corrections: Int, isLearned: Bool, unlike: Int) throws {
        if json {
            var line = JSONLine()
            line.begin()
            line.string("name", name)
            line.integer("examples", examples)
            line.integer("corrections", corrections)
            line.float("threshold", isLearned ? LoadedModel.learnedThreshold : nil)
            line.bool("learned", isLearned)
            line.end()
            return try StandardOutput.shared.write(line.bytes)
        }
        var line = PlainLine()
        line.begin()
        line.text(name)
        line.text("  \(examples) examples, \(corrections) corrections")
        if unlike > 0 { line.text(", \(unlike) of them unlike the others") }
        line.end()
        try StandardOutput.shared.write(line.bytes)
    }
}
