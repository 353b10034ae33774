import TacitModelFile

/// Chooses int8 levels and one scale a channel for a matrix, such that neighbours along K obey the rule of pairs
/// (`Int8Panels.isPair`) and the squared error is as small as a search finds it.
///
/// The rule costs little: weights near a channel's largest magnitude are rare, and two of one sign side by side rarer.
/// For each candidate scale all weights are rounded, and a pair that breaks the rule is moved to the nearest one that
/// keeps it; the scale with the smallest squared error wins, and is then refitted to its levels by least squares.
package struct Int8Quantizer: Quantizer {
    /// 1 or 2.
    let planes: Int
    var method = Method.searched

    var encoding: MatrixEncoding { planes == 1 ? .int8 : .int8TwoPlanes }

    func pack(_ weights: [Float], rows: Int, columns: Int, bias: [Float]?) -> (PackedMatrix, QuantizationError) {
        let planes = Self.planes(planes, of: weights, rows: rows, columns: columns, method: method)
        return (
            MatrixPacker.int8(
                planes: planes.map { ($0.levels, $0.scales) }, rows: rows, columns: columns, bias: bias),
            Self.error(of: planes, weights: weights, columns: columns)
        )
    }

    /// How scales are chosen. `searched` is what models are made with; the others are there to be compared with it.
    package enum Method: CaseIterable, Sendable {
        /// The largest magnitude becomes 127, pairs are not looked at. Not for the file format: sums may saturate.
        case plain
        /// The smallest scale at which neither a weight nor a pair must give way.
        case unclipped
        /// The scale with the smallest squared error, pairs moved where they must be.
        case searched
    }

    /// What became of a matrix.
    package struct Result: Sendable {
        /// `[rows][columns]`.
        package let levels: [Int8]
        /// `[rows]`.
        package let scales: [Float]
        /// Sum of the squared weights, and of the squared errors; nothing where it was not measured.
        package let error: QuantizationError
    }

    /// - Parameters:
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - method: how scales are chosen.
    ///   - measuresError: whether the result is to tell of its error.
    package static func quantize(
        _ weights: [Float], rows: Int, columns: Int, method: Method = .searched, measuresError: Bool = true
    ) -> Result {
        let found = QuantizedChannels(weights, rows: rows, columns: columns) { weights, levels, _ in
            let channel = Int8Channel(weights)
            let scale = channel.quantize(method, into: levels)
            guard measuresError else { return (scale, QuantizationError()) }
            return (scale, channel.error(of: levels, scale: scale))
        }
        return Result(levels: found.levels, scales: found.scales, error: found.error)
    }

    /// So many planes of levels, each quantizing what those before it leave of the weights. Errors are those of all
    /// together, which `error(of:weights:columns:)` measures.
    ///
    /// - Parameters:
    ///   - count: 1 or 2.
    ///   - weights: `[rows][columns]`, finite.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - method: how scales are chosen.
    package static func planes(
        _ count: Int, of weights: [Float], rows: Int, columns: Int, method: Method = .searched
    ) -> [Result] {
        var planes: [Result] = []
        var rest = weights
        for index in 0..<count {
            let plane = quantize(rest, rows: rows, columns: columns, method: method, measuresError: false)
            planes.append(plane)
            guard index < count - 1 else { break }
            for index in rest.indices {
                rest[index].addProduct(-plane.scales[index / columns], Float(plane.levels[index]))
            }
        }
        return planes
    }

    /// How far the planes' sum is from the weights.
    package static func error(of planes: [Result], weights: [Float], columns: Int) -> QuantizationError {
        var error = QuantizationError()
        var values = [Double](repeating: 0, count: columns)
        for row in 0..<weights.count / columns {
            let range = row * columns..<(row + 1) * columns
            values.withUnsafeMutableBufferPointer { values in
                values.update(repeating: 0)
                for plane in planes {
                    let scale = Double(plane.scales[row])
                    plane.levels.withUnsafeBufferPointer { levels in
                        for (column, index) in range.enumerated() { values[column] += Double(levels[index]) * scale }
                    }
                }
                weights.withUnsafeBufferPointer { weights in
                    for (column, index) in range.enumerated() {
                        let weight = Double(weights[index])
                        error.signal += weight * weight
                        error.noise += (weight - values[column]) * (weight - values[column])
                    }
                }
            }
        }
        return error
    }
}
