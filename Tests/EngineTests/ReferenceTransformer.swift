import Glibc
import TacitModelFile

/// A decoder-only transformer in double precision, written as the papers have it and as slow as it may be.
struct ReferenceTransformer {
    let model: MemoryModel
    let trunk: TrunkDescription

    /// The final norm of every patch, `[patches][width]`. With a causal mask row i is what the engine gives after i +
    /// 1.
    let outputs: [[Double]]
    /// The stream behind each block but the last, and then the outputs: `[layers][patches][width]`.
    let levels: [[[Double]]]

    init(_ model: MemoryModel, embedded: [[Double]]) {
        self.model = model
        trunk = model.description.trunk
        let width = trunk.width
        let sinks = (0..<model.description.sinks).map { sink in
            (0..<width).map { Double(model.vectors[TensorName.sinks]?[sink * width + $0] ?? .nan) }
        }
        var stream = sinks + embedded
        var levels: [[[Double]]] = []
        if trunk.positions == .table, let table = model.vectors[TensorName.positions] {
            for row in stream.indices {
                for i in 0..<trunk.width { stream[row][i] += Double(table[row * trunk.width + i]) }
            }
        }
        for layer in 0..<trunk.layers {
            let trunk = trunk
            let epsilon = Double(trunk.normEpsilon)
            let attended = Self.attention(
                stream.map {
                    Self.linear(
                        model, TensorName.attentionQueryKeyValue(layer),
                        Self.norm(model, TensorName.attentionNorm(layer), trunk.norm, epsilon, $0))
                }, model, layer)
            let isAround = trunk.normPlacement == .around
            for row in stream.indices {
                var out = Self.linear(model, TensorName.attentionOutput(layer), attended[row])
                if isAround { out = Self.norm(model, TensorName.attentionOutputNorm(layer), trunk.norm, epsilon, out) }
                let between = zip(stream[row], out).map { $0 + $1 }
                let hidden = Self.linear(
                    model, TensorName.feedForwardInput(layer),
                    Self.norm(
                        model, TensorName.feedForwardNorm(layer), trunk.norm, epsilon,
                        trunk.residual == .parallel ? stream[row] : between))
                let active = (0..<trunk.feedForwardWidth).map { i in
                    Self.activation(trunk.activation, hidden[i])
                        * (trunk.isGated ? hidden[trunk.feedForwardWidth + i] : 1)
                }
                var down = Self.linear(model, TensorName.feedForwardOutput(layer), active)
                if isAround {
                    down = Self.norm(model, TensorName.feedForwardOutputNorm(layer), trunk.norm, epsilon, down)
                }
                stream[row] = zip(between, down).map { $0 + $1 }
            }
            levels.append(Array(stream[sinks.count...]))
        }
        let trunk = trunk
        outputs = stream[sinks.count...].map {
            Self.norm(model, TensorName.finalNorm, trunk.norm, Double(trunk.normEpsilon), $0)
        }
        self.levels = levels.dropLast() + [outputs]
    }

    /// Over patches, `[patches][patchSize]`.
    init(_ model: MemoryModel, patches: [[Float]]) {
        self.init(
            model,
            embedded: patches.map { patch in
                var input = patch.map(Double.init)
                if model.description.patchHiddenWidth > 0 {
                    input = Self.linear(model, TensorName.patchHidden, input).map { Self.activation(.geluTanh, $0) }
                }
                return Self.linear(model, TensorName.patch, input)
            })
    }

    /// Over tokens, `[patches][codebooks]`.
    init(_ model: MemoryModel, tokens: [[Int32]]) {
        let width = model.description.trunk.width
        self.init(
            model,
            embedded: tokens.map { ids in
                var sum = [Double](repeating: 0, count: width)
                for (index, id) in ids.enumerated() {
                    guard let codebook = model.vectors[TensorName.codebook(index)] else { continue }
                    for i in 0..<width { sum[i] += Double(codebook[Int(id) * width + i]) }
                }
                return sum
            })
    }

    /// What the head reads when `count` patches have gone through.
    func embedding(after count: Int) -> [Double] {
        var pooled = outputs[count - 1]
        if model.description.pool == .mean {
            let seen = min(count, model.description.input.window)
            pooled = (0..<trunk.width).map { i in
                outputs[(count - seen)..<count].reduce(0) { $0 + $1[i] } / Double(seen)
            }
        }
        return model.description.hasHeadNorm ? Self.norm(model, TensorName.headNorm, .layer, 1e-5, pooled) : pooled
    }

    func logits(after count: Int) -> [Double] { Self.linear(model, TensorName.head, embedding(after: count)) }

