import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitText

/// Whether a file of learned labels goes with the model.
enum LabelsCheck {
    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        guard let path = patient.wanted.labels else { return [] }
        let own = ShellQuote.word(path)
        // Where a file is going to be written, that a folder is there has been told of.
        if patient.wanted.isTaught, Node(path)?.isFolder == true { return [] }
        do {
            guard let labels = try LabelsFile.read(path) else {
                // Whoever is to be corrected begins one.
                if patient.wanted.isTaught { return [] }
                return [
                    Finding(
                        .noLabels, path, "there is no such file of labels",
                        fix: "tacit learn NAME SOUND... --labels \(own)")
                ]
            }
            // A broken model has been told of; that labels don't go with it would be no news.
            guard !patient.models.isEmpty, patient.brokenModels.isEmpty else { return [] }
            for model in patient.models where labels.model.digest == model.identity.digest {
                try model.requireOwn(labels, file: path)
                return []
            }
            let reason = "the labels were taught to another model, \(labels.model.name)"
            if let model = patient.models.first(where: { $0.canRenew(labels) }) {
                let fix = RenewCommand.words(model: model.path, labels: path)
                return [Finding(.otherModelsLabels, path, reason, fix: fix)]
            }
            return [
                Finding(
                    .otherModelsLabels, path, reason, fix: "mv \(own) \(ShellQuote.word(path + ".other"))",
                    note:
                        "then teach them anew, or name that model: not all of their examples have clips that this one takes"
                )
            ]
        } catch {
            let error = (error as? TacitError) ?? TacitError(.badData, "\(error)")
            let reason = [error.place, error.reason].compactMap { $0 }.joined(separator: ": ")
            guard error.kind == .badData else {
                return [Finding(.noLabels, path, reason, fix: "ls -l \(own)")]
            }
            return [
                Finding(
                    .brokenLabels, path, reason, fix: "mv \(own) \(ShellQuote.word(path + ".broken"))",
                    note: "then put back a copy of it, or teach the labels anew")
            ]
        }
    }
}
