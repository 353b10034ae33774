import TacitDiagnostics
import TacitLearning

/// Teaches a model that is being run by clips of its own events, as `tacit learn` does by files: into the same file of
/// learned labels, and into the streams that run.
package final class ClipTeacher: ClipTeaching {
    private let model: LoadedModel
    private let file: String
    private let engine: EngineSettings

    /// - Parameters:
    ///   - model: with what the file held when it was loaded.
    ///   - file: of learned labels.
    ///   - engine: threads and instruction set.
    package init(_ model: LoadedModel, file: String, engine: EngineSettings) {
        self.model = model
        self.file = file
        self.engine = engine
    }

    package func teach(_ judgement: Judgement, clip: String, said: String) throws -> Lesson {
        let base = try model.base
        // What runs goes by it at once, whenever the file is noticed.
        let follow = { (labels: LearnedLabels) in _ = self.model.planes?.follow(labels) }
        return try model.change(labelsIn: file, written: follow) { labels in
            try requireFile()
            var lesson = Lesson(learned: nil, corrected: said)
            if case .label(let name) = judgement {
                // A label of the model's own is no plane that examples could move; that it was not the other can be
                // learned.
                if !base.labels.contains(name) {
                    try labels.requireLearnable(name, base)
                    lesson.learned = name
                }
                if name == said { lesson.corrected = nil }
            }
            if said == lesson.corrected, labels.index(of: said) == nil, !base.labels.contains(said) {
                (lesson.corrected, lesson.vanished) = (nil, said)
            }
            let before = labels.labels.map(\.name)
            let isTakenBack = try labels.judge(
                example(of: clip, labels), is: lesson.learned, isNot: lesson.corrected, base)
            lesson.forgotten = before.filter { labels.index(of: $0) == nil }
            // What was said before is said no more, at least.
            guard isTakenBack || lesson.learned != nil || lesson.corrected != nil else {
                throw TacitError(
                    .usage,
                    lesson.vanished != nil
                        ? "'\(said)' is no label any more, it was renamed or forgotten: nothing to learn"
                        : "'\(said)' is what was said, and a label of the model's own: nothing to learn")
            }
            return lesson
        }
    }

    /// Made for each lesson and given up again: a second session is not held by a stream that learns once a week.
    ///
    /// - Throws: `TacitError`, usage where nothing is heard in it.
    private func example(of clip: String, _ labels: LearnedLabels) throws -> Example {
        let maker = try ExampleMaker(model, engine: engine, keepsClips: true)
        let material = try maker.material(of: clip)
        if let silence = material.silence { throw TacitError(.usage, file: clip, silence) }
        guard let example = try maker.examples(of: material, background: labels.background).first else {
            throw TacitError.badData(clip, "nothing in it")
        }
        return example
    }

    /// A file of this label alone would take from the streams all that they have.
    private func requireFile() throws {
        guard FileVersion(file) == nil, model.planes?.places.isTaught.contains(true) == true else { return }
        throw TacitError(
            .usage, file: file, "was removed, and its labels are still in force: put it back, or start again without it"
        )
    }
}
