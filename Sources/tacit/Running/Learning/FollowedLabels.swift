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
        let selection = try? selection(of: labels, options, terms)
        let selected = Set((selection?.indices ?? []).map { labels[$0] })
        let present = terms.labels.filter { selected.contains($0.name) }
        return Set((present + awaited(beside: labels, options, terms)).compactMap(\.group))
    }

    /// Whether a stream's labels follow a file, so that some may come.
    static func labelsCome(_ options: any StreamOptions, _ terms: StreamTerms) -> Bool {
        options.learned.path != nil && terms.recording == nil
    }

    /// Those of a stream's labels that are shown and make events.
    ///
    /// - Throws: `TacitError` (usage) as `EventOptions` does.
    static func selection(
        of labels: [String], _ options: any StreamOptions, _ terms: StreamTerms
    ) throws -> LabelSelection {
        try options.events.selection(of: labels, labelsCome: labelsCome(options, terms))
    }

    /// What is to be said of a name that `only` or `except` has, and no label now.
    static func notNow(_ name: String, among labels: [String]) -> String {
        "'\(name.prefix(80))' is no label now\(SpellingHint.hint(name, among: labels)): this holds once it is taught"
    }

    /// Has a stream's sinks teach, and its labels follow their file. Nothing without such a file, and nothing of a stream that
    /// is recorded: its labels stay what they were when the recording began.
    ///
    /// - Returns: its labels, of which some may come and go.
    static func follow(
        _ model: LoadedModel, _ options: some StreamOptions, _ terms: StreamTerms, _ stream: inout StreamDescription
    ) -> ChangingLabels? {
        guard labelsCome(options, terms), let file = options.learned.path, let planes = model.planes else { return nil }
        // Of several inputs the check of their settings says it, at its place.
        if terms.name == nil, let selection = try? selection(of: stream.labels, options, terms) {
            for name in selection.awaited { terms.say(notNow(name, among: stream.labels)) }
        }
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
            takes: { [options, terms] names in (try? selection(of: names, options, terms))?.indices ?? [] },
            watch: watch(model, file, for: terms.name, groups: stream.streamLabels.groups))
    }

    /// Terms of labels that there are not, but may be while the stream runs.
    ///
    /// - Parameter labels: that there are.
    static func awaited(
        beside labels: [String], _ options: any StreamOptions, _ terms: StreamTerms
    ) -> [LabelTerms] {
        guard labelsCome(options, terms) else { return [] }
        let known = Set(labels)
        let others = terms.labels.filter { !known.contains($0.name) }
        // As if they had come.
        let selection = try? selection(of: labels + others.map(\.name), options, terms)
        let wanted = Set(selection?.indices ?? [])
        return others.indices.filter { wanted.contains(labels.count + $0) }.map { others[$0] }
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
