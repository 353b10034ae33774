import TacitModelFile
import TacitText

/// The parts of a model's description, under the names that they have in an adapter's `tacit.json`.
extension JSONLine {
    mutating func strings(_ values: [String]) {
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    mutating func trunk(_ trunk: TrunkDescription) {
        beginObject()
        integer("width", trunk.width)
        integer("layers", trunk.layers)
        integer("heads", trunk.heads)
        integer("key_value_heads", trunk.keyValueHeads)
        integer("head_width", trunk.headWidth)
        integer("feed_forward_width", trunk.feedForwardWidth)
        key("gated")
        bool(trunk.isGated)
        key("norm")
        string(trunk.norm.rawValue)
        key("activation")
        string(trunk.activation.rawValue)
        integer("rotary_width", trunk.rotaryWidth)
        endObject()
    }

    mutating func input(_ input: InputDescription) {
        beginObject()
        key("kind")
        switch input {
        case .waveform(let input):
            string("waveform")
            integer("sample_rate", input.sampleRate)
            integer("patch", input.patch)
            integer("stride", input.stride)
            integer("window", input.window)
        case .logmel(let input):
            string("logmel")
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
            string("image")
            integer("width", input.width)
            integer("height", input.height)
            integer("channels", input.channels)
            integer("patch", input.patch)
            integer("stride", input.stride)
            key("mean")
            doubles(input.mean)
            key("std")
            doubles(input.deviation)
        case .tokens(let input):
            string("tokens")
            integer("vocabulary", input.vocabulary)
            integer("codebooks", input.codebooks)
            integer("window", input.window)
        }
        endObject()
    }

    mutating func provenance(_ provenance: Provenance) {
        beginObject()
        key("converter")
        string(provenance.converterVersion)
        key("flags")
        string(provenance.flags)
        key("files")
        beginArray()
        for file in provenance.files {
            beginObject()
            key("name")
            string(file.name)
            key("sha256")
            string(file.digest)
            endObject()
        }
        endArray()
        endObject()
    }

    private mutating func integer(_ name: StaticString, _ value: Int) {
        key(name)
        integer(value)
    }

    private mutating func double(_ name: StaticString, _ value: Double) {
        key(name)
        if value.isFinite { verbatim(value.description) } else { null() }
    }

    private mutating func doubles(_ values: [Double]) {
        beginArray()
        for value in values { if value.isFinite { verbatim(value.description) } else { null() } }
        endArray()
    }
}
