import Foundation
import TacitTestSupport
import Testing

/// Conversions that are measured on data: against `classify` and `eval` of the files they leave.
@Suite struct CalibrationTests {
    private let golden: GoldenCase
    /// Clips in folders by what the model says of them in 32-bit floats.
    private let tree: TemporaryFolder
    private let exact: ConvertedModel
    private static let clips = 48

    init() throws {
        golden = try GoldenCase(name: "llama-plain")
        exact = try ConvertedModel(golden)
        tree = try TemporaryFolder()
        let clips = try TemporaryFolder()
        let paths = try (0..<Self.clips).map { seed in
            try clips.write(
                "\(seed).wav",
                WaveFile.bytes(Sounds.glide(samples: 700 + 131 * (seed % 7), seed: UInt64(seed)), rate: 8000))
        }
        for (path, label) in try zip(paths, Self.labels(golden, exact.path, paths)) {
            try tree.write(
                "\(label)/\((path as NSString).lastPathComponent)", Data(contentsOf: URL(fileURLWithPath: path)))
        }
    }

    /// The label whose logit is the largest, of each file: the average of scores may name another.
    private static func labels(_ golden: GoldenCase, _ model: String, _ paths: [String]) throws -> [String] {
        try ResultLine.lines(of: Executable.tacit.run(["classify", "--json", "--logits", model] + paths)).map {
            let logits = try #require($0.logits)
            return golden.labels[try #require(logits.indices.max { logits[$0] < logits[$1] })]
        }
    }

    /// As few bits as there can be: int4 by itself loses next to nothing of a trunk this narrow, which has two planes
    /// of it.
    private static let coarse = ["--weights", "mixed", "--budget", "6.2"]

    private func convert(_ output: String, _ flags: [String]) throws -> Executable.Outcome {
        try Executable.convert.run(
            ["--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path, "-o", output] + flags)
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func whatIsReportedIsWhatComesOut() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("coarse.gguf")
        let flags = Self.coarse + ["--calibration", "folder:\(tree.path)"]
        let outcome = try convert(path, flags + ["--json", "--report", folder.path("report.json")])
        try #require(outcome.status == 0, "\(outcome.standardError)")
        let report = try object(outcome.standardOutput)
        #expect(try Data(contentsOf: folder.url.appendingPathComponent("report.json")) == Data(outcome.output))
        let calibration = try #require(report["calibration"] as? [String: Any])
        #expect(calibration["dataset"] as? String == "folder" && calibration["split"] as? String == "all")
        #expect(calibration["count"] as? Int == Self.clips && calibration["metric"] as? String == "accuracy")
        // The classes are what 32-bit floats say.
        #expect(calibration["f32"] as? Double == 1)
        let stored = try #require(calibration["stored"] as? Double)
        #expect(stored < 1, "the case stages no drop")
        #expect(calibration["same_label"] as? Double == stored)
        #expect(try abs(#require(calibration["drop_points"] as? Double) - (1 - stored) * 100) < 1e-4)
        let evaluated = try Executable.tacit.run(["eval", path, "--dataset", "folder:\(tree.path)", "--json"])
        let accuracy = try #require(object(evaluated.standardOutput)["accuracy"] as? Double)
        #expect(abs(accuracy - stored) < 1e-6)

        // The errors, from the windows that both models print.
        let files = try FileManager.default.subpathsOfDirectory(atPath: tree.path).filter { $0.hasSuffix(".wav") }
        var windows: [[ResultLine]] = []
        for model in [exact.path, path] {
            windows.append(
                try ResultLine.lines(
                    of: Executable.tacit.run(
                        ["classify", "--json", "--logits", "--windows", model] + files.map(tree.path))))
        }
        #expect(calibration["windows"] as? Int == windows[0].count)
        let errors = try zip(windows[0], windows[1]).map { exact, found in
            let (exact, found) = (try #require(exact.logits), try #require(found.logits))
            let noise = zip(found, exact).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
            return (noise / exact.reduce(0.0) { $0 + pow(Double($1), 2) }).squareRoot()
        }
        let logits = try #require(calibration["logits"] as? [String: Double])
        #expect(try abs(#require(logits["mean"]) - errors.reduce(0, +) / Double(errors.count)) < 1e-4)
        #expect(try abs(#require(logits["worst"]) - (errors.max() ?? 0)) < 1e-4)

        // The file says the same.
        let shown = try object(Executable.tacit.run(["show", path, "--report", "--json"]).standardOutput)
        let kept = try #require(shown["report"] as? [String: Any])
        #expect(kept["calibration"] as? NSDictionary == calibration as NSDictionary)
        #expect(kept["random"] as? NSDictionary == report["random"] as? NSDictionary)
        #expect(kept["random"] is NSDictionary)
        let rows = try Executable.tacit.run(["show", path, "--report"]).outputLines
        #expect(rows.contains { $0.hasPrefix("calibration.logits.worst ") })
        #expect(try Executable.tacit.run(["verify", path]).status == 0)
        #expect(try !String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self).contains(tree.path))

        // And so do the table, and `compare` with the file that has 32-bit floats.
        let table = try convert(folder.path("again.gguf"), flags)
        #expect(table.standardOutput.contains("\ndata      folder all, \(Self.clips) examples: accuracy "))
        let compared = try Executable.convert.run(
            ["compare", exact.path, path, "--calibration", "folder:\(tree.path)", "--json"])
        #expect(try object(compared.standardOutput)["calibration"] as? NSDictionary == calibration as NSDictionary)
        let lines = try Executable.convert.run(["compare", exact.path, path]).outputLines
        #expect(lines.count == 1 && lines[0].hasPrefix("errors    8 contexts of "))
        // Neither of two files comes before the other.
        let both = try Executable.convert.run(["compare", exact.path, path, "--calibration", "folder:\(tree.path)"])
        #expect(both.standardOutput.contains(" % of A, ") && !both.standardOutput.contains("before"))
    }

    @Test func aDropIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let flags = Self.coarse + ["--calibration", "folder:\(tree.path)"]
        let free = try convert(path, flags + ["--json"])
        let calibration = try #require(object(free.standardOutput)["calibration"] as? [String: Any])
        let drop = try #require(calibration["drop_points"] as? Double)
        try #require(drop > 0.5, "the case stages no drop")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // What is there stays as it is.
        let refused = try convert(path, flags + ["--max-drop", "\(drop - 0.1)"])
        #expect(refused.status == 65)
        #expect(refused.output.isEmpty)
        #expect(refused.errorLines.count == 1)
        #expect(refused.standardError.hasPrefix("tacit-convert: \(path): accuracy on folder all drops by "))
        #expect(refused.standardError.contains("more than --max-drop "))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        let other = try convert(
            folder.path("none.gguf"), flags + ["--max-drop", "0", "--report", folder.path("report.json")])
        #expect(other.status == 65)
        #expect(try folder.names() == ["model.gguf"])
        // What is borne is written, and is the same.
        #expect(try convert(path, flags + ["--max-drop", "\(drop + 0.1)"]).status == 0)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        // In two planes of eight bits nothing is lost here.
        #expect(try convert(path, ["--calibration", "folder:\(tree.path)", "--max-drop", "0"]).status == 0)
    }

    /// Neither the data's place, nor the model's, nor the number of processors is in the file.
    @Test(arguments: [
        ["int4"], ["int4", "--method", "gptq"], ["mixed", "--budget", "16"], ["int8"], ["f32"],
    ])
    func theSameInputsGiveTheSameBytes(weights: [String]) throws {
        let folder = try TemporaryFolder()
        let copy = try folder.copy(tree.path, as: "copy")
        var files: [Data] = []
        for (name, data) in [("a.gguf", tree.path), ("b.gguf", copy)] {
            let outcome = try convert(
                folder.path(name), ["--weights"] + weights + ["--calibration", "folder:\(data)"])
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
            files.append(try Data(contentsOf: folder.url.appendingPathComponent(name)))
        }
        #expect(files[0] == files[1])
    }

    /// Weights are fitted to what the model's own front end makes of the data, and the file says so.
    @Test func weightsAreFittedToData() throws {
        let folder = try TemporaryFolder()
        let flags = Self.coarse + ["--method", "gptq", "--smoothing", "off"]
        let data = ["--calibration", "folder:\(tree.path)"]
        let (fitted, made) = (folder.path("fitted.gguf"), folder.path("made-up.gguf"))
        #expect(try convert(fitted, flags + data).status == 0)
        #expect(try convert(made, flags).status == 0)
        func provenance(_ path: String) throws -> String {
            try Executable.tacit.run(["show", path, "--json"]).standardOutput
        }
        #expect(try provenance(fitted).contains("--method gptq --calibration folder --split all"))
        #expect(try !provenance(made).contains("--calibration"))
        func error(_ path: String) throws -> Double {
            let compared = try Executable.convert.run(["compare", exact.path, path, "--json"] + data)
            let calibration = try #require(object(compared.standardOutput)["calibration"] as? [String: Any])
            return try #require((calibration["output"] as? [String: Double])?["mean"])
        }
        let errors = (try error(fitted), try error(made))
        #expect(errors.0 < 0.9 * errors.1, "\(errors)")
    }

    /// The figures are those of a part: they are told and kept, and the status says what `eval` says.
    @Test func aSetThatLacksExamples() throws {
        let folder = try TemporaryFolder()
        let label = try #require(FileManager.default.contentsOfDirectory(atPath: tree.path).min())
        let copy = try folder.copy(tree.path, as: "copy")
        try folder.write("copy/\(label)/README.txt", Array("recorded at home".utf8))
        let model = folder.path("model.gguf")
        // What was never meant as an example is named, no more.
        let data = ["--calibration", "folder:\(copy)"]
        let whole = try convert(model, data)
        #expect(whole.status == 0 && whole.errorLines.count == 1, "\(whole.standardError)")
        #expect(try Executable.convert.run(["compare", exact.path, model] + data).status == 0)

        try folder.write("copy/\(label)/later.m4a", Array("no sound that is read".utf8))
        let part = folder.path("part.gguf")
        for outcome in [
            try convert(part, data), try Executable.convert.run(["compare", exact.path, model] + data),
        ] {
            #expect(outcome.status == 65, "\(outcome.standardError)")
            #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("later.m4a"))
            #expect(outcome.standardOutput.contains("\(Self.clips) examples: accuracy "))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: part)) == Data(contentsOf: URL(fileURLWithPath: model)))
    }

    @Test func whatDoesNotGoTogether() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        func line(_ outcome: Executable.Outcome, _ status: Int32, _ ending: String) {
            #expect(outcome.status == status)
            #expect(outcome.output.isEmpty && outcome.errorLines.count == 1)
            #expect(outcome.standardError.contains(ending), "\(outcome.standardError)")
        }
        line(try convert(path, ["--calibration", "folder:/nonexistent"]), 66, "/nonexistent")
        try folder.write("set/siren/1.wav", WaveFile.bytes(Sounds.glide(samples: 900, seed: 1), rate: 8000))
        line(
            try convert(path, ["--calibration", "folder:\(folder.path("set"))"]), 65,
            "labels: the model has no label 'siren', which folder all needs")
        try folder.write("bad/\(golden.labels[0])/1.wav", Array("no sound".utf8))
        line(try convert(path, ["--calibration", "folder:\(folder.path("bad"))"]), 65, "/1.wav: ")
        line(
            try convert(path, ["--calibration", "cifar-10:/tmp"]), 65,
            "the model takes sound, and cifar-10 is of pictures")
        line(
            try Executable.convert.run(
                ["--base", golden.baseFolder.path, "-o", path, "--calibration", "folder:\(tree.path)"]), 65,
            "labels: the model has none, so it can only embed")
        #expect(try folder.names() == ["bad", "set"])

        line(try Executable.convert.run(["compare", exact.path, "/nonexistent.gguf"]), 66, "/nonexistent.gguf")
        let other = try ConvertedModel(GoldenCase(name: "gpt2-odd-logmel"))
        try withExtendedLifetime(other) {
            line(try Executable.convert.run(["compare", exact.path, other.path]), 65, "they don't compare")
        }
        // A base alone has no labels; its last hidden states compare.
        let bare = try ["f32", "int4"].map { try ConvertedModel(base: golden.baseFolder.path, weights: $0) }
        let compared = try withExtendedLifetime(bare) {
            try Executable.convert.run(["compare", bare[0].path, bare[1].path, "--json"])
        }
        #expect(compared.status == 0, "\(compared.standardError)")
        let random = try #require(object(compared.standardOutput)["random"] as? [String: Any])
        #expect(random["logits"] is NSNull && random["same_label"] is NSNull)
        let trunk = try #require(random["trunk"] as? [String: Double])
        #expect(try #require(trunk["mean"]) > 0)
    }
}
