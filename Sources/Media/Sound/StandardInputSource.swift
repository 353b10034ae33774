import TacitDiagnostics

/// Standard input at the rate a model wants: a sound in a format known by its first bytes, or raw samples. It is looked
/// at when it is first read, which may wait for the first bytes.
package final class StandardInputSource: SampleSource {
    package let sampleRate: Int

    private let stream: ByteStream
    private let rawRate: Int
    private let rawChannels: Int
    private let isRaw: Bool
    private var source: (any SampleSource)?

    /// - Parameters:
    ///   - descriptor: read from, never closed.
    ///   - name: the source's name in errors.
    ///   - sampleRate: hertz that the samples are to have.
    ///   - rawRate: hertz of raw samples; nil for `sampleRate`.
    ///   - rawChannels: interleaved channels of raw samples; averaged.
    ///   - isRaw: whether the samples are raw whatever they look like.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends.
    package convenience init(
        descriptor: Int32, name: String = StandardInput.name, sampleRate: Int, rawRate: Int?, rawChannels: Int,
        isRaw: Bool, stopDescriptor: Int32? = nil
    ) {
        self.init(
            ByteStream(descriptor: descriptor, name: name, stopDescriptor: stopDescriptor), sampleRate: sampleRate,
            rawRate: rawRate, rawChannels: rawChannels, isRaw: isRaw)
    }

    /// The same of bytes from elsewhere.
    package init(_ stream: ByteStream, sampleRate: Int, rawRate: Int?, rawChannels: Int, isRaw: Bool) {
        self.stream = stream
        self.sampleRate = sampleRate
        self.rawRate = rawRate ?? sampleRate
        self.rawChannels = rawChannels
        self.isRaw = isRaw
    }

    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        do {
            if source == nil { source = try open() }
            return try source?.read(into: buffer) ?? .end
        } catch let error as TacitError {
            // What was called off in the middle of a sound lacks its end.
            if stream.wasStopped { return .end }
            throw error.inFile(stream.name)
        }
    }

    package var damage: SoundDamage { source?.damage ?? SoundDamage() }

    private func open() throws -> any SampleSource {
        if !isRaw, let signature = try SoundSignature.findOrRaw(in: stream) {
            let sound = try SoundFileSource(
                try signature.decoder(stream), name: stream.name, isCalledOff: { [stream] in stream.wasStopped })
            return try SoundSources.resample(sound, to: sampleRate, file: stream.name)
        }
        let raw = try RawSource(
            stream, sampleRate: rawRate, channels: rawChannels, watch: isRaw ? nil : MPEGWatch())
        return try SoundSources.resample(raw, to: sampleRate, file: stream.name)
    }
}
