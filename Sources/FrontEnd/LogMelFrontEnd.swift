import Diagnostics
import ModelFile

/// Standardised log-mel spectra as patches: `torchaudio.transforms.MelSpectrogram` (periodic Hann of `win_length`
/// centred in `n_fft`, power 2, HTK mel, no norm, not centred), then `log(x + log_offset)`, then `(x - mean) / std`,
/// in single precision; a patch is flattened frame by frame.
///
/// Frames are transformed four at a time, as soon as four are there or a patch is complete. Values are finite whatever
/// the samples are.
public final class LogMelFrontEnd: SoundFrontEnd {
    public let geometry: SoundGeometry
    private let input: LogMelInput
    private let spectrum: PowerSpectrum
    private let bank: MelFilterBank
    /// Periodic Hann, `[windowLength]`.
    private let taper: UnsafeMutablePointer<Float>
    /// Where in the transform the taper begins.
    private let taperOffset: Int
    private let tapered: UnsafeMutablePointer<Lanes>
    private let power: UnsafeMutablePointer<Lanes>
    private let energies: UnsafeMutablePointer<Lanes>

    /// Samples from the next frame's first on.
    private var samples: SampleBuffer
    /// Samples still to come before the next frame's first.
    private var toSkip = 0
    /// Mel frames from the next patch's first on, `[frames][mels]`.
    private var frames: SampleBuffer
    /// The next frame, counted from 0 among those that some patch holds.
    private var nextFrame = 0
    /// How many frames of the next patch are there.
    private var framesHeld: Int { frames.count / input.mels }

    /// - Throws: `TacitError` (bad data) for numbers that make no sense.
    public init(_ input: LogMelInput) throws {
        geometry = try SoundGeometry(.logmel(input))
        try SoundGeometry.check("win_length", input.windowLength, 1...input.fftSize)
        try Self.check(
            input.minimumFrequency >= 0 && input.maximumFrequency > input.minimumFrequency
                && input.maximumFrequency.isFinite, "expected 0 <= f_min < f_max")
        try Self.check(
            Float(input.logOffset).isNormal && input.logOffset > 0, "log_offset must be a positive number")
        try Self.check(input.mean.magnitude < 1e30, "mean must be a finite number")
        try Self.check(
            Float(input.deviation).isNormal && input.deviation.magnitude > 1e-30 && input.deviation.magnitude < 1e30,
            "std must be finite and not 0")
        self.input = input
        spectrum = PowerSpectrum(length: input.fftSize)
        bank = MelFilterBank(
            bins: spectrum.binCount, bands: input.mels, sampleRate: input.sampleRate,
            minimumFrequency: input.minimumFrequency, maximumFrequency: input.maximumFrequency)
        taper = .allocate(capacity: input.windowLength)
        for i in 0..<input.windowLength {
            // torch.hann_window(1) is 1, where the formula gives 0.
            let value = input.windowLength == 1 ? 1 : 0.5 - 0.5 * UnitRoot(i, of: input.windowLength).cosine
            (taper + i).initialize(to: Float(value))
        }
        taperOffset = (input.fftSize - input.windowLength) / 2
        tapered = .allocate(capacity: input.windowLength)
        tapered.initialize(repeating: .zero, count: input.windowLength)
        power = .allocate(capacity: spectrum.binCount)
        power.initialize(repeating: .zero, count: spectrum.binCount)
        energies = .allocate(capacity: input.mels)
        energies.initialize(repeating: .zero, count: input.mels)
        samples = SampleBuffer(capacity: 2 * (input.fftSize + 4 * input.hopLength) + 1024)
        frames = SampleBuffer(capacity: (2 * input.patchFrames + 8) * input.mels)
    }

    deinit {
        taper.deallocate()
        tapered.deallocate()
        power.deallocate()
        energies.deallocate()
    }

    private static func check(_ isSound: Bool, _ expected: String) throws {
        guard isSound else { throw TacitError(.badData, place: "input", expected) }
    }

    public func reset() {
        samples.removeAll()
        frames.removeAll()
        toSkip = 0
        nextFrame = 0
    }

    public func push(_ pushed: UnsafeBufferPointer<Float>, emit: (UnsafePointer<Float>) throws -> Void) rethrows {
        guard var next = pushed.baseAddress else { return }
        var left = pushed.count
        while left > 0 {
            let skipped = min(toSkip, left)
            toSkip -= skipped
            next += skipped
            left -= skipped
            let taken = samples.append(next, count: left)
            next += taken
            left -= taken
            try advance(emit)
        }
    }

    /// The first sample of a frame, frames counted among those that some patch holds.
    private func firstSample(ofFrame frame: Int) -> Int {
        guard input.strideFrames > input.patchFrames else { return frame * input.hopLength }
        let (patch, within) = frame.quotientAndRemainder(dividingBy: input.patchFrames)
        return (patch * input.strideFrames + within) * input.hopLength
    }

    /// Transforms what can be, four frames at a time or up to a patch's end, and emits patches.
    private func advance(_ emit: (UnsafePointer<Float>) throws -> Void) rethrows {
        while true {
            let origin = firstSample(ofFrame: nextFrame)
            var ready = 0
            var starts = SIMD4<Int>(repeating: 0)
            while ready < 4 {
                let start = firstSample(ofFrame: nextFrame + ready) - origin
                guard start + input.fftSize <= samples.count else { break }
                for lane in ready..<4 { starts[lane] = start }
                ready += 1
            }
            let toPatch = input.patchFrames - framesHeld
            guard ready == 4 || (ready > 0 && ready >= toPatch) else { return }
            transform(starts, count: ready)
            nextFrame += ready
            let step = firstSample(ofFrame: nextFrame) - origin
            let dropped = min(step, samples.count)
            samples.removeFirst(dropped)
            toSkip = step - dropped
            while framesHeld >= input.patchFrames {
                try emit(frames.start)
                frames.removeFirst(min(input.strideFrames, input.patchFrames) * input.mels)
            }
        }
    }

    /// Four frames, of which the first `count` are wanted, from samples to standardised log energies.
    private func transform(_ starts: SIMD4<Int>, count: Int) {
        let first = samples.start + taperOffset
        let (a, b, c, d) = (first + starts[0], first + starts[1], first + starts[2], first + starts[3])
        for i in 0..<input.windowLength {
            tapered[i] = Lanes(a[i], b[i], c[i], d[i]) * taper[i]
        }
        spectrum.run(tapered, count: input.windowLength, offset: taperOffset, power: power)
        bank.apply(power, energies)
        let offset = Float(input.logOffset)
        let mean = Float(input.mean)
        let deviation = Float(input.deviation)
        let mels = input.mels
        for mel in 0..<mels {
            energies[mel] = (naturalLogarithm(energies[mel] + offset) - mean) / deviation
        }
        let rows = frames.extend(by: count * mels)
        for lane in 0..<count {
            let row = rows + lane &* mels
            for mel in 0..<mels { row[mel] = energies[mel][lane] }
        }
    }
}
