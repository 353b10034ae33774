import TacitDiagnostics

extension ModelDescription {
    /// Reads and validates.
    init(reading metadata: Metadata) throws {
        self.init(
            trunk: try TrunkDescription(reading: metadata),
            input: try InputDescription(reading: metadata),
            attention: try metadata.choice(MetadataKey.attention, Attention.self),
            context: try metadata.choice(MetadataKey.context, Context.self),
            pool: try metadata.choice(MetadataKey.pool, Pool.self),
            task: try metadata.choice(MetadataKey.task, Task.self),
            labels: try metadata.strings(MetadataKey.labels),
            thresholds: try metadata.floats(MetadataKey.thresholds),
            patchHiddenWidth: try metadata.integer(MetadataKey.patchHiddenWidth),
            hasHeadNorm: try metadata.bool(MetadataKey.headNorm))
        try validate()
    }

    /// The description must be valid.
    func write(to metadata: inout Metadata) {
        trunk.write(to: &metadata)
        input.write(to: &metadata)
        metadata.append(MetadataKey.attention, .string(attention.rawValue))
        metadata.append(MetadataKey.context, .string(context.rawValue))
        metadata.append(MetadataKey.pool, .string(pool.rawValue))
        metadata.append(MetadataKey.task, .string(task.rawValue))
        metadata.append(MetadataKey.labels, .strings(labels))
        metadata.append(MetadataKey.thresholds, .float32s(thresholds))
        metadata.append(MetadataKey.patchHiddenWidth, .uint32(UInt32(patchHiddenWidth)))
        metadata.append(MetadataKey.headNorm, .bool(hasHeadNorm))
    }
}

extension TrunkDescription {
    fileprivate init(reading metadata: Metadata) throws {
        func integer(_ field: String) throws -> Int { try metadata.integer(MetadataKey.trunk(field)) }
        self.init(
            family: try metadata.choice(MetadataKey.trunk("family"), Family.self),
            width: try integer("width"),
            layers: try integer("layers"),
            heads: try integer("heads"),
            keyValueHeads: try integer("key_value_heads"),
            headWidth: try integer("head_width"),
            feedForwardWidth: try integer("feed_forward_width"),
            isGated: try metadata.bool(MetadataKey.trunk("gated")),
            norm: try metadata.choice(MetadataKey.trunk("norm"), Norm.self),
            normEpsilon: try metadata.float(MetadataKey.trunk("norm_epsilon")),
            activation: try metadata.choice(MetadataKey.trunk("activation"), Activation.self),
            positions: try metadata.choice(MetadataKey.trunk("positions"), Positions.self),
            rotaryWidth: try integer("rotary_width"))
    }

    fileprivate func write(to metadata: inout Metadata) {
        func integer(_ field: String, _ value: Int) {
            metadata.append(MetadataKey.trunk(field), .uint32(UInt32(value)))
        }
        metadata.append(MetadataKey.trunk("family"), .string(family.rawValue))
        integer("width", width)
        integer("layers", layers)
        integer("heads", heads)
        integer("key_value_heads", keyValueHeads)
        integer("head_width", headWidth)
        integer("feed_forward_width", feedForwardWidth)
        metadata.append(MetadataKey.trunk("gated"), .bool(isGated))
        metadata.append(MetadataKey.trunk("norm"), .string(norm.rawValue))
        metadata.append(MetadataKey.trunk("norm_epsilon"), .float32(normEpsilon))
        metadata.append(MetadataKey.trunk("activation"), .string(activation.rawValue))
        metadata.append(MetadataKey.trunk("positions"), .string(positions.rawValue))
        integer("rotary_width", rotaryWidth)
    }
}

extension InputDescription {
    private enum Kind: String, CaseIterable {
        case waveform, logmel, image, tokens
    }

    fileprivate init(reading metadata: Metadata) throws {
        func integer(_ field: String) throws -> Int { try metadata.integer(MetadataKey.input(field)) }
        func double(_ field: String) throws -> Double { try metadata.double(MetadataKey.input(field)) }
        switch try metadata.choice(MetadataKey.input("kind"), Kind.self) {
        case .waveform:
            self = .waveform(
                WaveformInput(
                    sampleRate: try integer("sample_rate"), patch: try integer("patch"), stride: try integer("stride"),
                    window: try integer("window")))
        case .logmel:
            self = .logmel(
                LogMelInput(
                    sampleRate: try integer("sample_rate"), fftSize: try integer("n_fft"),
                    windowLength: try integer("win_length"), hopLength: try integer("hop_length"),
                    mels: try integer("n_mels"), minimumFrequency: try double("f_min"),
                    maximumFrequency: try double("f_max"), logOffset: try double("log_offset"),
                    mean: try double("mean"), deviation: try double("std"), patchFrames: try integer("patch_frames"),
                    strideFrames: try integer("stride_frames"), window: try integer("window")))
        case .image:
            self = .image(
                ImageInput(
                    width: try integer("width"), height: try integer("height"), channels: try integer("channels"),
                    patch: try integer("patch"), stride: try integer("stride"),
                    mean: try metadata.doubles(MetadataKey.input("mean")),
                    deviation: try metadata.doubles(MetadataKey.input("std"))))
        case .tokens:
            self = .tokens(
                TokensInput(
                    vocabulary: try integer("vocabulary"), codebooks: try integer("codebooks"),
                    window: try integer("window")))
        }
    }

    fileprivate func write(to metadata: inout Metadata) {
        func kind(_ kind: Kind) { metadata.append(MetadataKey.input("kind"), .string(kind.rawValue)) }
        func integer(_ field: String, _ value: Int) {
            metadata.append(MetadataKey.input(field), .uint32(UInt32(value)))
        }
        func double(_ field: String, _ value: Double) { metadata.append(MetadataKey.input(field), .float64(value)) }
        switch self {
        case .waveform(let input):
            kind(.waveform)
            integer("sample_rate", input.sampleRate)
            integer("patch", input.patch)
            integer("stride", input.stride)
            integer("window", input.window)
        case .logmel(let input):
            kind(.logmel)
            integer("sample_rate", input.sampleRate)
            integer("n_fft", input.fftSize)
            integer("win_length", input.windowLength)
            integer("hop_length", input.hopLength)
            integer("n_mels", input.mels)
            double("f_min", input.minimumFrequency)
            double("f_max", input.maximumFrequency)
            double("log_offset", input.logOffset)
            double("mean", input.mean)
            double("std", input.deviation)
            integer("patch_frames", input.patchFrames)
            integer("stride_frames", input.strideFrames)
            integer("window", input.window)
        case .image(let input):
            kind(.image)
            integer("width", input.width)
            integer("height", input.height)
            integer("channels", input.channels)
            integer("patch", input.patch)
            integer("stride", input.stride)
            metadata.append(MetadataKey.input("mean"), .float64s(input.mean))
            metadata.append(MetadataKey.input("std"), .float64s(input.deviation))
        case .tokens(let input):
            kind(.tokens)
            integer("vocabulary", input.vocabulary)
            integer("codebooks", input.codebooks)
            integer("window", input.window)
        }
    }
}
