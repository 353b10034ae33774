import TacitModelFile
import TacitTestSupport

extension SmallModel {
    /// The values that `write` stores, by name: vectors as they are, matrices as `[rows][columns]`.
    struct Values {
        var vectors: [String: [Float]] = [:]
        var weights: [String: [Float]] = [:]
        var levels: [String: [[Int8]]] = [:]
        /// `[rows][groups]`.
        var groupScales: [String: [UInt8]] = [:]
        var biases: [String: [Float]] = [:]
    }

    func formats() -> [String: MatrixFormat] {
        var formats: [String: MatrixFormat] = [:]
        for shape in description.matrices {
            formats[shape.name] = MatrixFormat(
                encoding: shape.mayBeQuantized ? encoding : outside, hasBias: shape.isTrunk ? hasBias : true)
        }
        return formats
    }

    @discardableResult
    func write(to path: String, seed: UInt64 = 1) throws -> Values {
        let formats = formats()
        let writer = try ModelFileWriter(
            path: path, description: description, provenance: provenance, formats: formats)
        var values = MadeUpValues(seed: seed)
        for part in description.parts.reversed() {
            switch part {
            case .vector(let name, let shape):
                try writer.write(vector: name, values.vector(name, shape))
            case .matrix(let shape):
                guard let format = formats[shape.name] else { preconditionFailure("each matrix has a format") }
                try writer.write(matrix: shape.name, values.matrix(shape, format))
            }
        }
        try writer.finish()
        return values.values
    }
}

/// Makes values up as they are asked for, and keeps them.
private struct MadeUpValues {
    private(set) var values = SmallModel.Values()
    private var numbers: RandomNumbers

    init(seed: UInt64) { numbers = RandomNumbers(seed: seed) }

    mutating func vector(_ name: String, _ shape: [Int]) -> [Float] {
        let vector = numbers.floats(shape.reduce(1, *))
        values.vectors[name] = vector
        return vector
    }

    mutating func matrix(_ shape: MatrixShape, _ format: MatrixFormat) -> PackedMatrix {
        let bias = format.hasBias ? numbers.floats(shape.rows) : nil
        values.biases[shape.name] = bias
        let encoding = format.encoding
        if encoding.bits == 4 { return int4(shape, encoding, bias) }
        if encoding == .int8Groups { return int8Groups(shape, bias) }
        return encoding.planes > 0 ? int8(shape, planes: encoding.planes, bias) : floats(shape, encoding, bias)
    }

    private mutating func int4(_ shape: MatrixShape, _ encoding: MatrixEncoding, _ bias: [Float]?) -> PackedMatrix {
        let planes = (0..<encoding.planes).map { plane in
            (
                levels: levels(shape, -8..<8), groupScales: groupScales(shape, encoding.groupSize),
                scales: scales(shape, plane: plane)
            )
        }
        values.levels[shape.name] = planes.map(\.levels)
        values.groupScales[shape.name] = planes.flatMap(\.groupScales)
        return MatrixPacker.int4(
            planes: planes, rows: shape.rows, columns: shape.columns, groupSize: encoding.groupSize, bias: bias)
    }

    private mutating func int8Groups(_ shape: MatrixShape, _ bias: [Float]?) -> PackedMatrix {
        let (levels, groupScales) = (levels(shape, -127..<128), groupScales(shape, 32))
        values.levels[shape.name] = [levels]
        values.groupScales[shape.name] = groupScales
        return MatrixPacker.int8Groups(
            levels, groupScales: groupScales, scales: scales(shape), rows: shape.rows, columns: shape.columns,
            bias: bias)
    }

    private mutating func int8(_ shape: MatrixShape, planes: Int, _ bias: [Float]?) -> PackedMatrix {
        let planes = (0..<planes).map { plane in (levels(shape, -32..<33), scales(shape, plane: plane)) }
        values.levels[shape.name] = planes.map(\.0)
        return MatrixPacker.int8(planes: planes, rows: shape.rows, columns: shape.columns, bias: bias)
    }

    private mutating func floats(_ shape: MatrixShape, _ encoding: MatrixEncoding, _ bias: [Float]?) -> PackedMatrix {
        let isHalf = encoding == .float16
        let weights = numbers.floats(shape.rows * shape.columns).map { isHalf ? ($0 * 1024).rounded() / 1024 : $0 }
        values.weights[shape.name] = weights
        let pack = isHalf ? MatrixPacker.float16 : MatrixPacker.float32
        guard let packed = pack(weights, shape.rows, shape.columns, bias) else {
            preconditionFailure("16 bits do not hold these weights")
        }
        return packed
    }

    private mutating func levels(_ shape: MatrixShape, _ range: Range<Int>) -> [Int8] {
        (0..<shape.rows * shape.columns).map { _ in Int8(range.lowerBound + numbers.integer(below: range.count)) }
    }

    private mutating func groupScales(_ shape: MatrixShape, _ size: Int) -> [UInt8] {
        (0..<shape.rows * ((shape.columns + size - 1) / size)).map { _ in UInt8(numbers.integer(below: 127) + 1) }
    }

    private func scales(_ shape: MatrixShape, plane: Int = 0) -> [Float] {
        (0..<shape.rows).map { Float($0 + 1 + plane * 1000) }
    }
}
