import TacitModelFile

/// A model file of the same weights in 32-bit floats: what quantized ones stand for, read as the format says and by
/// nothing that the engine or the packer shares.
enum Float32Copy {
    static func write(_ file: ModelFile, to path: String) throws {
        let description = file.description
        let formats = Dictionary(
            uniqueKeysWithValues: description.matrices.map { shape in
                (shape.name, MatrixFormat(encoding: .float32, hasBias: file.hasTensor("\(shape.name).bias")))
            })
        let writer = try ModelFileWriter(
            path: path, description: description, provenance: file.provenance, formats: formats)
        for part in description.parts {
            switch part {
            case .vector(let name, _): try writer.write(vector: name, Array(try file.vector(name)))
            case .matrix(let shape):
                let view = try file.matrix(shape.name)
                try writer.write(
                    matrix: shape.name,
                    MatrixPacker.float32(
                        weights(view), rows: shape.rows, columns: shape.columns,
                        bias: view.bias.map { Array($0.prefix(shape.rows)) }))
            }
        }
        try writer.finish()
    }

    /// `[rows][columns]`.
    static func weights(_ view: MatrixView) -> [Float] {
        (0..<view.rows).flatMap { row in (0..<view.columns).map { weight(view, row, $0) } }
    }

    private static func weight(_ view: MatrixView, _ row: Int, _ column: Int) -> Float {
        let (tile, channel) = (row / 16, row % 16)
        let scale = view.scales?[row] ?? 0
        switch view.encoding {
        case .float32:
            return view.panels.load(fromByteOffset: ((tile * view.columns + column) * 16 + channel) * 4, as: Float.self)
        case .float16:
            let place = ((tile * view.columns + column) * 16 + channel) * 2
            return Float(half: view.panels.load(fromByteOffset: place, as: UInt16.self))
        case .int8, .int8TwoPlanes:
            return (0..<view.encoding.planes).reduce(0) { sum, plane in
                let block = (plane * view.tiles + tile) * (Int8Panels.paddedColumns(view.columns) / 4) + column / 4
                let level = view.panels.load(fromByteOffset: (block * 16 + channel) * 4 + column % 4, as: Int8.self)
                return sum + Float(level) * (view.scales?[plane * view.paddedRows + row] ?? 0)
            }
        case .int8Groups:
            let groups = (view.columns + 31) / 32
            let place = ((tile * groups * 8 + column / 4) * 16 + channel) * 4 + column % 4
            let groupScale = Int(view.groupScales?[(tile * groups + column / 32) * 16 + channel] ?? 0)
            return Float(Int(view.panels.load(fromByteOffset: place, as: Int8.self)) * groupScale) * scale
        case .int4(let groupSize), .int4TwoPlanes(let groupSize):
            let groups = (view.columns + groupSize - 1) / groupSize
            return (0..<view.encoding.planes).reduce(0) { sum, plane in
                let tile = plane * view.tiles + tile
                let block = tile * ((view.columns + 31) / 32 * 4) + column / 8
                let byte = view.panels[(block * 16 + channel) * 4 + column % 4]
                let level = Int(column % 8 < 4 ? byte % 16 : byte / 16) - 8
                let groupScale = Int(view.groupScales?[(tile * groups + column / groupSize) * 16 + channel] ?? 0)
                return sum + Float(level * groupScale) * (view.scales?[plane * view.paddedRows + row] ?? 0)
            }
        }
    }
}

extension Float {
    /// What IEEE 754 says of 16 bits.
    fileprivate init(half bits: UInt16) {
        let (exponent, fraction) = (Int(bits >> 10 & 31), Float(bits & 1023))
        let magnitude =
            exponent == 0
            ? fraction * 0x1p-24 : (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
        self = bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
