import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLearning
import TacitLive
import TacitSinks
import TacitText

/// What `learn` writes: what an example would have been called, and what is known afterwards.
///
/// What is told never decides what is learned: where it can't be written, that is said at the end, and what was changed
/// all the same.
final class LearnOutput {
    private let json: Bool
    /// Why nothing more is written.
    private var failure: TacitError?

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
            try write(line.bytes)
        } catch is StandardOutput.Closed {
            // Whoever reads no further has not said that nothing is to be learned.
        }
    }

    /// Lines for people, which are no part of what programs read.
    func remarks(_ lines: [String]) throws {
        for text in lines {
            guard !json else {
                StandardError.line(text)
                continue
            }
            var line = PlainLine()
            line.begin()
            line.text(text)
            line.end()
            try write(line.bytes)
        }
    }

    /// A line a label; then, for people, what of the model's own is held back in the background.
    ///
    /// - Parameters:
    ///   - labels: what is known.
    ///   - file: that was changed and holds it; nil where nothing was.
    ///   - tellsBackground: whether programs are told of the background, a line behind those of labels.
    /// - Throws: `StandardOutput.Closed` for a reader that is gone; `TacitError` (cannot create), which names the file
    ///   that was changed, where something could not be written.
    func list(_ labels: LearnedLabels, changed file: String?, tellsBackground: Bool = false) throws {
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
        if !json {
            var lines: [String] = []
            if !labels.background.isEmpty {
                lines.append("background: \(Self.count(labels.background.count, "example"))")
            }
            if !held.isEmpty {
                lines.append("held back where it is as in the background: " + held.joined(separator: ", "))
            }
            try remarks(lines)
        } else if tellsBackground {
            var line = JSONLine()
            line.begin()
            line.integer("background", labels.background.count)
            line.integer("clips", labels.background.count { $0.clip != nil })
            line.beginArray("held_back")
            for name in held { line.string(name) }
            line.endArray()
            line.end()
            try write(line.bytes)
        }
        guard var error = failure else { return }
        if let file { error.reason += "; \(file) was changed all the same" }
        throw error
    }

    /// Nothing once that has failed.
    private func write(_ bytes: [UInt8]) throws {
        guard failure == nil else { return }
        do {
            try StandardOutput.shared.write(bytes)
        } catch let failed as StandardOutput.Failed {
            failure = failed.error
        }
    }

    private static func count(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

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
            return try write(line.bytes)
        }
        var line = PlainLine()
        line.begin()
        line.text(name)
        line.text("  \(Self.count(examples, "example")), \(Self.count(corrections, "correction"))")
        // One alone is like itself.
        if unlike > 0, examples > 1 { line.text(", \(unlike) of them unlike the others") }
        line.end()
        try write(line.bytes)
    }
}
