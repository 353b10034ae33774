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
            var lesson = Lesson(learned: nil, corrected: nil)
            if case .label(let name) = judgement {
                // A label of the model's own is no plane that examples could move; that it was not the other can be
                // learned.
                let isOwn = base.labels.contains(name)
                if !isOwn { try labels.requireLearnable(name, base) }
                guard !isOwn || name != said else {
                    throw TacitError(
                        .usage, "'\(name)' is what was said, and a label of the model's own: nothing to learn")
                }
                lesson.learned = isOwn ? nil : name
                lesson.corrected = name == said ? nil : said
            } else {
                lesson.corrected = said
            }
            // Made for each lesson and given up again: a second session is not held by a stream that learns once a
            // week.
            let maker = try ExampleMaker(model, engine: engine, keepsClips: true)
            let material = try maker.material(of: clip)
            if let silence = material.silence { throw TacitError(.usage, file: clip, silence) }
            let examples = try maker.examples(of: material, background: labels.background)
            if let name = lesson.learned { try labels.learn(name, examples, base) }
            if let name = lesson.corrected { try labels.correct(name, examples, base) }
            return lesson
        }
    }
}
