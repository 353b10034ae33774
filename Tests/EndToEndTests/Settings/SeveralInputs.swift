import Foundation
import TacitTestSupport
import Testing

/// Two models that hear, one that sees, and something for each: what one process is to do as three would.
struct SeveralInputs {
    let first: ConvertedModel
    let second: ConvertedModel
    let pictures: ConvertedModel
    let firstRate: Int
    /// Samples of the first one's sound.
    let samples: [Int16]
    let stride: Double
    let labels: [String]
    var folder: TemporaryFolder { first.folder }

    private let firstSound: String
    private let secondSound: String
    private let frames: String

    init() throws {
        let one = try GoldenCase(name: "gpt2-sliding")
        first = try ConvertedModel(one)
        firstRate = one.sampleRate
        labels = one.labels
        stride = Double(try ModelInput(first.path).strideSamples) / Double(one.sampleRate)
        samples = Sounds.glide(samples: 4 * one.sampleRate)
        firstSound = try first.folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(one.sampleRate)))
        let two = try GoldenCase(name: "gpt2-odd-logmel")
        second = try ConvertedModel(two)
        secondSound = try first.folder.write(
            "b.wav", WaveFile.bytes(Sounds.glide(samples: 3 * two.sampleRate, seed: 5), rate: UInt32(two.sampleRate)))
        let three = try GoldenImages(name: "llama-full-hidden")
        pictures = try ConvertedModel(base: three.baseFolder.path, adapter: three.adapterFolder.path)
        var random = RandomNumbers(seed: 3)
        frames = try first.folder.write(
            "frames.raw", (0..<40 * 24 * 18 * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// A flag and its value.
    typealias Keys = [(key: String, value: String)]

    private static func quoted(_ value: String) -> String {
        if Double(value) != nil || value == "true" { return value }
        return "\"\(value)\""
    }

    var firstKeys: Keys {
        [
            ("input", firstSound), ("hop", "\(stride)"), ("threshold", "0.3"), ("on-after", "0"), ("off-after", "0"),
            ("top", "0"),
        ]
    }
    var secondKeys: Keys { [("input", secondSound), ("threshold", "0.2"), ("smooth", "0.5"), ("logits", "true")] }
    var pictureKeys: Keys {
        [("input", frames), ("size", "24x18"), ("format", "rgb24"), ("threshold", "0.2"), ("top", "3")]
    }

    var all: [(name: String, command: String, model: String, keys: Keys)] {
        [
            ("one", "listen", first.path, firstKeys), ("two", "listen", second.path, secondKeys),
            ("three", "watch", pictures.path, pictureKeys),
        ]
    }

    /// What a process of its own prints of an input, but for clocks.
    func alone(_ input: (name: String, command: String, model: String, keys: Keys)) throws -> [String] {
        try lines(input).map(withoutClocks)
    }

    /// What a process of its own prints of an input.
    func lines(_ input: (name: String, command: String, model: String, keys: Keys)) throws -> [String] {
        let flags = input.keys.flatMap { $0.value == "true" ? ["--\($0.key)"] : ["--\($0.key)", $0.value] }
        let outcome = try Executable.tacit.run([input.command, input.model, "--json"] + flags)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        return outcome.outputLines
    }

    static func table(_ name: String, _ model: String, _ keys: Keys, _ more: String = "") -> String {
        "[[input]]\nname = \"\(name)\"\nmodel = \"\(model)\"\n"
            + keys.map { "\($0.key) = \(quoted($0.value))\n" }.joined() + more + "\n"
    }

    func table(_ input: (name: String, command: String, model: String, keys: Keys), _ more: String = "") -> String {
        Self.table(input.name, input.model, input.keys, more)
    }

    /// Writes settings, and says where.
    @discardableResult
    func write(_ text: String) throws -> String { try folder.write("settings.toml", Array(text.utf8)) }

    func run(_ text: String, environment: [String: String] = [:]) throws -> Executable.Outcome {
        try Executable.tacit.run(["run", try write(text), "--json"], environment: environment)
    }
}
