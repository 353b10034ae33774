import TacitDiagnostics
import TacitModelFile

/// The tensors of one model, from one safetensors file or several, by name. Keeps count of those that were used, so that
/// none is ignored unnoticed.
final class TensorStore {
    /// The file or folder, for errors about tensors that are missing.
    let path: String
    private var entries: [String: (file: SafetensorsFile, tensor: SafetensorsFile.Tensor)] = [:]
    private var used: Set<String> = []

    /// A single file.
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
            entries[name] = (file, tensor)
        }
    }

    /// Names in alphabetical order.
    var names: [String] { entries.keys.sorted() }
    /// Names of tensors that were neither read nor skipped.
    var unused: [String] { names.filter { !used.contains($0) } }

    func has(_ name: String) -> Bool { entries[name] != nil }

    func shape(of name: String) -> [Int]? { entries[name]?.tensor.shape }

    /// Bytes of all tensors.
    var byteCount: Int { entries.values.reduce(0) { $0 + $1.tensor.range.count } }

    func fault(_ name: String, _ reason: String) -> TacitError {
        TacitError.badData(entries[name]?.file.path ?? path, at: name, reason)
    }

    /// Marks a tensor as known and not needed.
    func skip(_ name: String) { used.insert(name) }

    /// A tensor's elements; every source type fits doubles exactly.
    ///
    /// - Throws: `TacitError` of kind `badData` if it is missing, of another shape or type, or not finite.
    func doubles(_ name: String, shape: [Int]) throws -> [Double] {
        guard let (file, tensor) = entries[name] else { throw fault(name, "the tensor is missing") }
        guard tensor.shape == shape else { throw fault(name, "shape \(tensor.shape), expected \(shape)") }
        used.insert(name)
        guard let values = withExtendedLifetime(file, { Self.decode(file.bytes(of: tensor), tensor.type) }) else {
            throw fault(name, "dtype \(tensor.type.rawValue) is not one of F64, F32, F16, BF16")
        }
        guard values.allSatisfy({ $0.isFinite && Float($0).isFinite }) else {
            throw fault(name, "holds a number that is not finite")
        }
        return values
    }

    /// The same, each rounded to the nearest 32-bit float.
    func floats(_ name: String, shape: [Int]) throws -> [Float] {
        try doubles(name, shape: shape).map { Float($0) }
    }

    /// Elements as doubles; nil if they are no floats.
    private static func decode(_ bytes: UnsafeRawBufferPointer, _ type: SafetensorsFile.ElementType) -> [Double]? {
        switch type {
        case .float64: decode(bytes) { (bits: UInt64) in Double(bitPattern: bits) }
        case .float32: decode(bytes) { (bits: UInt32) in Double(Float(bitPattern: bits)) }
        case .bfloat16: decode(bytes) { (bits: UInt16) in Double(Float(bitPattern: UInt32(bits) << 16)) }
        case .float16: decode(bytes) { (bits: UInt16) in half(bits) }
        default: nil
        }
    }

    private static func decode<Bits: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ convert: (Bits) -> Double
    ) -> [Double] {
        let size = MemoryLayout<Bits>.size
        return [Double](unsafeUninitializedCapacity: bytes.count / size) { buffer, count in
            count = bytes.count / size
            for index in 0..<count {
                buffer[index] = convert(bytes.loadUnaligned(fromByteOffset: index * size, as: Bits.self))
            }
        }
    }

    /// IEEE 754 binary16.
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10) & 31
        let fraction = Double(bits & 1023)
        let magnitude: Double
        switch exponent {
        case 0: magnitude = fraction * 0x1p-24
        case 31: magnitude = fraction == 0 ? .infinity : .nan
        default:
            magnitude = Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
        }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
