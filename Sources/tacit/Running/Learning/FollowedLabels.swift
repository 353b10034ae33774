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

    /// The labels of a stream, where some may come and go; nil where there is no file of learned ones.
    ///
    /// - Parameters:
    ///   - model: with the file's labels.
    ///   - labels: with which the stream begins.
    static func changing(
        _ model: LoadedModel, _ labels: StreamLabels, _ options: some StreamOptions, _ terms: StreamTerms
    ) -> ChangingLabels? {
        let threshold = options.labels.threshold ?? LoadedModel.learnedThreshold
        // Those that come make events unless somebody has said which do.
        let takesNew = options.events.only.isEmpty
        return model.planes.map { planes in
            ChangingLabels(
                planes, labels, threshold: { name in terms.labels.first { $0.name == name }?.threshold ?? threshold },
                takesNew: takesNew)
        }
    }

    /// Has a stream's sinks teach, and its labels follow their file. Nothing without such a file.
    static func follow(
        _ model: LoadedModel, labels file: String?, engine: EngineSettings, until stop: StopToken = Process.stop,
        _ stream: inout StreamDescription
    ) {
        guard let file else { return }
        stream.hasChangingLabels = true
        stream.teacher = ClipTeacher(model, file: file, engine: engine)
        LabelsWatch.begin(model, file: file, until: stop) { news in
            Log.shared.line { line in
                line.append(string: file)
                switch news {
                case .inForce(let came, let went):
                    line.append(": labels were taught anew")
                    for (names, what) in [(came, "new"), (went, "no more")] where !names.isEmpty {
                        line.append(string: "; \(what): \(names.prefix(10).joined(separator: ", "))")
                        if names.count > 10 { line.append(string: " and \(names.count - 10) more") }
                    }
                case .broken(let error):
                    line.append(": ")
                    line.append(string: error.description)
                }
            }
        }
    }
}
