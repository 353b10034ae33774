import CSamplerate
import Diagnostics

/// Another source at another rate, by libsamplerate's band-limited interpolation (Smith, Digital Audio Resampling).
///
/// Output is aligned with input: output sample i is the sound at i / `sampleRate` seconds, and n input samples become
/// n * ratio output samples, rounded. The converter is fed blocks of one size, so that the output does not depend on
/// how the samples arrived, to the last bit. After a gap it begins anew.
///
/// The converter is libsamplerate's medium one, by measurement on sines (version 0.2.2, 44.1 and 48 kHz to 16 kHz;
/// time for a second of sound on a busy 3 GHz core):
///
/// | converter | within 0.1 dB up to | -3 dB at | noise over a sine below 6.4 kHz | alias, worst above 8.8 kHz | time |
/// | --- | --- | --- | --- | --- | --- |
/// | best | 7.55 kHz | 7.65 kHz | under -141 dB | -144 dB | 30 to 50 ms |
/// | medium | 6.9 kHz | 7.2 kHz | under -120 dB | -116 dB | 9 to 13 ms |
/// | fastest | 5.7 kHz | 6.4 kHz | under -112 dB | -96 dB | 4 to 6 ms |
///
/// All keep aliases below 16-bit noise; the fastest dulls what models listen to, the best costs three times as much for
/// the last half kilohertz.
public final class ResampledSource: SampleSource {
    public let sampleRate: Int

    private let source: any SampleSource
    private let ratio: Double
    private let state: OpaquePointer

    /// Input samples fed at once: 5 ms at 48 kHz, the delay that this adds to a live source.
    private static let blockSize = 240
    private static let outputCapacity = 4096
    private let block: UnsafeMutablePointer<Float>
    private var blockCount = 0
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
    /// What ended the stretch: its last samples are still to be given before it is reported.
    private var ending: SourceEvent?

    /// - Throws: `TacitError` (bad data) for rates whose ratio libsamplerate can't serve (1/256 to 256).
    public init(_ source: any SampleSource, to sampleRate: Int) throws {
        let ratio = Double(sampleRate) / Double(source.sampleRate)
        guard sampleRate > 0, source.sampleRate > 0, src_is_valid_ratio(ratio) != 0 else {
            throw TacitError(
                .badData, "a sample rate of \(source.sampleRate) Hz can't be converted to \(sampleRate) Hz")
        }
        var failure: Int32 = 0
        guard let state = src_new(Int32(SRC_SINC_MEDIUM_QUALITY), 1, &failure) else {
            throw TacitError(.inputOutput, "no resampler: \(Self.message(failure))")
        }
        self.source = source
        self.sampleRate = sampleRate
        self.ratio = ratio
        self.state = state
        block = .allocate(capacity: Self.blockSize)
        block.initialize(repeating: 0, count: Self.blockSize)
        output = .allocate(capacity: Self.outputCapacity)
        output.initialize(repeating: 0, count: Self.outputCapacity)
    }

    deinit {
        src_delete(state)
        block.deallocate()
        output.deallocate()
    }

    public func read(into buffer: UnsafeMutableBufferPointer<Float>) throws -> SourceEvent {
        guard let target = buffer.baseAddress else { return .end }
        while true {
            if outputUsed < outputCount {
                let count = min(buffer.count, outputCount - outputUsed)
                target.update(from: output + outputUsed, count: count)
                outputUsed += count
                return .samples(count)
            }
            if let ending, given >= expected {
                return finish(ending)
            }
            if blockUsed == blockCount { try fillBlock() }
            try convert()
        }
    }

    /// Output samples that the stretch's input makes.
    private var expected: Int { Int((Double(taken) * ratio).rounded()) }

    /// The next full block of input; behind the stretch's last sample, zeros.
    private func fillBlock() throws {
        blockUsed = 0
        blockCount = 0
        while blockCount < Self.blockSize, ending == nil {
            let room = UnsafeMutableBufferPointer(start: block + blockCount, count: Self.blockSize - blockCount)
            switch try source.read(into: room) {
            case .samples(let count):
                blockCount += count
                taken += count
            case let event:
                ending = event
            }
        }
        (block + blockCount).update(repeating: 0, count: Self.blockSize - blockCount)
        blockCount = Self.blockSize
    }

    private func convert() throws {
        var data = SRC_DATA()
        data.data_in = UnsafePointer(block + blockUsed)
        data.input_frames = blockCount - blockUsed
        data.data_out = output
        data.output_frames = Self.outputCapacity
        data.src_ratio = ratio
        let failure = src_process(state, &data)
        guard failure == 0, data.input_frames_used > 0 || data.output_frames_gen > 0 else {
            throw TacitError(.inputOutput, "the resampler failed: \(Self.message(failure))")
        }
        blockUsed += data.input_frames_used
        outputUsed = 0
        outputCount = data.output_frames_gen
        if ending != nil { outputCount = max(0, min(outputCount, expected - given)) }
        given += outputCount
    }

    /// The stretch is over and all of it given: reports why, and begins the next one.
    private func finish(_ event: SourceEvent) -> SourceEvent {
        guard case .gap(var gap) = event else { return event }
        inputOrigin += taken + gap.samples
        let before = outputOrigin + given
        outputOrigin = Int((Double(inputOrigin) * ratio).rounded())
        gap.samples = max(0, outputOrigin - before)
        src_reset(state)
        ending = nil
        taken = 0
        given = 0
        blockCount = 0
        blockUsed = 0
        outputCount = 0
        outputUsed = 0
        return .gap(gap)
    }

    private static func message(_ failure: Int32) -> String {
        src_strerror(failure).map { String(cString: $0) } ?? "unknown error"
    }
}
