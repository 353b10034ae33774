import TacitDiagnostics
import TacitLive
import TacitModelFile
import TacitText

/// Whether the models are there, and whole.
enum ModelCheck {
    struct Broken: Error {
        let value: Finding
    }

    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        if let folder = patient.wanted.modelsFolder, Node(folder)?.isFolder != true {
            let fault = Finding(
                .noModel, folder, "$TACIT_MODELS names it, and it is not a folder", fix: "unset TACIT_MODELS",
                note: "where the variable was set, or set it to the folder that the models are in")
            return [fault] + patient.brokenModels
        }
        if let reason = patient.wanted.missingModel {
            return [
                Finding(
                    .noModel, nil, reason, fix: "install -D -m 644 models/sound.gguf ~/.local/share/tacit/sound.gguf",
                    note: "from the folder of Tacit's source")
            ]
        }
        return patient.brokenModels
    }

    /// Reads every byte of a model.
    static func load(_ path: String) -> Result<LoadedModel, Broken> {
        do {
            let model = try LoadedModel(path: path)
            try model.file.verify()
            return .success(model)
        } catch {
            let error = (error as? TacitError) ?? TacitError(.badData, "\(error)")
            let name = path.split(separator: "/").last.map(String.init) ?? ModelFileName.sound
            let known = ModelFileName.shipped.contains(name)
            let reason = [error.place, error.reason].compactMap { $0 }.joined(separator: ": ")
            return .failure(
                Broken(
                    value: Finding(
                        error.kind == .badData ? .brokenModel : .noModel, path, reason,
                        fix: known
                            ? "install -D -m 644 models/\(name) \(ShellQuote.word(path))"
                            : "tacit-convert --base DIR --adapter DIR -o \(ShellQuote.word(path))",
                        note: known
                            ? "from the folder of Tacit's source, or from wherever it came"
                            : "or copy it anew from wherever it came")))
        }
    }
}
