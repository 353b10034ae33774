import TacitDiagnostics

/// The part of a sound that has one rate and one number of channels, which are averaged. Its end is the sound's, or the
/// beginning of the next part.
final class SoundSegment: SampleSource {
    let sampleRate: Int
    let channels: Int
    /// Samples a channel read up to now.
    private(set) var position = 0
    /// Whether another part follows: known at the end.
    private(set) var isFollowed = false

    private(set) var damage = SoundDamage()

    private let decoder: any SoundDecoder
    /// What is wrong with the sound behind the samples that were read last.
    private var fault: TacitError?
    /// Samples of silence that are still to be given for what was lost.
    private var silence = 0
    /// Interleaved, `[frames][channels]`.
    private let block: UnsafeMutableBufferPointer<Float>

    private static let blockSamples = 16_384
    /// Seconds: what is lost in one place is silence; more than that is a gap, and the sound behind it another one.
    private static let longestSilence = 5
    /// Samples of which no time and no sum overflows.
    private static let longest = 1 << 52

    /// - Throws: `TacitError` (bad data) for a rate or a channel count that can't be.
    init(_ decoder: any SoundDecoder) throws {
        guard (1...SoundSources.maximumChannels).contains(decoder.channels) else {
            throw TacitError(
                .badData, "has \(decoder.channels) channels, expected 1 to \(SoundSources.maximumChannels)")
        }
        guard decoder.sampleRate > 0 else {
            throw TacitError(.badData, "has a sample rate of \(decoder.sampleRate) Hz")
        }
        self.decoder = decoder
        sampleRate = decoder.sampleRate
        channels = decoder.channels
        block = .allocate(capacity: Self.blockSamples)
        block.initialize(repeating: 0)
    }

    deinit { block.deallocate() }

    func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard let output = buffer.baseAddress, let samples = block.baseAddress else { return .end }
        if let fault { throw fault }
        let wanted = min(buffer.count, block.count / channels)
        while silence == 0 {
            switch try decoder.decode(into: UnsafeMutableBufferPointer(rebasing: block[..<(wanted * channels)])) {
            case .frames(var count):
                let decoded = UnsafeBufferPointer(start: samples, count: count * channels)
                if let index = SoundSources.firstInvalid(in: decoded) {
                    count = index / channels
                    let error = TacitError(
                        .badData, place: "sample \(position + count)", "holds \(samples[index]), which is no sample")
                    guard count > 0 else { throw error }
                    fault = error
                }
                ChannelMix.average(samples, frames: count, channels: channels, into: output)
                position += count
                return .samples(count)
            case .lost(let count):
                if damage.places == 0 { damage.firstTime = Double(position) / Double(sampleRate) }
                damage.places += 1
                damage.lostSeconds += Double(count) / Double(sampleRate)
                guard count <= Self.longest - position else {
                    throw TacitError(.badData, "states that it goes on for longer than any sound")
                }
                guard count > Self.longestSilence * sampleRate else {
                    silence = count
                    continue
                }
                position += count
                return .gap(.init(samples: count, reason: .lost))
            case .lacking(let count): damage.lackingSeconds += Double(count) / Double(sampleRate)
            case .skipped(let bytes, let samplesAgo):
                if damage.skippedBytes == 0 {
                    damage.firstSkipTime = Double(max(0, position - samplesAgo)) / Double(sampleRate)
                }
                damage.skippedBytes += bytes
            case .changed:
                isFollowed = true
                return .end
            case .end: return .end
            }
        }
        let count = min(buffer.count, silence)
        output.update(repeating: 0, count: count)
        silence -= count
        position += count
        return .samples(count)
    }
}
