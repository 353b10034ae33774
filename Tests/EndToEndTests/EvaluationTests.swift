import Foundation
import TacitTestSupport
import Testing

/// `eval` on small data sets in their published layouts, against the measure computed here from each clip's logits.
@Suite struct EvaluationTests {
    private struct Result: Decodable {
        let dataset: String
        let split: String
        let count: Int
        let accuracy: Float?
        let map: Float?
        let seconds: Double
    }

    struct Prediction: Decodable {
        let path: String
        let truth: [String]
        let logits: [Float]

        static func read(_ path: String) throws -> [Prediction] {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                try JSONDecoder().decode(Prediction.self, from: Data($0.utf8))
            }
        }
    }

    /// Labels in place of the golden ones, so that data sets with words of their own can be asked for.
    private static func model(_ name: String, labels: [String]? = nil) throws -> (ConvertedModel, [String]) {
        let golden = try GoldenCase(name: name)
        guard let labels else { return (try ConvertedModel(golden), golden.labels) }
        let folder = try TemporaryFolder()
        let adapter = try folder.copy(golden.adapterFolder.path, as: "adapter")
        let file = folder.url.appendingPathComponent("adapter/tacit.json")
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        var members = try #require(value as? [String: Any])
        members["labels"] = labels
        try JSONSerialization.data(withJSONObject: members).write(to: file)
        return (try ConvertedModel(base: golden.baseFolder.path, adapter: adapter), labels)
    }

    private static func clip(_ seed: Int) -> [UInt8] {
        WaveFile.bytes(Sounds.glide(samples: 700 + 131 * seed, seed: UInt64(seed)), rate: 8000)
    }

    /// Runs `eval`, checks what must hold of every data set, and returns its result with the clips' predictions.
    private func evaluate(
        _ model: ConvertedModel, _ kind: String, _ tree: TemporaryFolder, split: String?, expectedSplit: String
    ) throws -> (Result, [Prediction]) {
        let file = model.folder.path("predictions.jsonl")
        let arguments =
            ["eval", model.path, "--dataset", "\(kind):\(tree.path)", "--predictions", file]
            + (split.map { ["--split", $0] } ?? [])
        let outcome = try Executable.tacit.run(arguments + ["--json"])
        try #require(outcome.status == 0, "\(outcome.standardError)")
        #expect(outcome.errors.isEmpty)
        let result = try JSONDecoder().decode(Result.self, from: Data(outcome.output))
        let predictions = try Prediction.read(file)
        #expect(result.dataset == kind && result.split == expectedSplit)
        #expect(result.count == predictions.count)

        // The same logits as `classify` gives.
        let classified = try Executable.tacit.run(
            ["classify", "--json", "--logits", model.path] + predictions.map(\.path))
        #expect(try ResultLine.lines(of: classified).map(\.logits) == predictions.map(\.logits))
        let plain = try Executable.tacit.run(arguments)
        #expect(plain.status == 0)
        #expect(plain.standardOutput.hasPrefix("\(kind) \(expectedSplit): \(result.count) "))
        return (result, predictions)
    }

    /// What was predicted before stays until there is something whole in its place, and so does what else is there.
    @Test func predictionsTakeNothingAway() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let folder = model.folder
        for label in golden.labels.prefix(2) {
            let sound = Sounds.glide(samples: 2 * golden.sampleRate)
            try folder.write("set/\(label)/a.wav", WaveFile.bytes(sound, rate: UInt32(golden.sampleRate)))
        }
        let arguments = ["eval", model.path, "--dataset", "folder:\(folder.path("set"))", "--predictions"]
        let results = folder.path("results.jsonl")
        #expect(try Executable.tacit.run(arguments + [results]).status == 0)
        let before = try String(contentsOfFile: results, encoding: .utf8)
        #expect(before.split(separator: "\n").count == 2)
        try folder.write("set/\(golden.labels[1])/b.wav", "RIFF".utf8)
        #expect(try Executable.tacit.run(arguments + [results]).status == 65)
        #expect(try String(contentsOfFile: results, encoding: .utf8) == before)
        let table = try folder.write("table.csv", "a,b\n".utf8)
        let refused = try Executable.tacit.run(arguments + [table])
        #expect(refused.status == 73 && refused.standardError.contains("is there and holds something else"))
        #expect(try String(contentsOfFile: table, encoding: .utf8) == "a,b\n")
    }

    private func accuracy(_ predictions: [Prediction], _ labels: [String]) -> Float {
        let right = predictions.filter { prediction in
            let best = prediction.logits.indices.max { prediction.logits[$0] < prediction.logits[$1] }
            return prediction.truth == [labels[best ?? 0]]
        }
        return Float(right.count) / Float(predictions.count)
    }

    @Test func esc50() throws {
        let (model, labels) = try Self.model("llama-plain")
        let tree = try TemporaryFolder()
        var table = "filename,fold,target,category,esc10,src_file,take\n"
        for index in 0..<12 {
            let name = "\(index % 5 + 1)-\(index)-A-\(index % 3).wav"
            table += "\(name),\(index % 5 + 1),\(index % 3),\(labels[index % 3]),False,\(index),A\n"
            try tree.write("audio/\(name)", Self.clip(index))
        }
        try tree.write("meta/esc50.csv", table.utf8)
        let (all, everything) = try evaluate(model, "esc-50", tree, split: nil, expectedSplit: "all")
        #expect(everything.count == 12)
        #expect(all.accuracy == accuracy(everything, labels) && all.map == nil)
        let (fold, some) = try evaluate(model, "esc-50", tree, split: "fold-2", expectedSplit: "fold-2")
        #expect(some.map { ($0.path as NSString).lastPathComponent } == ["2-1-A-1.wav", "2-6-A-0.wav", "2-11-A-2.wav"])
        #expect(fold.accuracy == accuracy(some, labels))
    }

    @Test func speechCommands() throws {
        let (model, labels) = try Self.model("llama-plain", labels: ["yes", "unknown", "no"])
        let published = try TemporaryFolder()
        try published.write("testing_list.txt", "yes/a.wav\nbed/b.wav\nno/c.wav\n".utf8)
        try published.write("validation_list.txt", "no/d.wav\n".utf8)
        for (index, name) in ["yes/a.wav", "bed/b.wav", "no/c.wav", "no/d.wav", "yes/e.wav"].enumerated() {
            try published.write(name, Self.clip(index))
        }
        try published.write("_background_noise_/hum.wav", Self.clip(9))
        let (test, predictions) = try evaluate(model, "speech-commands", published, split: nil, expectedSplit: "test")
        #expect(predictions.map(\.truth) == [["yes"], ["unknown"], ["no"]])
        #expect(test.accuracy == accuracy(predictions, labels))
        let (_, train) = try evaluate(model, "speech-commands", published, split: "train", expectedSplit: "train")
        #expect(train.map { ($0.path as NSString).lastPathComponent } == ["e.wav"])

        let table = try TemporaryFolder()
        try table.write(
            "meta/words.csv", "filename,label,speaker,split\nno/1.wav,no,s,test\nyes/2.wav,yes,s,train\n".utf8)
        try table.write("audio/no/1.wav", Self.clip(1))
        try table.write("audio/yes/2.wav", Self.clip(2))
        let (_, listed) = try evaluate(model, "speech-commands", table, split: "test", expectedSplit: "test")
        #expect(listed.map(\.truth) == [["no"]])
    }

    @Test(arguments: ["gtzan", "folder"])
    func foldersOfClasses(kind: String) throws {
        let (model, labels) = try Self.model("llama-plain")
        let tree = try TemporaryFolder()
        for index in 0..<7 {
            let root = kind == "gtzan" ? "genres/" : ""
            try tree.write("\(root)\(labels[index % 3])/\(index).wav", Self.clip(index))
        }
        try tree.write("README", Array("not a class".utf8))
        let (result, predictions) = try evaluate(model, kind, tree, split: nil, expectedSplit: "all")
        #expect(predictions.count == 7)
        #expect(result.accuracy == accuracy(predictions, labels) && result.map == nil)
    }

    /// Mean average precision: of each class, the mean over its clips of the precision at that clip's rank.
    @Test(arguments: ["gpt2-odd-logmel", "gpt2-full-hidden"])
    func fsd50k(name: String) throws {
        let (model, labels) = try Self.model(name)
        let tree = try TemporaryFolder()
        // The vocabulary in another order than the model's labels, with a class that no clip has and no label.
        let classes = Array(labels.prefix(5).reversed()) + ["Never_heard"]
        try tree.write(
            "FSD50K.ground_truth/vocabulary.csv",
            classes.enumerated().map { "\($0),\($1),/m/\($0)\n" }.joined().utf8)
        var table = "fname,labels,mids\n"
        for index in 0..<17 {
            let numbers = (0..<5).filter { (number: Int) in (index * 7 + number * 5) % 11 < 4 }
            let members = numbers.map { classes[$0] }
            table += "\(100 + index),\"\(members.joined(separator: ","))\",\"/m/x\"\n"
            try tree.write("FSD50K.eval_audio/\(100 + index).wav", Self.clip(index))
        }
        try tree.write("FSD50K.ground_truth/eval.csv", table.utf8)
        let (result, predictions) = try evaluate(model, "fsd50k", tree, split: nil, expectedSplit: "eval")
        #expect(result.accuracy == nil)

        // Ranked by what `classify` gives: for sigmoids, which saturate, by their logits.
        let outcome = try Executable.tacit.run(
            ["classify", "--json", "--logits", "--top", "0", model.path] + predictions.map(\.path))
        let clips = try ResultLine.lines(of: outcome)
        let isMultilabel = name == "gpt2-odd-logmel"
        var precisions: [Double] = []
        for label in classes.prefix(5) {
            let place = try #require(labels.firstIndex(of: label))
            let ranked = try zip(clips, predictions).map { clip, prediction -> (score: Float, isTrue: Bool) in
                let score = isMultilabel ? clip.logits?[place] : clip.labels?.first { $0.label == label }?.score
                return (try #require(score), prediction.truth.contains(label))
            }.sorted { $0.score > $1.score }
            let hits = ranked.indices.filter { ranked[$0].isTrue }
            try #require(!hits.isEmpty && hits.count < ranked.count)
            precisions.append(
                hits.enumerated().map { Double($0 + 1) / Double($1 + 1) }.reduce(0, +) / Double(hits.count))
        }
        let expected = precisions.reduce(0, +) / Double(precisions.count)
        #expect(try abs(Double(#require(result.map)) - expected) < 1e-6)
    }

    @Test func aModelThatLacksALabel() throws {
        let (model, _) = try Self.model("llama-plain")
        let tree = try TemporaryFolder()
        try tree.write("siren/1.wav", Self.clip(1))
        let outcome = try Executable.tacit.run(["eval", model.path, "--dataset", "folder:\(tree.path)"])
        #expect(outcome.status == 65)
        #expect(
            outcome.errorLines == [
                "tacit: \(model.path): labels: the model has no label 'siren', which folder all needs"
            ])
    }

    @Test func aBrokenClipEndsIt() throws {
        let (model, labels) = try Self.model("llama-plain")
        let tree = try TemporaryFolder()
        try tree.write("\(labels[0])/1.wav", Self.clip(1))
        let broken = try tree.write("\(labels[1])/2.wav", Array("no sound".utf8))
        let outcome = try Executable.tacit.run(["eval", model.path, "--dataset", "folder:\(tree.path)", "--json"])
        #expect(outcome.status == 65)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.standardError.hasPrefix("tacit: \(broken): "))
    }

    /// Learned labels have scores beside a softmax's, but logits that can't be compared with its own.
    @Test func learnedLabelsCountAsClassifyRanksThem() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let labels = ["--labels", model.folder.path("my.labels")]
        var random = RandomNumbers(seed: 7)
        func write(_ name: String, _ frequency: Double) throws -> String {
            let samples = (0..<800).map { index in
                let tone = 9000 * sin(2 * .pi * frequency * Double(index) / Double(golden.sampleRate))
                return Int16(tone + Double.random(in: -300...300, using: &random))
            }
            return try model.folder.write(name, WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
        }
        let taught = try (0..<5).map { try write("taught-\($0).wav", 1000) }
        let learned = try Executable.tacit.run(["learn", model.path, "bell"] + taught + labels)
        try #require(learned.status == 0, "\(learned.standardError)")
        let heard = try (0..<100).map { try write("\($0).wav", 200 + 20 * Double($0)) }
        let lines = try ResultLine.lines(
            of: Executable.tacit.run(["classify", model.path] + heard + labels + ["--json", "--logits"]))
        #expect(lines.count == heard.count)
        let names = golden.labels + ["bell"]
        var differing = 0
        for (path, line) in zip(heard, lines) {
            let (first, logits) = (try #require(line.labels?.first?.label), try #require(line.logits))
            let largest = logits.indices.max { logits[$0] < logits[$1] }
            if largest.map({ names[$0] }) != first { differing += 1 }
            let wave = try Data(contentsOf: URL(fileURLWithPath: path))
            try model.folder.write("set/\(first)/\(URL(fileURLWithPath: path).lastPathComponent)", wave)
        }
        #expect(differing > 0)
        let outcome = try Executable.tacit.run(
            ["eval", model.path, "--dataset", "folder:\(model.folder.path("set"))", "--json"] + labels)
        let result = try JSONDecoder().decode(Result.self, from: Data(outcome.standardOutput.utf8))
        #expect(outcome.status == 0 && result.count == heard.count && result.accuracy == 1)
    }
}
