import Glibc
import TacitDiagnostics
import TacitModelFile

/// Where a base comes from: a folder as transformers saves it or as the hub's cache holds it, or one GGUF.
struct BaseSource {
    /// What keeps the digests of all that is read.
    let folder: SourceFolder
    let model: BaseModel
    let checkpoint: BaseCheckpoint

    /// - Parameters:
    ///   - path: a folder, or a GGUF, whatever its name.
    ///   - layers: how many to keep; nil for all.
    ///   - adapterFolder: where the adapter is, if there is one.
    /// - Throws: `TacitError`: `noInput` if something is not there, `badData` if it is broken or not supported, `usage`
    ///   if the base has fewer layers.
    init(path: String, layers: Int?, adapterFolder: SourceFolder?) throws {
        if SystemPath.kind(path) == S_IFREG, ModelFileName.isOne(path) || GGUFFile.isOne(path) {
            (folder, model, checkpoint) = try Self.gguf(path, layers)
            return
        }
        folder = try SourceFolder(path: path)
        try Self.refuseAdapter(in: folder, adapterFolder)
        if !folder.has("config.json") { try folder.refuseOtherForms(of: "model.safetensors") }
        model = try Self.kept(BaseFamily.model(try folder.settings("config.json")), layers)
        checkpoint = try BaseCheckpoint(model: model, store: TensorStore(checkpoint: folder))
    }

    private static func gguf(
        _ path: String, _ layers: Int?
    ) throws -> (folder: SourceFolder, model: BaseModel, checkpoint: BaseCheckpoint) {
        let folder = try SourceFolder(path: SystemPath.folder(of: path))
        let name = String(SystemPath.name(of: path))
        let base = try GGUFBase(GGUFFile(path: path, map: folder.map(name, followsLinks: true)))
        var model = try kept(BaseFamily.model(base.config), layers)
        if let divisors = base.frequencyDivisors {
            guard divisors.count == model.rotation.frequencies.count else {
                throw TacitError.badData(
                    path, at: "rope_freqs.weight",
                    "\(divisors.count) elements, expected \(model.rotation.frequencies.count)")
            }
            model.rotation.frequencies = zip(model.rotation.frequencies, divisors).map { Float(Double($0) / $1) }
            guard model.rotation.frequencies.allSatisfy({ $0.isFinite }) else {
                throw TacitError.badData(
                    path, at: "rope_freqs.weight", "makes a rotary frequency that is not finite")
            }
        }
        return (folder, model, try BaseCheckpoint(model: model, store: base.store))
    }

    private static func kept(_ model: BaseModel, _ layers: Int?) throws -> BaseModel {
        try layers.map { try model.keeping(layers: $0) } ?? model
    }

    /// transformers applies an adapter that lies in the base's own folder; here it is named or refused.
    private static func refuseAdapter(in folder: SourceFolder, _ adapterFolder: SourceFolder?) throws {
        let name = "adapter_config.json"
        guard folder.has(name) else { return }
        if let adapterFolder, FileIdentity(path: adapterFolder.path) == FileIdentity(path: folder.path) {
            return
        }
        throw TacitError.badData(
            folder.file(name),
            "the base's folder holds an adapter, which transformers would apply: name the folder as --adapter as well, "
                + "or take the adapter out of it")
    }
}
