import CTacitSoxr
import TacitDiagnostics

/// Another source at another rate, by libsoxr's band-limited interpolation, linear in phase.
///
/// Output is aligned with input: output sample i is the sound at i / `sampleRate` seconds, and n input samples become
/// n * ratio output samples, rounded. The converter is fed blocks of one size, so that the output does not depend on
/// how the samples arrived, to the last bit. After a gap it begins anew, which is the only time that it allocates: at
/// every beginning it first hears silence, until its buffers have grown as large as they will.
///
/// The converter is libsoxr's "high quality" (20 bits, flat to 0.91 of the lower rate's half) without the roll-off that
/// it allows itself by default at rates that are no multiples: that costs nothing. It adds some 40 ms to a live source
/// at 44.1 or 48 kHz. Processor time for a second of sound to 16 kHz, on a 4 GHz core (libsoxr 0.1.3, libsamplerate
/// 0.2.2, speexdsp 1.2.1):
///
/// | converter | 48 kHz | 44.1 kHz |
/// | --- | --- | --- |
/// | libsoxr, high quality | 0.09 ms | 0.14 ms |
/// | libsamplerate, fastest | 2.0 ms | 1.9 ms |
/// | libsamplerate, medium | 4.7 ms | 4.3 ms |
/// | speexdsp, quality 8 | 0.63 ms | 3.4 ms |
///
/// A model of sound takes 1 to 2 ms for the same second.
package final class ResampledSource: SampleSource {
    package let sampleRate: Int

    private let source: any SampleSource
    private let ratio: Double
    private let state: soxr_t

    /// Input and output samples of the shortest stretch that is a whole number of both: 3 and 1 from 48 to 16 kHz.
    private let period: (input: Int, output: Int)
    /// Input samples fed at once: 5 ms at 48 kHz, 10 ms at 44.1 kHz. Whole periods, unless these are very long.
    private let blockSize: Int
    private static let leastBlock = 240
    /// Samples of silence, of input or output, whichever are more, after which libsoxr allocates no more, at usual
    /// rates.
    private static let silence = 1 << 17
    private static let outputCapacity = 4096
    private let block: UnsafeMutablePointer<Float>
    private var blockCount = 0
    /// Samples of the next block that are there already, where the source had no more at hand.
    private var blockFilled = 0
    /// Samples of a full block that the converter has taken.
    private var blockUsed = 0
    private let output: UnsafeMutablePointer<Float>
    private var outputCount = 0
    private var outputUsed = 0

    /// Input and output samples since the start, gaps included, to which a stretch's samples add.
    private var inputOrigin = 0
    private var outputOrigin = 0
    /// Input samples taken and output samples given since the start or the last gap.
    private var taken = 0
    private var given = 0
    /// Output samples of the silence before the stretch that are still to come.
    private var toDrop = 0
    /// What ended the stretch: its last samples are still to be given before it is reported.
    private var ending: SourceEvent?

    /// - Throws: `TacitError` (bad data) for rates whose ratio is not from 1/256 to 256.
    package init(_ source: any SampleSource, to sampleRate: Int) throws {
        let ratio = Double(sampleRate) / Double(source.sampleRate)
        guard SoundSources.canResample(source.sampleRate, to: sampleRate) else {
            let rates = SoundSources.rates(to: sampleRate)
            throw TacitError(
                .badData,
                "a sample rate of \(source.sampleRate) Hz can't be converted to \(sampleRate) Hz, only one of "
                    + "\(rates.lowerBound) to \(rates.upperBound) Hz can")
        }
        var failure: soxr_error_t?
        var samples = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
        var quality = soxr_quality_spec(UInt(SOXR_HQ), UInt(SOXR_ROLLOFF_NONE))
        var runtime = soxr_runtime_spec(1)
        guard
            let state = soxr_create(
                Double(source.sampleRate), Double(sampleRate), 1, &failure, &samples, &quality, &runtime)
        else {
            throw TacitError(.inputOutput, "no resampler: \(Self.message(failure))")
        }
        self.source = source
        self.sampleRate = sampleRate
        self.ratio = ratio
        self.state = state
        var (divisor, rest) = (source.sampleRate, sampleRate)
        while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
        period = (source.sampleRate / divisor, sampleRate / divisor)
        let periods = (Self.leastBlock + period.input - 1) / period.input
        blockSize = period.input <= 2 * Self.leastBlock ? periods * period.input : Self.leastBlock
        block = .allocate(capacity: blockSize)
        block.initialize(repeating: 0, count: blockSize)
        output = .allocate(capacity: Self.outputCapacity)
        output.initialize(repeating: 0, count: Self.outputCapacity)
        try hearSilence()
    }

    deinit {
        soxr_delete(state)
        block.deallocate()
        output.deallocate()
    }

    package func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard let target = buffer.baseAddress else { return .end }
        while true {
            if outputUsed < outputCount {
                let count = min(buffer.count, outputCount - outputUsed)
                target.update(from: output + outputUsed, count: count)
                outputUsed += count
                return .samples(count)
            }
            if let ending, given >= expected {
                return try finish(ending)
            }
            if blockUsed == blockCount {
                guard try fillBlock() else { return .samples(0) }
            }
            try convert()
        }
    }

    package var damage: SoundDamage { source.damage }

    /// Output samples that the stretch's input makes: one at the least, so that no sound becomes none.
    private var expected: Int { max(min(taken, 1), Int((Double(taken) * ratio).rounded())) }

    /// The next full block of input; behind the stretch's last sample, zeros. False where the source has no more at
    /// hand: what there was is kept.
    private func fillBlock() throws -> Bool {
        while blockFilled < blockSize, ending == nil {
            let room = UnsafeMutableBufferPointer(start: block + blockFilled, count: blockSize - blockFilled)
            switch try source.read(into: room) {
            case .samples(let count):
                guard count > 0 else { return false }
                blockFilled += count
                taken += count
            case let event:
                ending = event
            }
        }
        (block + blockFilled).update(repeating: 0, count: blockSize - blockFilled)
        blockFilled = 0
        blockUsed = 0
        blockCount = blockSize
        return true
    }

    private func convert() throws {
        var used = 0
        var made = 0
        let failure = soxr_process(
            state, block + blockUsed, blockCount - blockUsed, &used, output, Self.outputCapacity, &made)
        guard failure == nil, used > 0 || made > 0 else {
            throw TacitError(.inputOutput, "the resampler failed: \(Self.message(failure))")
        }
        blockUsed += used
        let dropped = min(toDrop, made)
        toDrop -= dropped
        outputUsed = dropped
        outputCount = made
        if ending != nil { outputCount = min(outputCount, dropped + max(0, expected - given)) }
        given += outputCount - dropped
    }

    /// So much silence that it makes a whole number of output samples, and the stretch begins with one.
    private func hearSilence() throws {
        let whole = max(blockSize, period.input)
        let least = Int(Double(Self.silence) / max(1, ratio))
        let count = (least + whole - 1) / whole * whole
        toDrop = count / period.input * period.output
        block.update(repeating: 0, count: blockSize)
        var left = count
        while left > 0 {
            blockUsed = 0
            blockCount = min(left, blockSize)
            left -= blockCount
            while blockUsed < blockCount { try convert() }
        }
    }

    /// The stretch is over and all of it given: reports why, and begins the next one.
    private func finish(_ event: SourceEvent) throws -> SourceEvent {
        guard case .gap(var gap) = event else { return event }
        inputOrigin += taken + gap.samples
        let before = outputOrigin + given
        outputOrigin = Int((Double(inputOrigin) * ratio).rounded())
        gap.samples = max(0, outputOrigin - before)
        if let failure = soxr_clear(state) {
            throw TacitError(.inputOutput, "the resampler failed: \(Self.message(failure))")
        }
        ending = nil
        taken = 0
        given = 0
        outputCount = 0
        outputUsed = 0
        try hearSilence()
        return .gap(gap)
    }

    private static func message(_ failure: soxr_error_t?) -> String {
        failure.map { String(cString: $0) } ?? "unknown error"
    }
}
