/// Many channels to one.
package enum ChannelMix {
    /// The mean of each frame's channels, summed in their order.
    ///
    /// Sums of 16-bit samples (of up to 256 channels) are exact in single precision, so that a sound is the same bits
    /// whether it comes from a file or raw.
    package static func average(
        _ interleaved: UnsafePointer<Float>, frames: Int, channels: Int, into output: UnsafeMutablePointer<Float>
    ) {
        if channels == 1 {
            output.update(from: interleaved, count: frames)
            return
        }
        let divisor = Float(channels)
        for frame in 0..<frames {
            let row = interleaved + frame &* channels
            var sum: Float = 0
            for channel in 0..<channels { sum += row[channel] }
            output[frame] = sum / divisor
        }
    }
}
