import TacitDiagnostics

extension ModelDescription {
    /// Checks every size against `ModelLimits` and every combination for sense. Nothing is computed from a description,
    /// and no memory taken for it, before this has passed.
    ///
    /// - Throws: `TacitError` of kind `badData`; its place is the field's name in the metadata.
    package func validate() throws {
        try trunk.validate()
        try input.validate()
        try require(
            !(attention == .full && context == .sliding), "attention",
            "full attention needs the context restart, not sliding")
        try require(
            !(context == .sliding && trunk.positions == .table), "context",
            "sliding needs rotary positions or none, not a table")
        try require(labels.count <= ModelLimits.labels, "labels", "at most \(ModelLimits.labels) labels")
        try require(thresholds.count == labels.count, "thresholds", "expected one a label, \(labels.count)")
        try require(thresholds.allSatisfy { (0...1).contains($0) }, "thresholds", "each must be 0...1")
        try require(Set(labels).count == labels.count, "labels", "a label occurs twice")
        try require(
            labels.allSatisfy { !$0.isEmpty && $0.utf8.count <= ModelLimits.labelBytes }, "labels",
            "a label must have 1 to \(ModelLimits.labelBytes) bytes")
        try require(!hasHeadNorm || !labels.isEmpty, "head_norm", "a head norm without a head")
        try range(patchHiddenWidth, 0...ModelLimits.width, "patch_hidden_width")
        if case .tokens = input {
            try require(patchHiddenWidth == 0, "patch_hidden_width", "tokens have no patch projection")
        }
    }
}

extension TrunkDescription {
    func validate() throws {
        try range(width, 1...ModelLimits.width, "trunk.width")
        try range(layers, 1...ModelLimits.layers, "trunk.layers")
        try range(heads, 1...ModelLimits.heads, "trunk.heads")
        try range(keyValueHeads, 1...heads, "trunk.key_value_heads")
        try require(
            heads % keyValueHeads == 0, "trunk.key_value_heads", "\(keyValueHeads) does not divide \(heads) heads")
        try range(headWidth, 1...ModelLimits.width, "trunk.head_width")
        try range(heads * headWidth, 1...ModelLimits.width, "trunk.head_width", "all heads' width")
        try range(feedForwardWidth, 1...ModelLimits.width, "trunk.feed_forward_width")
        try require(
            normEpsilon.isFinite && normEpsilon > 0 && normEpsilon <= 1, "trunk.norm_epsilon",
            "expected more than 0 and at most 1, found \(normEpsilon)")
        if positions == .rotary {
            try require(
                rotaryWidth >= 2 && rotaryWidth <= headWidth && rotaryWidth % 2 == 0, "trunk.rotary_width",
                "expected an even number, 2 to the head's width of \(headWidth), found \(rotaryWidth)")
        } else {
            try require(rotaryWidth == 0, "trunk.rotary_width", "expected 0 without rotary positions")
        }
    }
}

extension InputDescription {
    /// Checks what concerns the input alone.
    ///
    /// - Throws: `TacitError` of kind `badData`; its place is the field's name in the metadata.
    package func validate() throws {
        switch self {
        case .waveform(let input): try input.validate()
        case .logmel(let input): try input.validate()
        case .image(let input): try input.validate()
        case .tokens(let input):
            try range(input.vocabulary, 1...ModelLimits.vocabulary, "input.vocabulary")
            try range(input.codebooks, 1...ModelLimits.codebooks, "input.codebooks")
            try range(input.window, 1...ModelLimits.window, "input.window")
        }
        try range(
            patchSize * window, 1...ModelLimits.windowElements, "input.window", "elements of a window's patches")
    }
}

extension WaveformInput {
    func validate() throws {
        try range(sampleRate, 1...ModelLimits.sampleRate, "input.sample_rate")
        try range(patch, 1...ModelLimits.patchSize, "input.patch")
        try range(stride, 1...ModelLimits.patchSize, "input.stride")
        try range(window, 1...ModelLimits.window, "input.window")
        try range((window - 1) * stride + patch, 1...ModelLimits.windowSamples, "input.window", "samples in a window")
    }
}

extension LogMelInput {
    func validate() throws {
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
            logOffset.isFinite && Float(logOffset) > 0 && logOffset <= 1e6, "input.log_offset",
            "expected a positive number, found \(logOffset)")
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

extension ImageInput {
    func validate() throws {
        try range(width, 1...ModelLimits.imageSide, "input.width")
        try range(height, 1...ModelLimits.imageSide, "input.height")
        try require(channels == 1 || channels == 3, "input.channels", "expected 1 or 3, found \(channels)")
        try range(patch, 1...min(width, height), "input.patch")
        try range(stride, 1...ModelLimits.imageSide, "input.stride")
        try range(patch * patch * channels, 1...ModelLimits.patchSize, "input.patch", "elements of a patch")
        try range(columns * rows, 1...ModelLimits.window, "input.stride", "patches of an image")
        try require(mean.count == channels, "input.mean", "expected \(channels) numbers, found \(mean.count)")
        try require(deviation.count == channels, "input.std", "expected \(channels) numbers, found \(deviation.count)")
        for value in mean { try finite(value, "input.mean") }
        for value in deviation { try positive(value, "input.std") }
    }
}

private func require(_ condition: Bool, _ place: String, _ reason: String) throws {
    guard condition else { throw TacitError(.badData, place: place, reason) }
}

private func range(_ value: Int, _ range: ClosedRange<Int>, _ place: String, _ what: String? = nil) throws {
    try require(
        range.contains(value), place,
        "\(what.map { $0 + ": " } ?? "")expected \(range.lowerBound) to \(range.upperBound), found \(value)")
}

private func finite(_ value: Double, _ place: String) throws {
    try require(value.isFinite && abs(value) <= 1e30, place, "expected a finite number, found \(value)")
}

private func positive(_ value: Double, _ place: String) throws {
    try require(value.isFinite && value >= 1e-30 && value <= 1e30, place, "expected a positive number, found \(value)")
}
