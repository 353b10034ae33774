import TacitTestSupport

/// A model whose context slides, and sounds for it.
struct SlidingModel {
    let model: ConvertedModel
    /// Samples a second that the model takes.
    let rate: Int
    /// Seconds from one reading to the next, at the least.
    let stride: Double

    init() throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        model = try ConvertedModel(golden)
        rate = golden.sampleRate
        stride = Double(try ModelInput(model.path).strideSamples) / Double(rate)
    }

    /// The path of a glide of so many samples.
    func sound(samples: Int, as name: String = "a.wav") throws -> String {
        try model.folder.write(name, WaveFile.bytes(Sounds.glide(samples: samples), rate: UInt32(rate)))
    }
}
