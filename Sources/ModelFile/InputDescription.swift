/// What a model takes in, and how it is cut into patches. The adapter folder's `input` object, validated.
package enum InputDescription: Equatable, Sendable {
    case waveform(WaveformInput)
    case logmel(LogMelInput)
    case image(ImageInput)
    case tokens(TokensInput)

    /// Elements of one flattened patch; for tokens, ids (one a codebook).
    package var patchSize: Int {
        switch self {
        case .waveform(let input): input.patch
        case .logmel(let input): input.patchFrames * input.mels
        case .image(let input): input.patch * input.patch * input.channels
        case .tokens(let input): input.codebooks
        }
    }

    /// Patches that make one context.
    package var window: Int {
        switch self {
        case .waveform(let input): input.window
        case .logmel(let input): input.window
        case .image(let input): input.columns * input.rows
        case .tokens(let input): input.window
        }
    }
}

/// Raw samples, -1...1.
package struct WaveformInput: Equatable, Sendable {
    /// Hertz.
    package var sampleRate: Int
    /// Samples in a patch.
    package var patch: Int
    /// Samples from one patch's start to the next.
    package var stride: Int
    /// Patches in a context.
    package var window: Int

    package init(sampleRate: Int, patch: Int, stride: Int, window: Int) {
        self.sampleRate = sampleRate
        self.patch = patch
        self.stride = stride
        self.window = window
    }
}

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

/// Pixels 0...1, standardised by channel, cut into square patches in raster order.
package struct ImageInput: Equatable, Sendable {
    package var width: Int
    package var height: Int
    /// 1 (grey) or 3 (RGB).
    package var channels: Int
    /// Pixels a side of a patch.
    package var patch: Int
    /// Pixels from one patch's start to the next, both ways.
    package var stride: Int
    /// One a channel.
    package var mean: [Double]
    package var deviation: [Double]

    package init(
        width: Int, height: Int, channels: Int, patch: Int, stride: Int, mean: [Double], deviation: [Double]
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.patch = patch
        self.stride = stride
        self.mean = mean
        self.deviation = deviation
    }

    /// Patches in a row of patches.
    package var columns: Int { (width - patch) / stride + 1 }
    /// Rows of patches.
    package var rows: Int { (height - patch) / stride + 1 }
}

/// Discrete codes, one id a codebook for each patch, whose embeddings are summed.
package struct TokensInput: Equatable, Sendable {
    /// Ids run from 0 to `vocabulary - 1`, in every codebook.
    package var vocabulary: Int
    package var codebooks: Int
    /// Patches in a context; fewer are simply a shorter context.
    package var window: Int

    package init(vocabulary: Int, codebooks: Int, window: Int) {
        self.vocabulary = vocabulary
        self.codebooks = codebooks
        self.window = window
    }
}
