import ArgumentParser
import TacitComparison
import TacitConsole
import TacitDiagnostics
import TacitEvaluation
import TacitLive
import TacitModelFile

/// Which data to compare models on, for both commands.
struct CalibrationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Data to compare results on, as `tacit eval` reads them: at most 2000 examples. A conversion tries forms \
            with them, and fits weights to them.
            """, valueName: "kind:path"))
    var calibration: String?

    @Option(
        help: ArgumentHelp(
            """
            Which part of it. Left out, not the one that models are tested on: esc-50 fold-1, speech-commands \
            validation, gtzan and fsd50k val (or train, if that is empty), fashion-mnist and cifar-10 train, folder all.
            """, valueName: "split"))
    var split: String?

    private func parsed() throws -> (kind: DataSetKind, path: String)? {
        try calibration.map { try DataSetKind.parse($0) { ValidationError("--calibration \($0)") } }
    }

    func validate() throws {
        if split != nil, calibration == nil { throw ValidationError("--split goes with --calibration alone") }
        guard let (kind, _) = try parsed(), let split, !kind.splits.contains(split) else { return }
        throw ValidationError(
            "--split: \(kind.rawValue) has no split '\(split)', only \(kind.splits.joined(separator: ", "))")
    }

    /// The set, if there is to be one.
    ///
    /// - Parameters:
    ///   - description: of the models.
    ///   - path: the model's, for errors.
    func set(for description: ModelDescription, path: String) throws -> CalibrationSet? {
        guard let (kind, folder) = try parsed() else { return nil }
        let set = try CalibrationSet(kind, folder: folder, split: split, description, path: path)
        for note in set.notes { StandardError.line(note) }
        return set
    }

    /// Ends the command as `tacit eval` ends, once what was measured has been told: of a set that lacks examples the
    /// figures are those of a part.
    static func requireWhole(_ set: CalibrationSet?) throws {
        if set?.lacksExamples == true { throw ExitStatus.Reported(kind: .badData) }
    }

    /// No number of threads changes a result.
    static var engine: EngineSettings {
        EngineSettings(threads: Processors.threads)
    }
}
