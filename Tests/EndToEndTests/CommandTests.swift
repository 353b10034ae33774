import Foundation
import TacitTestSupport
import Testing

/// What each command prints, and what its flags change.
@Suite struct CommandTests {
    private static func object(_ line: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(value as? [String: Any])
    }

    /// A model with its golden sounds' paths.
    private static func model(
        _ name: String, weights: String = "int8"
    ) throws -> (golden: GoldenCase, model: ConvertedModel, paths: [String]) {
        let golden = try GoldenCase(name: name)
        return (golden, try ConvertedModel(golden, weights: weights), golden.sounds.map(golden.path))
    }

    @Test func showTellsAll() throws {
        let (golden, model, _) = try Self.model("llama-grouped-logmel")
        let outcome = try Executable.tacit.run(["show", "--json", model.path])
        #expect(outcome.status == 0)
        #expect(outcome.outputLines.count == 1)
        let shown = try Self.object(outcome.standardOutput)
        #expect(shown["path"] as? String == model.path)
        #expect(shown["family"] as? String == "llama")
        #expect(shown["bits"] as? Int == 8)
        #expect(shown["labels"] as? [String] == golden.labels)
        #expect((shown["thresholds"] as? [Double])?.count == golden.labels.count)
        #expect(shown["license"] is String)
        #expect(shown["sources"] is [String])
        let size = try FileManager.default.attributesOfItem(atPath: model.path)[.size] as? Int
        #expect(shown["file_bytes"] as? Int == size)
        let sessionBytes = try #require(shown["session_bytes"] as? Int)
        #expect(sessionBytes > 0)
        #expect(try #require(shown["run_bytes"] as? Int) == sessionBytes + (size ?? .max))
        #expect((shown["shapes"] as? [String: Any])?["key_value_heads"] as? Int == 2)
        #expect((shown["input"] as? [String: Any])?["kind"] as? String == "logmel")
        let provenance = try #require(shown["provenance"] as? [String: Any])
        let files = try #require(provenance["files"] as? [[String: String]])
        #expect(files.count == 6)
        #expect(files.allSatisfy { $0["sha256"]?.count == 64 && $0["name"]?.contains("/") == false })
        #expect(try Executable.tacit.run(["show", model.path]).standardOutput.contains("llama"))
    }

