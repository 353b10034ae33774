import TacitEngine
import TacitLabelling
import TacitLearning
import TacitModelFile

extension LoadedModel {
    /// What labels sound, by the model's own labels and by those that were taught to it.
    ///
    /// - Parameters:
    ///   - plan: which windows are read.
    ///   - ending: what becomes of a tail that fills no window.
    ///   - gate: how loud it must be for the model to be asked, in decibels of full scale; nil for however quiet it is.
    ///   - engine: threads and instruction set.
    ///   - learning: whether embeddings are to be what labels are learned by.
    /// - Throws: `TacitError`: bad data for a model that is not of sound, usage for an instruction set that this
    ///   machine does not have or a number out of range.
    package func soundLabeller(
        plan: WindowPlan, ending: SoundLabeller.Ending, gate: Double? = nil, engine: EngineSettings,
        learning: Bool = false
    ) throws -> SoundLabeller {
        try SoundLabeller(
            described(learning: learning), plan: plan, ending: ending,
            model: reader(of: session(plan: plan, engine: engine, learns: learning), learning: learning), gate: gate,
            instructionSet: engine.instructionSet)
    }

    /// What labels pictures, one at a time, by the model's own labels and by those that were taught to it.
    ///
    /// - Parameters:
    ///   - engine: threads and instruction set.
    ///   - learning: whether embeddings are to be what labels are learned by.
    /// - Throws: `TacitError`: bad data for a model that is not of pictures, usage for an instruction set that this
    ///   machine does not have or a number out of range.
    package func imageLabeller(engine: EngineSettings, learning: Bool = false) throws -> ImageLabeller {
        let session = try session(contexts: 1, rows: description.rowsAtOnce, engine: engine, learns: learning)
        return try ImageLabeller(
            described(learning: learning), model: reader(of: session, learning: learning))
    }

    private func described(learning: Bool) -> ModelDescription {
        var description = description
        // The width of what is read out.
        if learning { description.trunk.width = model.description.learningWidth }
        return description
    }

    private func reader(of session: Session, learning: Bool) -> any PatchModel {
        learning ? LearningView(session) : taught(session)
    }
}