    /// What labels are learned by, over a window or its `last` patches, when `count` patches have gone through: means
    /// and deviations of the model's levels through its matrix, brought to length 1.
    func learning(after count: Int, last: Int = .max) -> [Double] {
        guard let head = model.description.learning else { return Self.normalised(embedding(after: count)) }
        let seen = min(count, last, model.description.input.window)
        let input = head.levels.flatMap { level -> [Double] in
            let rows = levels[level - 1][(count - seen)..<count]
            func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(seen) }
            let means = (0..<trunk.width).map { i in mean(rows.map { $0[i] }) }
            let deviations = (0..<trunk.width).map { i in
                mean(rows.map { ($0[i] - means[i]) * ($0[i] - means[i]) }).squareRoot()
            }
            return means + deviations + cells(head, of: rows).flatMap { $0 }
        }
        return Self.normalised(Self.linear(model, TensorName.learning, input))
    }

    /// The means over the cells of a picture: over all patches that have a part, however small, in a cell.
    private func cells(_ head: LearningHead, of rows: ArraySlice<[Double]>) -> [[Double]] {
        guard head.grid > 1, case .image(let image) = model.description.input else { return [] }
        let grid = head.grid
        func lies(_ patch: Int, in cell: Int, _ count: Int) -> Bool {
            patch * grid < (cell + 1) * count && (patch + 1) * grid > cell * count
        }
        return (0..<grid * grid).map { cell in
            let inside = rows.enumerated().filter { number, _ in
                lies(number / image.columns, in: cell / grid, image.rows)
                    && lies(number % image.columns, in: cell % grid, image.columns)
            }.map(\.element)
            return (0..<trunk.width).map { i in inside.reduce(0) { $0 + $1[i] } / Double(max(1, inside.count)) }
        }
    }

    private static func normalised(_ vector: [Double]) -> [Double] {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.map { $0 / length }
    }

    private static func linear(_ model: MemoryModel, _ name: String, _ input: [Double]) -> [Double] {
        guard let matrix = model.matrices[name] else { return [] }
        return (0..<matrix.rows).map { row in
            var sum = Double(matrix.bias?[row] ?? 0)
            for column in 0..<matrix.columns {
                sum += Double(matrix.weights[row * matrix.columns + column]) * input[column]
            }
            return sum
        }
    }

    private static func norm(
        _ model: MemoryModel, _ name: String, _ kind: TrunkDescription.Norm, _ epsilon: Double, _ input: [Double]
    ) -> [Double] {
        let weight = model.vectors["\(name).weight"] ?? []
        let bias = model.vectors["\(name).bias"] ?? []
        let mean = kind == .layer ? input.reduce(0, +) / Double(input.count) : 0
        let square = input.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(input.count)
        return input.indices.map { i in
            (input[i] - mean) / (square + epsilon).squareRoot() * Double(weight[i])
                + (kind == .layer ? Double(bias[i]) : 0)
        }
    }

    private static func activation(_ kind: TrunkDescription.Activation, _ x: Double) -> Double {
        switch kind {
        case .geluTanh: 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
        case .silu: x / (1 + exp(-x))
        case .gelu: x * 0.5 * erfc(-x / 2.0.squareRoot())
        case .relu: max(x, 0)
        }
    }

    private static func rotated(_ head: [Double], _ position: Int, _ frequencies: [Float]) -> [Double] {
        var result = head
        for (i, frequency) in frequencies.enumerated() {
            let angle = Double(position) * Double(frequency)
            let (a, b) = (head[i], head[i + frequencies.count])
            result[i] = a * cos(angle) - b * sin(angle)
            result[i + frequencies.count] = b * cos(angle) + a * sin(angle)
        }
        return result
    }

    /// `[rows][heads * headWidth]` of `[rows][queryKeyValueWidth]`, sinks first, by a mask over all pairs of rows.
    private static func attention(_ rows: [[Double]], _ model: MemoryModel, _ layer: Int) -> [[Double]] {
        let trunk = model.description.trunk
        let local = trunk.localWindow(of: layer)
        let window = min(local ?? .max, model.description.input.window)
        let width = trunk.headWidth
        let table =
            local != nil && trunk.hasLocalFrequencies ? TensorName.localFrequencies : TensorName.rotaryFrequencies
        let frequencies = trunk.positions == .rotary ? model.vectors[table] ?? [] : []
        let scale = trunk.attentionScale.map(Double.init) ?? 1 / Double(width).squareRoot()
        func heads(_ first: Int, _ count: Int, norm: String?) -> [[[Double]]] {
            rows.map { row in
                (0..<count).map { head in
                    let values = Array(row[(first + head) * width..<(first + head + 1) * width])
                    guard let norm, trunk.normalizesHeads else { return values }
                    return Self.norm(model, norm, .rms, Double(trunk.normEpsilon), values)
                }
            }
        }
        let sinks = model.description.sinks
        // Sinks are a context of their own; patches count from 0 behind them.
        func position(_ row: Int) -> Int { row < sinks ? row : row - sinks }
        let queries = heads(0, trunk.heads, norm: TensorName.queryNorm(layer))
        let keys = heads(trunk.heads, trunk.keyValueHeads, norm: TensorName.keyNorm(layer)).enumerated()
            .map { row, heads in heads.map { rotated($0, position(row), frequencies) } }
        let values = heads(trunk.heads + trunk.keyValueHeads, trunk.keyValueHeads, norm: nil)
        let group = trunk.heads / trunk.keyValueHeads
        return rows.indices.map { row in
            let first = row < sinks ? 0 : sinks
            let near =
                model.description.attention == .full
                ? 0..<rows.count : max(first, row + 1 - window)..<row + 1
            let seen = Array(0..<first) + near
            return (0..<trunk.heads).flatMap { head in
                let query = rotated(queries[row][head], position(row), frequencies)
                // As if the window's oldest patch stood right behind the sinks.
                let moved = rotated(queries[row][head], sinks + min(position(row), window - 1), frequencies)
                let scores = seen.map { other in
                    zip(other < first ? moved : query, keys[other][head / group])
                        .reduce(0) { $0 + $1.0 * $1.1 } * scale
                }
                let most = scores.max() ?? 0
                let weights = scores.map { exp($0 - most) }
                let total = weights.reduce(0, +)
                return (0..<width).map { i in
                    zip(seen, weights).reduce(0) { $0 + $1.1 * values[$1.0][head / group][i] } / total
                }
            }
        }
    }
}
