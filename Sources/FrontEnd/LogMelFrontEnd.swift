import CTacitKernels
import TacitDiagnostics
import TacitModelFile

/// Standardised log-mel spectra as patches: `torchaudio.transforms.MelSpectrogram` (periodic Hann of `win_length`
/// centred in `n_fft`, power 2, HTK mel, no norm, not centred), then `log(x + log_offset)`, then `(x - mean) / std`,
/// in single precision; a patch is flattened frame by frame.
///
/// Frames are transformed eight at a time, as soon as eight are there or a patch is complete. Values are finite
/// whatever the samples are, and the same bits on every instruction set.
package final class LogMelFrontEnd: SoundFrontEnd {
    package let geometry: SoundGeometry
    private let input: LogMelInput
    private let spectrum: PowerSpectrum
    private let bank: MelFilterBank
    private let kernels: UnsafePointer<tacit_kernels>
    /// Where each frame begins, `[TACIT_FRAMES]`.
    private let starts: UnsafeMutablePointer<Int>
    private let power: FrameLanes
    private let energies: FrameLanes

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

    /// - Parameters:
    ///   - input: the model's.
    ///   - instructionSet: to compute with; nil is this machine's best. No choice changes a result.
    /// - Throws: `TacitError` (bad data) for numbers that make no sense, (usage) for an instruction set that this
    ///   machine does not have.
    package init(_ input: LogMelInput, instructionSet: String? = nil) throws {
        geometry = try SoundGeometry(.logmel(input))
        self.input = input
        guard let kernels = tacit_kernels_named(instructionSet) else {
            throw TacitError(.usage, "no instruction set \"\(instructionSet ?? "")\" on this machine")
        }
        self.kernels = kernels
        spectrum = PowerSpectrum(length: input.fftSize, taper: Self.hann(input.windowLength), kernels: kernels)
        bank = MelFilterBank(
            bins: spectrum.binCount, bands: input.mels, sampleRate: input.sampleRate,
            minimumFrequency: input.minimumFrequency, maximumFrequency: input.maximumFrequency)
        starts = .allocate(capacity: FrameLanes.width)
        starts.initialize(repeating: 0, count: FrameLanes.width)
        power = FrameLanes(count: spectrum.binCount)
        energies = FrameLanes(count: (input.mels + 7) / 8 * 8)
        samples = SampleBuffer(capacity: 2 * (input.fftSize + FrameLanes.width * input.hopLength) + 1024)
        frames = SampleBuffer(capacity: 2 * (input.patchFrames + FrameLanes.width) * input.mels)
    }

    deinit {
        starts.deallocate()
    }

    /// The periodic Hann window.
    private static func hann(_ length: Int) -> [Float] {
        // torch.hann_window(1) is 1, where the formula gives 0.
        length == 1 ? [1] : (0..<length).map { Float(0.5 - 0.5 * UnitRoot($0, of: length).cosine) }
    }

    package func reset() {
        samples.removeAll()
        frames.removeAll()
        toSkip = 0
        nextFrame = 0
    }

    package func push(_ pushed: UnsafeBufferPointer<Float>, emit: (UnsafePointer<Float>) throws -> Void) rethrows {
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

    /// Transforms what can be, eight frames at a time or up to a patch's end, and emits patches.
    private func advance(_ emit: (UnsafePointer<Float>) throws -> Void) rethrows {
        while true {
            let origin = firstSample(ofFrame: nextFrame)
            var ready = 0
            while ready < FrameLanes.width {
                let start = firstSample(ofFrame: nextFrame + ready) - origin
                guard start + input.fftSize <= samples.count else { break }
                starts[ready] = start
                ready += 1
            }
            let toPatch = input.patchFrames - framesHeld
            guard ready == FrameLanes.width || (ready > 0 && ready >= toPatch) else { return }
            transform(ready)
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

    /// The first `count` frames at `starts`, from samples to standardised log energies.
    private func transform(_ count: Int) {
        // Lanes without a frame of their own take the first one.
        for lane in count..<FrameLanes.width { starts[lane] = starts[0] }
        spectrum.run(samples.start, starts: starts, power: power)
        bank.apply(kernels, power, energies)
        kernels.pointee.log_mels(
            energies.start, input.mels, Float(input.logOffset), Float(input.mean), Float(input.deviation), count,
            frames.extend(by: count * input.mels))
    }
}
