import TacitDiagnostics
import TacitMedia

/// The sound that a command delivers, at the rate a model wants: a thread decodes it into a ring as it comes, this
/// reads from it.
///
/// Its time is the samples' and the gaps': what passed on the clock while the command was away is a gap of that length,
/// and so is what found no room because the reader was late. Each run begins with a header of its own, or at a whole
/// raw sample. Nothing is allocated by reading.
package final class CommandSound: SampleSource {
    package let sampleRate: Int

    private let source: CommandSource
    private let ring: SampleRing
    private let stopDescriptor: Int32

    /// Seconds that the reader may be late by, and that a server may send at once to whoever has just come.
    private static let ringSeconds = 30.0

    /// Starts the command, and waits until it delivers.
    ///
    /// - Parameters:
    ///   - source: the command.
    ///   - sampleRate: hertz that the samples are to have.
    ///   - rawRate: hertz of raw samples; nil for `sampleRate`.
    ///   - rawChannels: interleaved channels of raw samples; averaged.
    ///   - isRaw: whether the samples are raw whatever they look like.
    ///   - stopDescriptor: once this one is readable or closed, the stream ends.
    /// - Throws: `TacitError`: device unavailable when there is no sound from it; bad data when it is none; I/O
    ///   error where the system has no descriptors left.
    package init(
        _ source: CommandSource, sampleRate: Int, rawRate: Int?, rawChannels: Int, isRaw: Bool,
        stopDescriptor: Int32? = nil
    ) throws {
        self.source = source
        self.sampleRate = sampleRate
        self.stopDescriptor = stopDescriptor ?? -1
        ring = try SampleRing(capacity: Int(Self.ringSeconds * Double(sampleRate)), for: source.name)
        try source.start(
            SoundIntake(ring, sampleRate: sampleRate, rawRate: rawRate, rawChannels: rawChannels, isRaw: isRaw),
            stopDescriptor: self.stopDescriptor)
    }

    /// Waits until the buffer can be filled, or for a moment.
    ///
    /// - Throws: `TacitError` (device lost) when the command ended and did not deliver again in time.
    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard !buffer.isEmpty else { return .end }
        if ring.wait(samples: buffer.count, milliseconds: 1000, stopDescriptor: stopDescriptor) { return .end }
        while true {
            if let event = ring.read(into: buffer) { return event }
            try source.checkLoss()
            if ring.wait(samples: 1, milliseconds: 100, stopDescriptor: stopDescriptor) { return .end }
        }
    }
}

/// The thread's part of it.
private final class SoundIntake: CommandIntake, @unchecked Sendable {
    private let ring: SampleRing
    private let sampleRate: Int
    private let rawRate: Int?
    private let rawChannels: Int
    private let isRaw: Bool
    private let buffer: UnsafeMutableBufferPointer<Float>
    /// When the last sample came, in whichever run.
    private var lastSample: Double?

    init(_ ring: SampleRing, sampleRate: Int, rawRate: Int?, rawChannels: Int, isRaw: Bool) {
        self.ring = ring
        self.sampleRate = sampleRate
        self.rawRate = rawRate
        self.rawChannels = rawChannels
        self.isRaw = isRaw
        buffer = .allocate(capacity: 4096)
        buffer.initialize(repeating: 0)
    }

    deinit { buffer.deallocate() }

    func take(_ stream: ByteStream, _ delivered: () -> Void) throws {
        guard let base = buffer.baseAddress else { return }
        let sound = StandardInputSource(
            stream, sampleRate: sampleRate, rawRate: rawRate, rawChannels: rawChannels, isRaw: isRaw)
        var isFirst = true
        while true {
            switch try sound.read(into: buffer) {
            case .samples(let count):
                let now = BootClock.now
                if isFirst, let lastSample { countLoss(now - lastSample, before: count) }
                isFirst = false
                lastSample = now
                ring.write(base, count: count)
                delivered()
            case .gap(let gap): ring.lose(gap.samples, gap.reason)
            case .end: return
            }
        }
    }

    /// So many seconds passed from the last sample to the end of the first ones of another run: all that is not in
    /// these is lost, and never nothing, since windows must begin anew.
    private func countLoss(_ seconds: Double, before count: Int) {
        // A year at most, so that no clock can make a nonsense of the stream's time.
        let passed = Int((min(max(0, seconds), 3.2e7) * Double(sampleRate)).rounded())
        ring.lose(max(1, passed - count), .command)
    }
}
