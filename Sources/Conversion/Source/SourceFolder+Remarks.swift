import Glibc
import TacitDiagnostics
import TacitModelFile

/// Words for what people give in place of what is wanted.
extension SourceFolder {
    /// What to add where a folder is not there: the name may be one on the hub.
    static func remark(onMissing path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }), !ModelFileName.isOne(path)
        else {
            return ""
        }
        return " (if that is a name on the Hugging Face hub, fetch it with hf download and give the folder it prints)"
    }

    /// What to add where something else is there: likely one of the folder's files.
    static func remark(onKind kind: mode_t) -> String { kind == S_IFREG ? ": expected the folder that it lies in" : "" }

    /// Refuses a checkpoint that is there in another form only.
    func refuseOtherForms(of name: String) throws {
        guard !has(name) else { return }
        let stem = name.hasPrefix("adapter") ? "adapter_model" : "pytorch_model"
        for other in ["\(stem).bin", "\(stem).bin.index.json", "\(stem).pt"] where has(other) {
            throw TacitError.badData(
                file(other), "is no safetensors file: load it in Python and save it again with save_pretrained")
        }
        let index = "\(name).index.json"
        if stem == "pytorch_model", !has(index),
            let shard = names.first(where: { $0.hasPrefix("model-00001-of-") && $0.hasSuffix(".safetensors") })
        {
            throw TacitError(.noInput, file: file(index), "is not there, but \(shard) is, which it belongs to")
        }
        if has("snapshots") {
            throw TacitError.badData(path, "is a model in the hub's cache: give one of the folders in its snapshots")
        }
        if let other = names.first(where: ModelFileName.isOne) {
            throw TacitError.badData(path, at: other, "a GGUF in a folder is not looked for: give the file itself")
        }
    }

    /// Refuses a folder whose adapter lies one folder deeper, where PEFT puts those that have a name of their own.
    func refuseNamedAdapters() throws {
        let name = "adapter_config.json"
        guard !has(name) else { return }
        for folder in names where has("\(folder)/\(name)") {
            throw TacitError(
                .noInput, file: file(name),
                "is not there, but \(folder)/\(name) is: give that folder, with tacit.json in it")
        }
    }

    /// What lies in the folder, in alphabetical order.
    private var names: [String] {
        let names = (try? FolderListing.names(in: path, most: 4096)) ?? []
        return names.sorted()
    }
}
