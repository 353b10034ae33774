/// What was agreed with a device.
package struct CaptureFormat: Equatable, Sendable {
    package var encoding: SampleEncoding
    package var channels: Int
    /// Hertz.
    package var sampleRate: Int
    /// Frames that are read at once.
    package var period: Int
    /// Frames that the device holds before it overruns.
    package var buffer: Int

    package init(encoding: SampleEncoding, channels: Int, sampleRate: Int, period: Int, buffer: Int) {
        self.encoding = encoding
        self.channels = channels
        self.sampleRate = sampleRate
        self.period = period
        self.buffer = buffer
    }

    package var bytesPerFrame: Int { encoding.bytes * channels }
}

extension CaptureFormat: CustomStringConvertible {
    package var description: String {
        "\(encoding.name), \(channels) \(channels == 1 ? "channel" : "channels"), \(sampleRate) Hz, "
            + "periods of \(period) in a buffer of \(buffer)"
    }
}
