/// A standardised log-mel spectrogram: `torchaudio.transforms.MelSpectrogram` (periodic Hann of `windowLength` centred
/// in `fftSize`, power 2, HTK mel scale, no norm, not centred), `log(x + logOffset)`, `(x - mean) / deviation`.
package struct LogMelInput: Equatable, Sendable {
    package var sampleRate: Int
    package var fftSize: Int
    package var windowLength: Int
    package var hopLength: Int
    package var mels: Int
    package var minimumFrequency: Double
    package var maximumFrequency: Double
    package var logOffset: Double
    package var mean: Double
    package var deviation: Double
    /// Mel frames in a patch, flattened frame by frame.
    package var patchFrames: Int
    /// Mel frames from one patch's start to the next.
    package var strideFrames: Int
    /// Patches in a context.
    package var window: Int

    package init(
        sampleRate: Int, fftSize: Int, windowLength: Int, hopLength: Int, mels: Int, minimumFrequency: Double,
        maximumFrequency: Double, logOffset: Double, mean: Double, deviation: Double, patchFrames: Int,
        strideFrames: Int, window: Int
    ) {
        self.sampleRate = sampleRate
        self.fftSize = fftSize
        self.windowLength = windowLength
        self.hopLength = hopLength
        self.mels = mels
        self.minimumFrequency = minimumFrequency
        self.maximumFrequency = maximumFrequency
        self.logOffset = logOffset
        self.mean = mean
        self.deviation = deviation
        self.patchFrames = patchFrames
        self.strideFrames = strideFrames
        self.window = window
    }
}

extension LogMelInput: SoundInput {
    package static let name: StaticString = "logmel"
    package static var blank: LogMelInput {
        LogMelInput(
            sampleRate: 0, fftSize: 0, windowLength: 0, hopLength: 0, mels: 0, minimumFrequency: 0, maximumFrequency: 0,
            logOffset: 0, mean: 0, deviation: 0, patchFrames: 0, strideFrames: 0, window: 0)
    }

    package mutating func visit<Failure: Error, Visitor: InputVisitor>(_ visitor: inout Visitor) throws(Failure)
    where Visitor.Failure == Failure {
        try visitor.size("sample_rate", &sampleRate)
        try visitor.size("n_fft", &fftSize)
        try visitor.size("win_length", &windowLength)
        try visitor.size("hop_length", &hopLength)
        try visitor.size("n_mels", &mels)
        try visitor.number("f_min", &minimumFrequency)
        try visitor.number("f_max", &maximumFrequency)
        try visitor.number("log_offset", &logOffset)
        try visitor.number("mean", &mean)
        try visitor.number("std", &deviation)
        try visitor.size("patch_frames", &patchFrames)
        try visitor.size("stride_frames", &strideFrames, standard: ("patch_frames", patchFrames))
        try visitor.size("window", &window)
    }

    package var patchSize: Int { patchFrames * mels }
    /// Every sample that a patch's transforms see.
    package var samplesPerPatch: Int { fftSize + (patchFrames - 1) * hopLength }
    package var samplesPerStride: Int { strideFrames * hopLength }
    package var input: InputDescription { .logmel(self) }

    package var words: String {
        "log-mel of \(mels) bands at \(sampleRate) Hz, patches of \(patchFrames) frames of \(hopLength) samples every "
            + "\(strideFrames), window \(window)"
    }

    package func validate() throws {
        try range(sampleRate, 1...ModelLimits.sampleRate, "input.sample_rate")
        try range(fftSize, 2...ModelLimits.fftSize, "input.n_fft")
        try range(windowLength, 1...fftSize, "input.win_length")
        try range(hopLength, 1...ModelLimits.patchSize, "input.hop_length")
        try range(mels, 1...ModelLimits.mels, "input.n_mels")
        try require(
            minimumFrequency.isFinite && maximumFrequency.isFinite && minimumFrequency >= 0
                && minimumFrequency < maximumFrequency && maximumFrequency <= Double(sampleRate) / 2, "input.f_max",
            "expected 0 <= f_min < f_max <= half the sample rate, found \(minimumFrequency) and \(maximumFrequency)")
        try require(
            logOffset >= Double(Float.leastNormalMagnitude) && logOffset <= 1e6, "input.log_offset",
            "expected \(Float.leastNormalMagnitude) to 1e6, found \(logOffset)")
        try finite(mean, "input.mean")
        try positive(deviation, "input.std")
        try range(patchFrames, 1...ModelLimits.window, "input.patch_frames")
        try range(strideFrames, 1...ModelLimits.window, "input.stride_frames")
        try range(window, 1...ModelLimits.window, "input.window")
        try range(patchFrames * mels, 1...ModelLimits.patchSize, "input.patch_frames", "elements of a patch")
        try range(
            fftSize + ((window - 1) * strideFrames + patchFrames - 1) * hopLength, 1...ModelLimits.windowSamples,
            "input.window", "samples in a window")
    }
}
