import TacitDiagnostics

/// Headerless little-endian 16-bit samples from a descriptor: standard input, a pipe, a file.
///
/// Samples are handed on as they arrive. A last frame that is cut off is left out, as a stopped recorder may leave one
/// behind; `leftOverBytes` tells.
package final class RawSource: SampleSource {
    package let sampleRate: Int
    package let channels: Int
    /// Bytes of an incomplete last frame.
    package private(set) var leftOverBytes = 0

    private let stream: ByteStream
    private let bytes: UnsafeMutableRawPointer
    private let byteCapacity: Int
    /// Bytes of a frame that is not whole yet, at the start of `bytes`.
    private var carried = 0
    private let frame: UnsafeMutablePointer<Float>
    private var isOver = false
    private let watch: MPEGWatch?

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the source's name in errors.
    ///   - sampleRate: hertz, 1 to 10,000,000.
    ///   - channels: interleaved; averaged.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends.
    /// - Throws: `TacitError` (usage) for a rate or a channel count out of range.
    package convenience init(
        descriptor: Int32, name: String = StandardInput.name, sampleRate: Int, channels: Int = 1,
        stopDescriptor: Int32? = nil
    ) throws {
        try self.init(
            ByteStream(descriptor: descriptor, name: name, stopDescriptor: stopDescriptor), sampleRate: sampleRate,
            channels: channels)
    }

    /// - Parameter watch: told of all bytes.
    init(_ stream: ByteStream, sampleRate: Int, channels: Int, watch: MPEGWatch? = nil) throws {
        try SoundSources.require(rate: sampleRate)
        guard (1...SoundSources.maximumChannels).contains(channels) else {
            throw TacitError(.usage, "\(channels) channels, expected 1 to \(SoundSources.maximumChannels)")
        }
        self.stream = stream
        self.watch = watch
        self.sampleRate = sampleRate
        self.channels = channels
        byteCapacity = 65_536
        bytes = .allocate(byteCount: byteCapacity, alignment: 16)
        frame = .allocate(capacity: channels)
        frame.initialize(repeating: 0, count: channels)
    }

    deinit {
        bytes.deallocate()
        frame.deallocate()
    }

    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard let output = buffer.baseAddress else { return .end }
        let frameBytes = 2 * channels
        let room = min(byteCapacity / frameBytes, buffer.count) * frameBytes
        while !isOver {
            let count = try stream.read(into: bytes + carried, count: room - carried)
            try watch?.feed(UnsafeRawBufferPointer(start: bytes + carried, count: count))
            if count == 0 { break }
            let held = carried + count
            let frames = held / frameBytes
            for index in 0..<frames { output[index] = mean(bytes + index * frameBytes) }
            carried = held - frames * frameBytes
            bytes.copyMemory(from: bytes + frames * frameBytes, byteCount: carried)
            if frames > 0 { return .samples(frames) }
        }
        isOver = true
        leftOverBytes = carried
        return .end
    }

    private func mean(_ bytes: UnsafeRawPointer) -> Float {
        for channel in 0..<channels {
            let sample = Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 &* channel, as: Int16.self))
            frame[channel] = Float(sample) / 32768
        }
        if channels == 1 { return frame[0] }
        var result: Float = 0
        ChannelMix.average(frame, frames: 1, channels: channels, into: &result)
        return result
    }
}
