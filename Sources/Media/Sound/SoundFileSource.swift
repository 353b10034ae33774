import TacitDiagnostics

/// A sound in a file, a pipe or on standard input, decoded as it comes, its channels averaged.
///
/// Its length is what decodes: no header is believed, and memory is taken for one block only. What follows in the same
/// stream (joined MP3 files, chained Ogg streams) belongs to it; a part at another rate is converted to the first
/// one's.
///
/// What is damaged is left out, as `damage` tells where the format does. What counts as broken (bad data): what can't
/// be decoded any further, a sample that is not a finite number of sensible size, and no samples at all.
package final class SoundFileSource: SampleSource {
    package let path: String
    /// Hertz, as the sound begins.
    package let sampleRate: Int
    /// As the sound begins.
    package let channels: Int
    /// Samples read up to now, those of gaps among them.
    package private(set) var position = 0

    private let decoder: any SoundDecoder
    private var segment: SoundSegment
    /// Of the segments before this one.
    private var damageBefore = SoundDamage()
    private var timeBefore = 0.0
    /// The segment, or a resampler behind it.
    private var source: any SampleSource
    private var isOver = false
    private let isCalledOff: () -> Bool

    /// - Throws: `TacitError`: no input for what is absent, unreadable, or neither a file nor a pipe; bad data for what
    ///   is no sound.
    package convenience init(path: String, stopDescriptor: Int32? = nil) throws {
        try self.init(try ByteStream(path: path, expected: "a sound file", stopDescriptor: stopDescriptor))
    }

    /// Of a descriptor, read from and never closed.
    ///
    /// - Throws: `TacitError`: bad data for what is no sound, I/O error for a read that fails.
    package convenience init(descriptor: Int32, name: String, stopDescriptor: Int32? = nil) throws {
        try self.init(ByteStream(descriptor: descriptor, name: name, stopDescriptor: stopDescriptor))
    }

    convenience init(_ stream: ByteStream) throws {
        do {
            try self.init(
                try SoundSignature.find(in: stream).decoder(stream), name: stream.name,
                isCalledOff: { stream.wasStopped })
        } catch let error as TacitError {
            throw error.inFile(stream.name)
        }
    }

    /// - Parameter isCalledOff: whether the bytes ended because that was wished: what lacks its end is not broken then.
    init(_ decoder: any SoundDecoder, name: String, isCalledOff: @escaping () -> Bool) throws {
        self.decoder = decoder
        self.isCalledOff = isCalledOff
        path = name
        segment = try SoundSegment(decoder)
        source = segment
        sampleRate = segment.sampleRate
        channels = segment.channels
    }

    package var damage: SoundDamage { damageBefore.followed(by: segment.damage, at: timeBefore) }

    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        do {
            while !isOver {
                switch try source.read(into: buffer) {
                case .samples(let count):
                    position += count
                    return .samples(count)
                case .gap(let gap):
                    position += gap.samples
                    return .gap(gap)
                case .end where segment.isFollowed:
                    damageBefore = damage
                    timeBefore = Double(position) / Double(sampleRate)
                    segment = try SoundSegment(decoder)
                    source = try SoundSources.resample(segment, to: sampleRate)
                case .end:
                    isOver = true
                    if position == 0 { throw TacitError(.badData, "holds no samples") }
                }
            }
        } catch var error as TacitError {
            isOver = true
            if isCalledOff() { return .end }
            if error.place == nil, segment.position > 0 { error.place = "sample \(segment.position)" }
            throw error.inFile(path)
        }
        return .end
    }
}
