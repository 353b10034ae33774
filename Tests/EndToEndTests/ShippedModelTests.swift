import Foundation
import TacitTestSupport
import Testing

/// The models that are shipped: whole, made from the base and the adapters beside them, and as good as these.
@Suite(.serialized) struct ShippedModelTests {
    static let names = ["sound", "words"]
    private static let hasModels = names.allSatisfy { TestPaths.hasModel("\($0).gguf") }

    private static func path(_ name: String) -> String {
        TestPaths.package.appendingPathComponent("models/\(name)").path
    }

    private static func convert(_ name: String, weights: String) throws -> ConvertedModel {
        try ConvertedModel(base: path("base"), adapter: path("adapters/\(name)"), weights: weights)
    }

    @Test(.enabled(if: hasModels, "models/ is empty"), arguments: names)
    func classifyASynthesizedSound(name: String) throws {
        let model = Self.path("\(name).gguf")
        #expect(try Executable.tacit.run(["verify", model]).status == 0)
        let folder = try TemporaryFolder()
        let samples = Sounds.glide(samples: 6 * 16_000)
        let path = try folder.write("glide.wav", WaveFile.bytes(samples, rate: 16_000))
        let common = ["--json", "--logits", "--top", "0"]
        let reference = try Self.convert(name, weights: "f32")
        let exact = try Executable.tacit.run(["classify", reference.path, path] + common)
        let outcome = try Executable.tacit.run(["classify", model, path] + common)
        #expect(outcome.status == 0 && exact.status == 0)
        let result = try #require(try ResultLine.lines(of: outcome).first)
        let expected = try #require(try ResultLine.lines(of: exact).first)
        #expect(result.labels?.count == (name == "sound" ? 52 : 12))
        // To the end of the last whole patch.
        let span = try #require(result.span)
        #expect(span[0] == 0 && span[1] > 5.8 && span[1] <= 6)
        let difference = try relativeDifference(#require(result.logits), #require(expected.logits))
        #expect(difference < 0.06)

        // As a stream: the same windows, to the last bit, whatever the number of threads.
        let file = try Executable.tacit.run(["classify", "--windows", "--hop", "0.5", model, path] + common)
        let stream = try Executable.tacit.run(
            ["listen", model, "--input", "-", "--hop", "0.5", "--threads", "2"] + common, input: Sounds.raw(samples))
        #expect(file.outputLines.count >= 3)
        let readings = stream.outputLines.filter(isOfLabels)
        #expect(readings.count >= 3)
        for (windowed, heard) in zip(file.outputLines, readings) {
            for key in ["span", "labels", "logits"] {
                #expect(arrayText(key, in: windowed) == arrayText(key, in: heard))
            }
        }
    }

    /// A data set and the folder it lies in, unpacked, or unpacked for this test.
    private struct Data {
        let folder: String
        private let scratch: TemporaryFolder?

        init(_ name: String) throws {
            let source = TestPaths.data.appendingPathComponent(name)
            if TestPaths.hasData("\(name)/audio") {
                folder = source.path
                scratch = nil
                return
            }
            let scratch = try TemporaryFolder()
            self.scratch = scratch
            folder = scratch.path
            try scratch.copy(source.appendingPathComponent("meta").path, as: "meta")
            let archive = source.appendingPathComponent("audio.tar.xz").path
            let outcome = try Executable(path: "/usr/bin/env").run(["tar", "-xJf", archive, "-C", folder])
            try #require(outcome.status == 0, "\(outcome.standardError)")
        }
    }

    private static let hasData = ["esc-50", "speech-commands"].allSatisfy {
        TestPaths.hasData("\($0)/audio") || TestPaths.hasData("\($0)/audio.tar.xz")
    }

    /// On the whole test sets: the same label for at least 98.5 % of the clips, and the accuracy within a point.
    @Test(
        .enabled(if: hasModels, "models/ is empty"),
        .enabled(if: hasData, "TACIT_DATA has no esc-50 or no speech-commands"),
        arguments: [("sound", "esc-50", "fold-5", 400), ("words", "speech-commands", "test", 786)])
    func eightBitsLoseNothing(name: String, kind: String, split: String, count: Int) throws {
        let data = try Data(kind)
        let exact = try Self.convert(name, weights: "f32")
        func evaluate(_ model: String, _ file: String) throws -> (accuracy: Double, labels: [Int]) {
            let predictions = exact.folder.path(file)
            let outcome = try Executable.tacit.run([
                "eval", model, "--dataset", "\(kind):\(data.folder)", "--split", split, "--json", "--predictions",
                predictions,
            ])
            try #require(outcome.status == 0, "\(outcome.standardError)")
            let result = try JSONSerialization.jsonObject(with: Foundation.Data(outcome.output)) as? [String: Any]
            let labels = try EvaluationTests.Prediction.read(predictions).map { prediction in
                let logits = prediction.logits
                return logits.indices.max { logits[$0] < logits[$1] } ?? -1
            }
            return (try #require(result?["accuracy"] as? Double), labels)
        }
        let int8 = try evaluate(Self.path("\(name).gguf"), "int8.jsonl")
        let f32 = try evaluate(exact.path, "f32.jsonl")
        #expect(int8.labels.count == count && f32.labels.count == count)
        let agreeing = zip(int8.labels, f32.labels).count { $0 == $1 }
        let agreement = Double(agreeing) / Double(count)
        #expect(agreement >= 0.985, "\(name)")
        #expect(abs(int8.accuracy - f32.accuracy) <= 0.01, "\(name)")
        print(
            "\(name) on \(kind) \(split): accuracy \(int8.accuracy) with int8, \(f32.accuracy) with f32, "
                + "label agreement \(agreement)")
    }
}
