import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitSinks
import TacitText

/// Learned labels of a stream: what others teach meanwhile is followed, and what people say of its events is learned.
enum FollowedLabels {
    /// A model with the labels that were taught to it.
    ///
    /// - Parameters:
    ///   - path: of the model.
    ///   - file: of learned labels, if there is one.
    ///   - isTaught: whether people will say what events were, so that a file without a label in it will do to begin with.
    ///   - mayWrite: whether such a file is made where there is none; else the model is loaded without it.
    /// - Throws: as `LoadedModel` does.
    static func load(
        _ path: String, labels file: String?, isTaught: Bool, mayWrite: Bool = true
    ) throws -> LoadedModel {
        if let file, isTaught, !mayWrite, try LabelsFile.read(file) == nil { return try LoadedModel(path: path) }
        if let file, isTaught {
            let lock = try LabelsLock(beside: file)
            try withExtendedLifetime(lock) {
                guard try LabelsFile.read(file) == nil else { return }
                try LabelsFile.write(LearnedLabels(LoadedModel(path: path).identity), to: file)
            }
        }
        return try LoadedModel(path: path, labels: file)
    }

    /// Has a stream's sinks teach, and its labels follow their file. Nothing without such a file.
    static func follow(
        _ model: LoadedModel, labels file: String?, engine: EngineSettings, until stop: StopToken = Process.stop,
        _ stream: inout StreamDescription
    ) {
        guard let file else { return }
        stream.teacher = ClipTeacher(model, file: file, engine: engine)
        LabelsWatch.begin(model, file: file, until: stop) { news in
            Log.shared.line { line in
                line.append(string: file)
                switch news {
                case .inForce: line.append(": labels were taught anew")
                case .otherLabels: line.append(": other labels than at the start, known when the program is started again")
                case .broken(let error):
                    line.append(": ")
                    line.append(string: error.description)
                }
            }
        }
    }
}
