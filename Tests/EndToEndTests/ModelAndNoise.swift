import TacitTestSupport

/// A small model and a short noise, for programs that have too little of something.
struct ModelAndNoise {
    let model: ConvertedModel
    /// The path of the noise.
    let sound: String

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden, weights: "int8")
        var random = RandomNumbers(seed: 1)
        let samples = (0..<4000).map { _ in Int16.random(in: -9000...9000, using: &random) }
        sound = try model.folder.write("noise.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
    }
}
