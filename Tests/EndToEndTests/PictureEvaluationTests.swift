import Foundation
import TacitTestSupport
import Testing

/// `eval` on pictures: the same ones in each layout are the same to the model, and are what `classify` makes of them.
@Suite struct PictureEvaluationTests {
    private static let classes = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]
    private let folder: TemporaryFolder
    private let model: ConvertedModel

    init() throws {
        folder = try TemporaryFolder()
        let golden = try GoldenImages(name: "llama-full-hidden")
        try #require(golden.labels.count == Self.classes.count)
        let adapter = try folder.copy(golden.adapterFolder.path, as: "adapter")
        let settings = URL(fileURLWithPath: adapter + "/tacit.json")
        var members = try JSONSerialization.jsonObject(with: Data(contentsOf: settings)) as? [String: Any] ?? [:]
        members["labels"] = Self.classes
        try JSONSerialization.data(withJSONObject: members).write(to: settings)
        model = try ConvertedModel(base: golden.baseFolder.path, adapter: adapter)
    }

    private struct Result: Decodable {
        let dataset: String
        let split: String
        let count: Int
        let accuracy: Float?
    }

    private struct Prediction: Decodable {
        let truth: [String]
        let logits: [Float]
    }

    private func evaluate(_ dataSet: String) throws -> (result: Result, predictions: [Prediction]) {
        let file = folder.path("predictions.jsonl")
        let outcome = try Executable.tacit.run(
            ["eval", model.path, "--dataset", "\(dataSet):\(folder.path("set"))", "--json", "--predictions", file])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let result = try JSONDecoder().decode(Result.self, from: Data(outcome.output))
        let predictions = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Prediction.self, from: Data($0.utf8))
        }
        #expect(predictions.count == result.count)
        return (result, predictions)
    }

    @Test func batchesAreWhatClassifySeesInPictures() throws {
        // Eight pictures as records of planes, and the same as raw frames.
        var random = RandomNumbers(seed: 12)
        var records: [UInt8] = []
        var frames: [UInt8] = []
        for number in 0..<8 {
            let pixels = (0..<3072).map { _ in UInt8.random(in: 0...255, using: &random) }
            records.append(UInt8(number))
            for plane in 0..<3 { records += (0..<1024).map { pixels[3 * $0 + plane] } }
            frames += pixels
        }
        try folder.write("set/test_batch.bin", records)
        let (result, predictions) = try evaluate("cifar-10")
        #expect(result.dataset == "cifar-10" && result.split == "test" && result.count == 8)
        #expect(predictions.map(\.truth) == (0..<8).map { [Self.classes[$0]] })
        let watched = try Executable.tacit.run(
            ["watch", model.path, "--json", "--logits", "--input", "-", "--size", "32x32", "--format", "rgb24"],
            input: frames)
        let lines = try ResultLine.lines(of: watched).filter { $0.type == "labels" }
        #expect(lines.map(\.logits) == predictions.map(\.logits))
        // The share of pictures whose largest logit is the truth's.
        let right = predictions.enumerated().filter { number, prediction in
            prediction.logits.firstIndex(of: prediction.logits.max() ?? 0) == number
        }
        #expect(result.accuracy == Float(Double(right.count) / 8))
    }

    @Test func foldersOfPictureFiles() throws {
        let picture = try Data(contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg"))
        for name in ["cat", "ship"] { try folder.write("set/\(name)/1.jpg", picture) }
        let (result, predictions) = try evaluate("folder")
        #expect(result.count == 2 && predictions.map(\.truth) == [["cat"], ["ship"]])
        #expect(predictions[0].logits == predictions[1].logits)
        // One picture can't be two things.
        #expect([0, 0.5].contains(result.accuracy))
    }

    /// Nobody is left to write for, which is no trouble, wherever it shows first.
    @Test func aReaderThatIsGoneBeforePredictionsCome() throws {
        let picture = try Data(contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg"))
        try folder.write("set/cat/1.jpg", picture)
        // The reader has closed its end before there is anything to read.
        let script = """
            cd "$1" && mkfifo gone && shift
            { read _ <gone; "$@"; echo "$?" >&2; } | { exec <&-; echo >gone; }
            """
        let outcome = try Executable.shell.run(
            [
                "-c", script, "sh", folder.path, Executable.tacit.path, "eval", model.path, "--dataset",
                "folder:\(folder.path("set"))", "--predictions", "/dev/stdout",
            ])
        #expect(outcome.errorLines == ["0"], "\(outcome.standardError)")
    }

    @Test func refusesWhatDoesNotFit() throws {
        try folder.write("set/unicorn/1.png", [0])
        let cases: [([String], Int32)] = [
            (["--dataset", "folder:\(folder.path("set"))"], 65), (["--dataset", "esc-50:\(folder.path("set"))"], 65),
            (["--dataset", "cifar-10:\(folder.path("nowhere"))"], 66),
            (["--dataset", "cifar-10:\(folder.path("set"))", "--split", "fold-1"], 64),
        ]
        for (options, status) in cases {
            let outcome = try Executable.tacit.run(["eval", model.path] + options)
            #expect(outcome.status == status, "\(options): \(outcome.standardError)")
            #expect(outcome.errorLines.count == 1)
        }
    }
}
