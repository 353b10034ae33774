import TacitDiagnostics
import TacitModelFile
import TacitText

/// The tensors of one model, from one file or several, by name. Keeps count of those that were used, so that none is
/// ignored unnoticed.
final class TensorStore {
    /// A tensor where it lies.
    struct Entry {
        /// The file it is in, for errors.
        let path: String
        let shape: [Int]
        let byteCount: Int
        /// How its elements are stored, as its file calls it.
        let type: String
        /// Its elements; nil if they are no floats.
        let values: () -> [Double]?
    }

    /// The file or folder, for errors about tensors that are missing.
    let path: String
    private var entries: [String: Entry] = [:]
    /// What a tensor is called in its file, by its name here.
    private var sourceName: (String) -> String = { $0 }
    private var used: Set<String> = []

    /// - Parameters:
    ///   - entries: by name.
    ///   - sourceName: what a tensor of such a name is called in the file, for errors, whether it is there or not.
    init(path: String, entries: [String: Entry], sourceName: @escaping (String) -> String) {
        self.path = path
        self.entries = entries
        self.sourceName = sourceName
    }

    /// A single safetensors file.
    init(folder: SourceFolder, file name: String) throws {
        path = folder.file(name)
        try add(SafetensorsFile(path: path, map: folder.map(name)))
    }

    /// A checkpoint: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
    init(checkpoint folder: SourceFolder) throws {
        let single = "model.safetensors"
        let index = "model.safetensors.index.json"
        if folder.has(single) || !folder.has(index) {
            path = folder.file(single)
            try folder.refuseOtherForms(of: single)
            try add(SafetensorsFile(path: path, map: folder.map(single)))
            return
        }
        path = folder.file(index)
        let map = try folder.settings(index, limit: 1 << 26).object("weight_map")
        var shards: [String: SafetensorsFile] = [:]
        for member in map.members {
            guard case .string(let name) = member.value, SourceFolder.isPlainName(name), name.hasSuffix(".safetensors")
            else { throw map.fault(member.key, "expected the name of a safetensors file in the same folder") }
            if shards[name] == nil {
                shards[name] = try SafetensorsFile(path: folder.file(name), map: folder.map(name))
            }
            guard shards[name]?.tensors[member.key] != nil else {
                throw map.fault(member.key, "there is no such tensor in \(name)")
            }
        }
        for (_, shard) in shards.sorted(by: { $0.key < $1.key }) { try add(shard) }
        for name in names where map[name] == nil { throw fault(name, "the tensor is not in the index") }
    }

    private func add(_ file: SafetensorsFile) throws {
        for (name, tensor) in file.tensors.sorted(by: { $0.key < $1.key }) {
            guard entries[name] == nil else { throw TacitError.badData(file.path, at: name, "is in two shards") }
            entries[name] = Entry(
                path: file.path, shape: tensor.shape, byteCount: tensor.range.count, type: tensor.type.rawValue,
                values: { file.values(of: tensor) })
        }
    }

    /// Gives tensors other names.
    ///
    /// - Throws: `TacitError` of kind `badData` if two would have the same.
    func rename(_ rename: (String) -> String) throws {
        var renamed: [String: Entry] = [:]
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            guard renamed.updateValue(entry, forKey: rename(name)) == nil else {
                throw fault(name, "the tensor is there twice, under another name as well")
            }
        }
        entries = renamed
    }

    /// Names in alphabetical order.
    var names: [String] { entries.keys.sorted() }
    /// Names of tensors that were neither read nor skipped.
    var unused: [String] { names.filter { !used.contains($0) } }

    func has(_ name: String) -> Bool { entries[name] != nil }

    func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// How a tensor's elements are stored, as its file calls it.
    func type(of name: String) -> String? { entries[name]?.type }

    /// Bytes of all tensors.
    var byteCount: Int { entries.values.reduce(0) { $0 + $1.byteCount } }

    func fault(_ name: String, _ reason: String) -> TacitError {
        TacitError.badData(entries[name]?.path ?? path, at: sourceName(name), reason)
    }

    /// Marks a tensor as known and not needed.
    func skip(_ name: String) { used.insert(name) }

    /// A tensor's elements; every source type fits doubles exactly.
    ///
    /// - Throws: `TacitError` of kind `badData` if it is missing, of another shape or type, or not finite.
    func doubles(_ name: String, shape: [Int]) throws -> [Double] {
        guard let entry = entries[name] else { throw fault(name, "the tensor is missing") }
        guard entry.shape == shape else { throw fault(name, "shape \(entry.shape), expected \(shape)") }
        used.insert(name)
        guard let values = entry.values() else {
            throw fault(name, "dtype \(entry.type) is not one of F64, F32, F16, BF16")
        }
        guard Self.areFinite(values) else { throw fault(name, "holds a number that is not finite") }
        return values
    }

    /// Whether all are, also as 32-bit floats.
    private static func areFinite(_ values: [Double]) -> Bool {
        // Without a sign, all bits of what is not finite make a larger integer than those of any number.
        let largest = values.reduce(UInt32(0)) { max($0, Float($1).magnitude.bitPattern) }
        return largest < Float.infinity.bitPattern
    }

    /// The same, each rounded to the nearest 32-bit float.
    func floats(_ name: String, shape: [Int]) throws -> [Float] {
        try doubles(name, shape: shape).map { Float($0) }
    }
}
