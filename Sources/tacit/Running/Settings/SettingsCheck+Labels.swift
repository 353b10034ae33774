import TacitConsole
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitModelFile
import TacitSettings
import TacitText

/// Labels that are named, among those that the models have.
extension SettingsCheck {
    mutating func checkSelection(_ input: Settings.Input, _ options: any StreamOptions, _ names: [String]) throws {
        for (key, texts) in [("only", options.events.only), ("except", options.events.except)] {
            for text in texts {
                let place = input.entry(key)?.place ?? input.name.place
                // As what is wanted, so that no label is left out too many.
                let selection = try attempt {
                    try LabelSelection(labels: names, only: [text], labelsCome: options.learned.path != nil)
                } orElse: { check, error in
                    check.refuse(place, "\(key): \(error.reason)")
                }
                // It may have been forgotten: a board has to begin again after that.
                for name in selection?.awaited ?? [] {
                    doubts.append(SettingsFault(place, "\(key): \(FollowedLabels.notNow(name, among: names))"))
                }
            }
        }
    }

    /// Thresholds with which an event could never turn off, at the key that has them.
    mutating func checkThresholds(_ input: Settings.Input, _ options: any StreamOptions, _ model: LoadedModel) {
        let description = model.description
        let events = options.events.settings(description.events)
        // What is wrong with these, or with the selection, is said elsewhere.
        guard events.fault == nil,
            let selection = try? FollowedLabels.selection(
                of: description.labels, options, StreamTerms(labels: settings.labels.map(LabelTerms.init)))
        else { return }
        func fault(_ threshold: Float) -> String? {
            EventDetector.fault(ofThreshold: threshold, offBelow: events.offBelow)
        }
        let own = Dictionary(
            settings.labels.compactMap { label in label.threshold.map { (label.name.text, ($0, label)) } },
            uniquingKeysWith: { first, _ in first })
        let awaited = terms(description.labels, options).map(\.name).filter { !description.labels.contains($0) }
        for name in selection.indices.map({ description.labels[$0] }) + awaited {
            guard let (threshold, label) = own[name], let words = fault(threshold) else { continue }
            refuseOnce(label.places["threshold"] ?? label.name.place, "threshold: '\(name)': \(words)")
        }
        let common = selection.indices.filter { own[description.labels[$0]] == nil }
        if let threshold = options.labels.threshold, let entry = input.entry("threshold") {
            guard !common.isEmpty, let words = fault(threshold) else { return }
            refuseOnce(entry.place, "threshold: \(words)")
        } else if let entry = input.entry("off-below") {
            guard let words = common.lazy.compactMap({ fault(description.thresholds[$0]) }).first else { return }
            refuseOnce(entry.place, "off-below: \(words)")
        }
    }

    /// However many inputs have a part in it.
    private mutating func refuseOnce(_ place: SettingsPlace, _ words: String) {
        if !faults.contains(where: { $0.place == place }) { refuse(place, words) }
    }

    /// A learned label with the name of a group is not said, which is no fault of the file: whoever taught it knew of no
    /// group.
    func leaveToGroups(_ model: inout LoadedModel, _ input: Settings.Input, _ options: any StreamOptions) {
        let terms = StreamTerms(labels: settings.labels.map(LabelTerms.init))
        let unsaid = model.leaveUnsaid(FollowedLabels.groups(model.description.labels, options, terms))
        guard !unsaid.isEmpty, let file = options.learned.path else { return }
        StandardError.line("\(input.name.text): \(file): \(FollowedLabels.unsaid(unsaid))")
    }

    /// - Parameters:
    ///   - names: labels that an input has.
    ///   - own: those of them that are the model's own.
    mutating func checkGroups(_ names: [String], own: [String]) {
        for label in settings.labels where names.contains(label.name.text) {
            guard let group = label.group, own.contains(group.text) else { continue }
            refuseOnce(group.place, "group: '\(group.text)' is a label of the model: a group wants a name of its own")
        }
    }

    /// What labels have of their own, of those that an input has and, if it follows a file, of those that may come.
    func terms(_ names: [String], _ options: any StreamOptions) -> [LabelTerms] {
        let terms = StreamTerms(labels: settings.labels.map(LabelTerms.init))
        return terms.labels.filter { names.contains($0.name) } + FollowedLabels.awaited(beside: names, options, terms)
    }

    mutating func note(_ input: Settings.Input, _ model: LoadedModel, _ taught: LoadedModel) {
        known[input.name.text] = Set(taught.description.labels)
        builtIn.formUnion(model.description.labels)
    }

    /// A name that some model has of itself is waited for by no input of another: so what is said of the one's labels
    /// is no change to the other.
    mutating func leaveLabelsToTheirModels() {
        let builtIn = builtIn
        for index in inputs.indices {
            let own = known[inputs[index].name] ?? []
            inputs[index].identity.labels.removeAll { !own.contains($0.name) && builtIn.contains($0.name) }
            checkGroups(inputs[index].identity.labels.map(\.name), awaited: own)
        }
    }

    /// A label that is still to be taught and has the name of a group could not be told from it.
    private mutating func checkGroups(_ names: [String], awaited own: Set<String>) {
        let awaited = names.filter { !own.contains($0) }
        for label in settings.labels where names.contains(label.name.text) {
            guard let group = label.group else { continue }
            guard awaited.contains(group.text) || awaited.contains(label.name.text) && own.contains(group.text) else {
                continue
            }
            refuseOnce(group.place, "group: '\(group.text)' is a label: a group wants a name of its own")
        }
    }

    mutating func checkLabels() {
        guard let labels, !settings.inputs.isEmpty, !settings.lacksInputs else { return }
        for label in settings.labels {
            // Of a name that can't be one that has been said.
            if !labels.contains(label.name.text), !faults.contains(where: { $0.place == label.name.place }) {
                let hint = SpellingHint.hint(label.name.text, among: labels)
                // Labels that are taught come and go; one that isn't there is no mistake. What looks like another label may
                // be one, or was taught and forgotten: a board has to begin again after that.
                if settings.inputs.contains(where: { $0.entry("labels") != nil }) {
                    if !hint.isEmpty {
                        doubts.append(
                            SettingsFault(
                                label.name.place,
                                "label: '\(label.name.text)' is no label now\(hint): this holds once it is taught"))
                    }
                    continue
                }
                refuse(label.name.place, "label: no input's model has a label '\(label.name.text)'\(hint)")
            }
        }
    }
}

extension LabelTerms {
    init(_ label: Settings.Label) {
        self.init(
            name: label.name.text, threshold: label.threshold, onAfter: label.onAfter, offAfter: label.offAfter,
            group: label.group?.text, quiet: label.quiet.times.merged)
    }
}
