/// What was agreed with a device.
public struct CaptureFormat: Equatable, Sendable {
    public var encoding: SampleEncoding
    public var channels: Int
    /// Hertz.
    public var sampleRate: Int
    /// Frames that are read at once.
    public var period: Int
    /// Frames that the device holds before it overruns.
    public var buffer: Int

    public init(encoding: SampleEncoding, channels: Int, sampleRate: Int, period: Int, buffer: Int) {
        self.encoding = encoding
        self.channels = channels
        self.sampleRate = sampleRate
        self.period = period
        self.buffer = buffer
    }

    public var bytesPerFrame: Int { encoding.bytes * channels }
}

extension CaptureFormat: CustomStringConvertible {
    public var description: String {
        "\(encoding.name), \(channels) \(channels == 1 ? "channel" : "channels"), \(sampleRate) Hz, "
            + "periods of \(period) in a buffer of \(buffer)"
    }
}
