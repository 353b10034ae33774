import TacitDiagnostics
import TacitLabelling
import TacitSettings

/// Labels that are named, among those that the models have.
extension SettingsCheck {
    mutating func checkSelection(_ input: Settings.Input, _ options: any StreamOptions, _ names: [String]) throws {
        for (key, texts) in [("only", options.events.only), ("except", options.events.except)] {
            for text in texts {
                // As what is wanted, so that no label is left out too many.
                _ = try attempt {
                    try LabelSelection(labels: names, only: [text])
                } orElse: { check, error in
                    check.refuse(input.entry(key)?.place ?? input.name.place, "\(key): \(error.reason)")
                }
            }
        }
    }

    mutating func checkGroups(_ names: [String]) {
        for label in settings.labels where names.contains(label.name.text) {
            guard let group = label.group, names.contains(group.text) else { continue }
            let words = "group: '\(group.text)' is a label of the model: a group wants a name of its own"
            // Once, however many inputs have the model.
            if !faults.contains(SettingsFault(group.place, words)) { refuse(group.place, words) }
        }
    }

    mutating func checkLabels() {
        guard let labels, !settings.inputs.isEmpty else { return }
        for label in settings.labels {
            // Of a name that can't be one that has been said.
            if !labels.contains(label.name.text), !faults.contains(where: { $0.place == label.name.place }) {
                let hint = SpellingHint.hint(label.name.text, among: labels)
                // Labels that are taught come and go; one that isn't there is no mistake, unless it looks like one.
                if hint.isEmpty, settings.inputs.contains(where: { $0.entry("labels") != nil }) { continue }
                refuse(label.name.place, "label: no input's model has a label '\(label.name.text)'\(hint)")
            }
        }
    }
}

extension LabelTerms {
    init(_ label: Settings.Label) {
        self.init(
            name: label.name.text, threshold: label.threshold, onAfter: label.onAfter, offAfter: label.offAfter,
            group: label.group?.text, quiet: label.quiet)
    }
}
