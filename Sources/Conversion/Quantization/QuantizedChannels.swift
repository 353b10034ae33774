import Dispatch

/// The output channels of a matrix, quantized side by side.
struct QuantizedChannels {
    /// What one channel gives besides its levels.
    typealias Channel = (scale: Float, error: QuantizationError)

    /// `[rows][columns]`.
    let levels: [Int8]
    /// `[rows][groups]`.
    let groupScales: [UInt8]
    /// `[rows]`.
    let scales: [Float]
    /// Of all channels together.
    let error: QuantizationError

    /// - Parameters:
    ///   - weights: `[rows][columns]`.
    ///   - rows: output channels.
    ///   - columns: weights of a channel.
    ///   - groups: of a channel's weights, each with a scale of its own; 0 where there are none.
    ///   - quantize: given a channel's weights, fills its levels and its groups' scales. Several threads call it at
    ///     once.
    init(
        _ weights: [Float], rows: Int, columns: Int, groups: Int = 0,
        _ quantize:
            @Sendable (
                _ weights: UnsafeBufferPointer<Float>, _ levels: UnsafeMutableBufferPointer<Int8>,
                _ groupScales: UnsafeMutableBufferPointer<UInt8>
            ) -> Channel
    ) {
        precondition(weights.count == rows * columns)
        var levels = [Int8](repeating: 0, count: weights.count)
        var groupScales = [UInt8](repeating: 0, count: rows * groups)
        var channels = [Channel](repeating: (scale: 0, error: QuantizationError()), count: rows)
        levels.withUnsafeMutableBufferPointer { levels in
            groupScales.withUnsafeMutableBufferPointer { groupScales in
                channels.withUnsafeMutableBufferPointer { channels in
                    // Each row writes only what is its own.
                    nonisolated(unsafe) let (levels, groupScales, channels) = (levels, groupScales, channels)
                    DispatchQueue.concurrentPerform(iterations: rows) { row in
                        let own = row * columns..<(row + 1) * columns
                        let ownLevels = UnsafeMutableBufferPointer(rebasing: levels[own])
                        let ownScales = UnsafeMutableBufferPointer(
                            rebasing: groupScales[row * groups..<(row + 1) * groups])
                        channels[row] = weights.withUnsafeBufferPointer { weights in
                            quantize(UnsafeBufferPointer(rebasing: weights[own]), ownLevels, ownScales)
                        }
                    }
                }
            }
        }
        self.levels = levels
        self.groupScales = groupScales
        scales = channels.map { $0.scale }
        error = channels.reduce(into: QuantizationError()) { $0 += $1.error }
    }
}
