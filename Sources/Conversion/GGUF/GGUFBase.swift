import TacitDiagnostics

/// A GGUF as llama.cpp writes it, in transformers' words: a configuration and a checkpoint, as if they lay in a folder.
struct GGUFBase {
    let config: ConfigObject
    let store: TensorStore
    /// What each rotary frequency is divided by, if the file says so (Llama 3.1's scaling, already computed).
    let frequencyDivisors: [Double]?

    /// - Throws: `TacitError` of kind `badData` for whatever is broken or not supported.
    init(_ file: GGUFFile) throws {
        let settings = try GGUFSettings(file)
        config = settings.config
        var entries: [String: TensorStore.Entry] = [:]
        for (name, tensor) in file.tensors where name != Self.ropeFactors {
            let known = settings.architecture.tensor(named: name)
            let target = known?.name ?? name
            guard entries[target] == nil else {
                throw TacitError.badData(file.path, at: name, "the tensor occurs twice")
            }
            entries[target] = try Self.entry(tensor, file, name, known?.change ?? .none, settings)
        }
        store = TensorStore(path: file.path, entries: entries, sourceName: settings.architecture.source(of:))
        frequencyDivisors = try Self.divisors(file)
    }

    private static let ropeFactors = "rope_freqs.weight"

    private static func divisors(_ file: GGUFFile) throws -> [Double]? {
        guard let tensor = file.tensors[ropeFactors] else { return nil }
        let values = file.values(of: tensor)
        guard values.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw TacitError.badData(file.path, at: ropeFactors, "expected positive numbers")
        }
        return values
    }

    private static func entry(
        _ tensor: GGUFFile.Tensor, _ file: GGUFFile, _ name: String, _ change: GGUFArchitecture.Change,
        _ settings: GGUFSettings
    ) throws -> TensorStore.Entry {
        let (rows, columns) = (tensor.shape[0], tensor.shape.dropFirst().reduce(1, *))
        var shape = tensor.shape
        let values: () -> [Double]?
        switch change {
        case .none: values = { file.values(of: tensor) }
        case .plusOne: values = { file.values(of: tensor).map { $0 - 1 } }
        case .transposed:
            if shape.count == 2 { shape.reverse() }
            values = { transposed(file.values(of: tensor), rows: rows, columns: columns) }
        case .pairs(let ofKeys):
            let heads = ofKeys ? settings.keyValueHeads : settings.heads
            guard rows % (2 * heads) == 0 else {
                throw TacitError.badData(file.path, at: name, "\(rows) rows do not go in \(heads) heads of pairs")
            }
            let half = rows / heads / 2
            values = {
                reordered(file.values(of: tensor), columns: columns) { row in
                    let (head, within) = row.quotientAndRemainder(dividingBy: 2 * half)
                    return head * 2 * half + within % half * 2 + within / half
                }
            }
        case .parts:
            let heads = settings.heads
            guard rows % (3 * heads) == 0 else {
                throw TacitError.badData(file.path, at: name, "\(rows) rows do not go in 3 parts of \(heads) heads")
            }
            let width = rows / heads / 3
            values = {
                reordered(file.values(of: tensor), columns: columns) { row in
                    let (block, within) = row.quotientAndRemainder(dividingBy: width)
                    return block % 3 * heads * width + block / 3 * width + within
                }
            }
        }
        return TensorStore.Entry(
            path: file.path, shape: shape, byteCount: tensor.range.count, type: tensor.type.name, values: values)
    }

    /// Rows in another order: `source` gives where each comes from.
    private static func reordered(_ values: [Double], columns: Int, _ source: (Int) -> Int) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(values.count)
        for row in 0..<values.count / max(columns, 1) {
            let first = source(row) * columns
            result += values[first..<first + columns]
        }
        return result
    }
}
