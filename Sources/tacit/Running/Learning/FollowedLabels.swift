import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLearning
import TacitLive
import TacitSinks
import TacitText

/// Learned labels of a stream: what others teach meanwhile is followed, and what people say of its events is learned.
enum FollowedLabels {
    /// A model with the labels that were taught to it, of which those with the name of a group are not said: nobody
    /// could tell the two apart.
    ///
    /// - Parameters:
    ///   - path: of the model.
    ///   - isTaught: whether people will say what events were, so that a file without a label in it will do to begin with.
    ///   - mayWrite: whether such a file is made where there is none; else the model is loaded without it.
    /// - Throws: as `LoadedModel` does.
    static func load(
        _ path: String, _ options: some StreamOptions, _ terms: StreamTerms, isTaught: Bool, mayWrite: Bool
    ) throws -> LoadedModel {
        let file = options.learned.path
        if let file, isTaught, !mayWrite, try LabelsFile.read(file) == nil { return try LoadedModel(path: path) }
        if let file, isTaught {
            let lock = try LabelsLock(beside: file)
            try withExtendedLifetime(lock) {
                guard try LabelsFile.read(file) == nil else { return }
                try LabelsFile.write(LearnedLabels(LoadedModel(path: path).identity), to: file)
            }
        }
        var model = try LoadedModel(path: path, labels: file)
        model.leaveUnsaid(groups(model.description.labels, options, terms))
        return model
    }

    /// The names of a stream's groups.
    ///
    /// - Parameter labels: that there are.
    static func groups(_ labels: [String], _ options: any StreamOptions, _ terms: StreamTerms) -> Set<String> {
        // What is wrong with the selection is said elsewhere.
        let selection = try? options.events.selection(of: labels)
        let selected = Set((selection?.indices ?? []).map { labels[$0] })
        let present = terms.labels.filter { selected.contains($0.name) }
        return Set((present + awaited(beside: labels, options, terms)).compactMap(\.group))
    }

    /// Has a stream's sinks teach, and its labels follow their file. Nothing without such a file, and nothing of a stream that
    /// is recorded: its labels stay what they were when the recording began.
    ///
    /// - Returns: its labels, of which some may come and go.
    static func follow(
        _ model: LoadedModel, _ options: some StreamOptions, _ terms: StreamTerms, _ stream: inout StreamDescription
    ) -> ChangingLabels? {
        guard let file = options.learned.path, let planes = model.planes, terms.recording == nil else { return nil }
        stream.hasChangingLabels = true
        stream.teacher = ClipTeacher(model, file: file, engine: options.engine.settings)
        let threshold = options.labels.threshold ?? LoadedModel.learnedThreshold
        return ChangingLabels(
            planes, stream.streamLabels,
            new: { name in
                let own = terms.labels.first { $0.name == name }
                return ChangingLabels.Terms(
                    threshold: own?.threshold ?? threshold,
                    delays: EventDetector.Delays(onAfter: own?.onAfter, offAfter: own?.offAfter), group: own?.group,
                    quiet: terms.quiet + (own?.quiet ?? TimesOfDay([])))
            },
            // Those that come make events unless somebody has said which do.
            takesNew: options.events.only.isEmpty,
            watch: watch(model, file, for: terms.name, groups: stream.streamLabels.groups))
    }

    /// Terms of labels that there are not, but may be while the stream runs.
    ///
    /// - Parameter labels: that there are.
    static func awaited(
        beside labels: [String], _ options: any StreamOptions, _ terms: StreamTerms
    ) -> [LabelTerms] {
        guard options.learned.path != nil, terms.recording == nil, options.events.only.isEmpty else { return [] }
        return terms.labels.filter { !labels.contains($0.name) }
    }

    /// Why a label that was learned is not said.
    static func unsaid(_ names: [String]) -> String {
        "not said, for a group has the name: \(names.joined(separator: ", "))"
    }

    private static func watch(
        _ model: LoadedModel, _ file: String, for name: String?, groups: [String]
    ) -> AnyObject {
        let speaker = LogSpeaker()
        return LabelsWatch.begin(model, file: file) { news in
            StreamTerms.log(of: name, by: speaker) { line in
                switch news {
                case .inForce(let came, let went):
                    line.append(string: file)
                    line.append(": labels were taught anew")
                    for (names, what) in [(came, "new"), (went, "no more")] where !names.isEmpty {
                        line.append(string: "; \(what): \(names.prefix(10).joined(separator: ", "))")
                        if names.count > 10 { line.append(string: " and \(names.count - 10) more") }
                    }
                    let unsaid = came.filter(groups.contains)
                    if !unsaid.isEmpty { line.append(string: "; \(Self.unsaid(unsaid))") }
                case .broken(let error): line.append(string: error.advised.description)
                }
            }
        }
    }
}