    /// Flags decide about bits and groups, and the model says so.
    @Test(
        arguments: [
            ([], "int8", 8, nil, "--weights int8"), (["--group-size", "32"], "int8", 8, nil, "--weights int8"),
            (["--weights", "f32"], "f32", 32, nil, "--weights f32"),
            (["--weights", "int4"], "int4", 4, 32, "--weights int4 --group-size 32"),
            (
                ["--weights", "int4", "--group-size", "64", "--method", "rtn"], "int4", 4, 64,
                "--weights int4 --group-size 64"
            ),
            (["--weights", "int4", "--group-size", "128"], "int4", 4, 128, "--weights int4 --group-size 128"),
            (
                ["--weights", "int4", "--method", "gptq"], "int4", 4, 32,
                "--weights int4 --group-size 32 --method gptq"
            ),
        ] as [([String], String, Int, Int?, String)])
    func showTellsTheEncoding(
        flags: [String], weights: String, bits: Int, groupSize: Int?, stated: String
    ) throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let base = try GoldenCase(name: "gpt2-odd-logmel").baseFolder.path
        let converted = try Executable.convert.run(["--base", base, "--json", "-o", path] + flags)
        #expect(converted.status == 0, "\(converted.standardError)")
        let report = try Self.object(converted.standardOutput)
        #expect(report["bits"] as? Int == bits)
        #expect(report["group_size"] as? Int == groupSize)
        let shown = try Self.object(Executable.tacit.run(["show", "--json", path]).standardOutput)
        #expect(shown["weights"] as? String == weights)
        #expect(shown["bits"] as? Int == bits)
        #expect(shown["group_size"] as? Int == groupSize)
        #expect(shown["group_size"] is NSNull == (groupSize == nil))
        #expect((shown["provenance"] as? [String: Any])?["flags"] as? String == stated)
        let lines = try Executable.tacit.run(["show", path]).outputLines
        #expect(lines.contains("weights     \(weights)" + (groupSize.map { ", groups of \($0)" } ?? "")))
        #expect(try Executable.tacit.run(["verify", path]).status == 0)
    }

    @Test func verifyAndBench() throws {
        let (_, model, _) = try Self.model("gpt2-plain")
        let verified = try Executable.tacit.run(["verify", "--json", model.path])
        #expect(verified.status == 0)
        let answer = try Self.object(verified.standardOutput)
        #expect(answer["path"] as? String == model.path && answer["ok"] as? Bool == true && answer.count == 2)
        #expect(try Executable.tacit.run(["verify", model.path]).outputLines == ["\(model.path): ok"])

        let bench = try Executable.tacit.run(["bench", model.path, "--json", "--seconds", "0.05", "--threads", "2"])
        #expect(bench.status == 0)
        let measured = try Self.object(bench.standardOutput)
        #expect(measured["model"] as? String == model.path)
        #expect(measured["threads"] as? Int == 2)
        for key in ["window_ms", "step_ms", "front_end_ms"] {
            let timings = try #require(measured[key] as? [String: Any])
            let median = try #require(timings["median"] as? Double)
            #expect(try #require(timings["min"] as? Double) <= median)
            #expect(try #require(timings["count"] as? Int) >= 3)
        }
        for key in [
            "real_time_factor", "resident_bytes", "load_ms", "window_gop", "gop_per_second", "file_bytes",
            "session_bytes",
        ] {
            #expect(try #require(measured[key] as? Double) > 0, "\(key)")
        }
    }

    /// As many of each as asked for, and nothing of what a model has not.
    @Test(arguments: ["gpt2-plain", "llama-sliding", "gpt2-full-hidden"])
    func benchCountsIterations(name: String) throws {
        let (_, model, _) = try Self.model(name)
        let outcome = try Executable.tacit.run(
            ["bench", "--json", model.path, "--iterations", "2", "--threads", "1", "--weights-isa", "portable"])
        #expect(outcome.status == 0)
        let measured = try Self.object(outcome.standardOutput)
        #expect(measured["instruction_set"] as? String == "portable")
        func count(_ key: String) -> Int? { (measured[key] as? [String: Any])?["count"] as? Int }
        #expect(count("window_ms") == 2)
        #expect(count("front_end_ms") == 2)
        let isFull = name == "gpt2-full-hidden"
        #expect(count("step_ms") == (isFull ? 0 : 2))
        #expect((measured["step_ms"] as? [String: Any])?["median"] is NSNull == isFull)
        for wrong in [["--iterations", "0"], ["--iterations", "2", "--seconds", "1"], ["--threads", "0"]] {
            #expect(try Executable.tacit.run(["bench", model.path] + wrong).status == 64)
        }
    }

    /// Left out, each number of threads up to as many as there are processors has a line of its own.
    @Test func benchGoesThroughTheThreads() throws {
        let (_, model, _) = try Self.model("gpt2-plain")
        let outcome = try Executable.tacit.run(["bench", "--json", model.path, "--iterations", "1"])
        #expect(outcome.status == 0)
        let threads = try outcome.outputLines.map { try Self.object($0)["threads"] as? Int }
        #expect(threads == Array(1...ProcessInfo.processInfo.activeProcessorCount).map(Optional.init))
    }

    @Test func topAndThresholdChooseLabels() throws {
        let (golden, model, paths) = try Self.model("gpt2-full-hidden")
        func labels(_ flags: [String]) throws -> [ResultLine.Label] {
            let outcome = try Executable.tacit.run(["classify", "--json", model.path, paths[0]] + flags)
            #expect(outcome.status == 0)
            return try #require(try ResultLine.lines(of: outcome)[0].labels)
        }
        let all = try labels(["--top", "0"])
        #expect(all.count == golden.labels.count)
        #expect(Set(all.map(\.label)) == Set(golden.labels))
        #expect(all.map(\.score) == all.map(\.score).sorted(by: >))
        #expect(try labels([]) == Array(all[..<5]))
        #expect(try labels(["--top", "2"]) == Array(all[..<2]))
        #expect(try labels(["--top", "1000000"]) == all)
        let third = all[2].score
        #expect(try labels(["--top", "50", "--threshold", "\(third)"]) == Array(all[..<3]))
        #expect(try labels(["--threshold", "1"]).isEmpty)
        #expect(try labels(["--top", "0", "--threshold", "1"]) == all)
    }

    @Test(arguments: ["gpt2-plain", "llama-sliding", "gpt2-full-hidden", "llama-grouped-logmel"])
    func threadsAndInstructionSetsChangeNothing(name: String) throws {
        let (_, model, paths) = try Self.model(name)
        for command in [["classify", "--logits"], ["embed"]] {
            func lines(_ flags: [String]) throws -> [String] {
                let outcome = try Executable.tacit.run(command + ["--json", "--windows", model.path] + paths + flags)
                #expect(outcome.status == 0, "\(outcome.standardError)")
                return outcome.outputLines.map(withoutClocks)
            }
            let one = try lines([])
            #expect(one.count >= paths.count)
            #expect(try lines(["--threads", "1"]) == one)
            #expect(try lines(["--threads", "2"]) == one)
            #expect(try lines(["--threads", "7"]) == one)
            #expect(try lines(["--weights-isa", "portable"]) == one)
        }
        #expect(try Executable.tacit.run(["embed", model.path, paths[0], "--weights-isa", "z80"]).status == 64)
    }

    @Test func withoutJSONThereAreLines() throws {
        let (_, model, paths) = try Self.model("gpt2-plain")
        for command in ["classify", "embed"] {
            let outcome = try Executable.tacit.run([command, model.path] + paths)
            #expect(outcome.status == 0)
            #expect(outcome.errors.isEmpty)
            #expect(outcome.outputLines.count == paths.count)
            #expect(zip(outcome.outputLines, paths).allSatisfy { $0.hasPrefix($1) })
            #expect(!outcome.output.contains(0x1b))
        }
    }

    @Test func theConverterReports() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let folder = try TemporaryFolder()
        let arguments = ["--base", golden.baseFolder.path, "--adapter", golden.adapterFolder.path]
        let outcome = try Executable.convert.run(
            arguments + ["-o", folder.path("a.gguf"), "--json", "--report", folder.path("report.json")])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        let report = try Self.object(outcome.standardOutput)
        #expect(try #require(report["fusion_difference"] as? Double) < 1e-6)
        #expect(try Data(contentsOf: folder.url.appendingPathComponent("report.json")) == Data(outcome.output))
        // The default is int8, and the same inputs give the same bytes, whatever the files are called.
        let again = try Executable.convert.run(arguments + ["--weights", "int8", "-o", folder.path("b.gguf")])
        #expect(again.status == 0)
        #expect(again.standardOutput.contains("attention"))
        #expect(FileManager.default.contentsEqual(atPath: folder.path("a.gguf"), andPath: folder.path("b.gguf")))
        #expect(try folder.names() == ["a.gguf", "b.gguf", "report.json"])
    }

    @Test func modelsAreLookedFor() throws {
        let (_, model, paths) = try Self.model("gpt2-plain")
        let home = try TemporaryFolder()
        try home.copy(model.path, as: "sound.gguf")
        func run(_ environment: [String: String], folder: String) throws -> Executable.Outcome {
            try Executable.tacit.run(
                ["classify", "--json", paths[0]], environment: environment.merging(["HOME": "/nonexistent"]) { $1 },
                folder: folder)
        }
        #expect(try run(["TACIT_MODELS": home.path], folder: "/").status == 0)
        let elsewhere = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: elsewhere.path("models"), withIntermediateDirectories: false)
        try FileManager.default.createDirectory(atPath: elsewhere.path("tacit"), withIntermediateDirectories: false)
        let nowhere = try run([:], folder: elsewhere.path)
        #expect(nowhere.status == 66)
        #expect(nowhere.errorLines.count == 1)
        #expect(nowhere.standardError.contains("models/sound.gguf"))
        try elsewhere.copy(model.path, as: "tacit/sound.gguf")
        #expect(try run(["XDG_DATA_HOME": elsewhere.path], folder: "/").status == 0)
        try elsewhere.copy(model.path, as: "models/sound.gguf")
        #expect(try run([:], folder: elsewhere.path).status == 0)
    }

    /// What OpenBLAS computes otherwise on another processor, or with other threads, is in none of the bytes.
    @Test(arguments: [["--weights", "int4", "--method", "gptq"], ["--weights", "mixed", "--budget", "9"]])
    func theSameBytesOnEveryProcessor(flags: [String]) throws {
        let folder = try TemporaryFolder()
        let base = try GoldenCase(name: "llama-biased-patterns").baseFolder.path
        var models: [Data] = []
        for (index, environment) in [
            [:], ["OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Prescott"],
            ["OPENBLAS_NUM_THREADS": "4", "OPENBLAS_CORETYPE": "Haswell"],
        ].enumerated() {
            let path = folder.path("\(index).gguf")
            let outcome = try Executable.convert.run(["--base", base, "-o", path] + flags, environment: environment)
            #expect(outcome.status == 0, "\(outcome.standardError)")
            models.append(try Data(contentsOf: URL(fileURLWithPath: path)))
        }
        #expect(models[1] == models[0] && models[2] == models[0])
    }

    /// Matrices of several encodings: none of them is said to be that of all.
    @Test func mixedWeightsAreShown() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("model.gguf")
        let base = try GoldenCase(name: "gpt2-odd-logmel").baseFolder.path
        let converted = try Executable.convert.run(
            ["--base", base, "--weights", "mixed", "--budget", "12", "--json", "-o", path])
        #expect(converted.status == 0, "\(converted.standardError)")
        let report = try Self.object(converted.standardOutput)
        #expect(report["bits"] is NSNull)
        let bits = try #require(report["bits_per_weight"] as? Double)
        #expect(bits > 4 && bits <= 12)
        let shown = try Self.object(Executable.tacit.run(["show", "--json", path]).standardOutput)
        #expect(shown["weights"] as? String == "mixed" && shown["bits"] is NSNull)
        let lines = try Executable.tacit.run(["show", path]).outputLines
        #expect(lines.contains { $0.hasPrefix("weights     mixed: ") && $0.contains("in int4, groups of 32") })
        #expect(try Executable.tacit.run(["verify", path]).status == 0)

        let refused = try Executable.convert.run(
            ["--base", base, "--weights", "mixed", "--budget", "3", "-o", folder.path("other.gguf")])
        #expect(refused.status == 64)
        #expect(
            refused.standardError.hasPrefix("tacit-convert: --budget: 3.0 bits a weight, but this trunk takes at least")
        )
        let deep = try Executable.convert.run(["--base", base, "--layers", "99", "-o", folder.path("other.gguf")])
        #expect(
            deep.status == 64 && deep.standardError.hasPrefix("tacit-convert: --layers: 99 asked for, but the base "))
    }
}
