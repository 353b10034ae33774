import Foundation
import TacitTestSupport
import Testing

/// `tacit learn`, and learned labels in what other commands print.
@Suite struct LearnTests: TeachesLabels {
    let place: TeachingPlace

    init() throws { place = try TeachingPlace(weights: "int8") }

    /// A tone, or noise where there is no frequency, and a little noise of its own with each seed.
    @discardableResult
    private func sound(_ frequency: Double?, seed: UInt64) throws -> String {
        var random = RandomNumbers(seed: seed)
        let samples = (0..<800).map { index in
            let tone = frequency.map { 9000 * sin(2 * .pi * $0 * Double(index) / Double(golden.sampleRate)) }
            return Int16(
                (tone ?? Double.random(in: -9000...9000, using: &random))
                    + Double.random(in: -300...300, using: &random))
        }
        return try folder.write(
            "\(frequency.map { "\(Int($0))" } ?? "noise")-\(seed).wav",
            WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
    }

    private func sounds(_ frequency: Double?, _ seeds: Range<UInt64>) throws -> [String] {
        try seeds.map { try sound(frequency, seed: $0) }
    }

    private struct Listed: Decodable, Equatable {
        var name: String
        var examples: Int
        var corrections: Int
        var threshold: Float?
        var learned: Bool
    }

    private func list(_ file: String? = nil) throws -> [Listed] {
        let outcome = try tried(["--list", "--json"], file: file)
        try #require(outcome.status == 0, "\(outcome.standardError)")
        return try outcome.outputLines.map { try JSONDecoder().decode(Listed.self, from: Data($0.utf8)) }
    }

    private func listed(_ name: String, _ examples: Int, _ corrections: Int = 0) -> Listed {
        Listed(name: name, examples: examples, corrections: corrections, threshold: 0.5, learned: true)
    }

    private var bytes: Data {
        get throws { try Data(contentsOf: URL(fileURLWithPath: labels)) }
    }

    // MARK: What is learned

    @Test func aLabelIsLearnedAndHeard() throws {
        try learn(["--background"] + sounds(nil, 50..<53))
        try learn(["bell"] + sounds(1000, 1..<6))
        try learn(["horn"] + sounds(300, 1..<6))
        #expect(try list() == [listed("bell", 5), listed("horn", 5)])
        // Not one that was taught by.
        for (frequency, name) in [(1000.0, "bell"), (300.0, "horn")] {
            let path = try sound(frequency, seed: 99)
            let outcome = try Executable.tacit.run([
                "classify", model.path, path, "--labels", labels, "--json", "--top", "0", "--logits",
            ])
            let line = try #require(try ResultLine.lines(of: outcome).first)
            let scores = line.scores(of: golden.labels + ["bell", "horn"])
            #expect(scores.allSatisfy { $0 != nil })
            #expect(try #require(line.scores(of: [name])[0]) > 0.5)
            #expect(try #require(line.scores(of: [name == "bell" ? "horn" : "bell"])[0]) < 0.5)
            #expect(outcome.standardOutput.contains("{\"label\":\"\(name)\",\"score\":"))
            #expect(outcome.standardOutput.components(separatedBy: "\"learned\":true").count == 3)
            // The model's own logits are what they are without.
            let plain = try Executable.tacit.run(["classify", model.path, path, "--json", "--logits"])
            let own = try #require(try ResultLine.lines(of: plain).first?.logits)
            let taught = try #require(line.logits)
            #expect(taught.prefix(own.count).map(\.bitPattern) == own.map(\.bitPattern))
            #expect(!plain.standardOutput.contains("learned"))
        }
        let noise = try Executable.tacit.run([
            "classify", model.path, try sound(nil, seed: 77), "--labels", labels, "--json", "--top", "0",
        ])
        let quiet = try #require(try ResultLine.lines(of: noise).first)
        #expect(quiet.scores(of: ["bell", "horn"]).allSatisfy { ($0 ?? 1) < 0.5 })
    }

    @Test func aStreamHasEventsOfIt() throws {
        try learn(["--background"] + sounds(nil, 50..<53))
        try learn(["bell"] + sounds(1000, 1..<6))
        var random = RandomNumbers(seed: 5)
        let rate = Double(golden.sampleRate)
        let samples = (0..<24_000).map { index in
            let isOn = (8_000..<16_000).contains(index)
            return isOn
                ? Int16(
                    9000 * sin(2 * .pi * 1000 * Double(index) / rate) + Double.random(in: -300...300, using: &random))
                : Int16.random(in: -9000...9000, using: &random)
        }
        let arguments = [
            "listen", model.path, "--input", "-", "--labels", labels, "--json", "--hop", "0.06", "--only", "bell",
        ]
        let outcome = try Executable.tacit.run(arguments, input: Sounds.raw(samples))
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let events = try ResultLine.lines(of: outcome).filter { $0.type == "event" }
        #expect(events.first?.state == "on" && events.first?.label == "bell")
        #expect(try #require(events.first?.time) > 1 && #require(events.first?.time) < 1.3)
        #expect(outcome.standardOutput.contains("\"label\":\"bell\",\"learned\":true"))
        // The same with any number of threads and on any instruction set.
        let all = outcome.outputLines.map(withoutClocks)
        for flags in [["--threads", "2"], ["--weights-isa", "portable"]] {
            let again = try Executable.tacit.run(arguments + flags, input: Sounds.raw(samples))
            #expect(again.outputLines.map(withoutClocks) == all, "\(flags)")
            // And so is what is learned.
            let other = folder.path("\(flags[1]).labels")
            #expect(try tried(["--background"] + sounds(nil, 50..<53) + flags, file: other).status == 0)
            #expect(try tried(["bell"] + sounds(1000, 1..<6) + flags, file: other).status == 0)
            #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == bytes)
        }
    }

    @Test func aCorrectionIsHeeded() throws {
        let wrong = try sounds(300, 1..<6)
        let path = try sound(300, seed: 99)
        func score(_ name: String, _ flags: [String]) throws -> Float {
            let outcome = try Executable.tacit.run(["classify", model.path, path, "--json", "--logits"] + flags)
            let logits = try #require(try ResultLine.lines(of: outcome).first?.logits)
            return logits[try #require(golden.labels.firstIndex(of: name))]
        }
        let name = golden.labels[0]
        let before = try score(name, [])
        try learn(["--not", name] + wrong)
        #expect(try list() == [Listed(name: name, examples: 0, corrections: 5, threshold: nil, learned: false)])
        #expect(try score(name, ["--labels", labels]) < before - 1)
        #expect(try score(golden.labels[1], ["--labels", labels]) == score(golden.labels[1], []))
        try learn(["--forget", name])
        #expect(try list() == [])
        #expect(try score(name, ["--labels", labels]) == before)
    }

    @Test func evalMeasuresLearnedLabels() throws {
        for (frequency, name) in [(1000.0, "bell"), (300.0, "horn")] {
            try learn([name] + sounds(frequency, 1..<6))
            for seed in 20..<24 as Range<UInt64> {
                try folder.copy(try sound(frequency, seed: seed), as: "x-\(name)-\(seed).wav")
                try folder.write(
                    "set/\(name)/\(seed).wav",
                    Data(contentsOf: URL(fileURLWithPath: folder.path("x-\(name)-\(seed).wav"))))
            }
        }
        let outcome = try Executable.tacit.run([
            "eval", model.path, "--labels", labels, "--dataset", "folder:\(folder.path("set"))", "--json",
        ])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        #expect(outcome.standardOutput.contains("\"count\":8,\"accuracy\":1.0,"), "\(outcome.standardOutput)")
    }

    // MARK: What becomes of a file of labels

    @Test func forgottenRenamedExportedImported() throws {
        try learn(["bell"] + sounds(1000, 1..<4))
        let one = try bytes
        try learn(["horn"] + sounds(300, 1..<4))
        try learn(["--rename", "horn", "hoot"])
        #expect(try list().map(\.name) == ["bell", "hoot"])
        let two = try bytes
        let other = folder.path("other.labels")
        try learn(["--export", other, "hoot"])
        #expect(try list(other) == [listed("hoot", 3)])
        try learn(["--forget", "hoot"])
        #expect(try bytes == one)
        try learn(["--import", other])
        #expect(try bytes == two)
        try learn(["--export", other])
        #expect(try list(other) == list())
        let again = try tried(["bell", try sound(1000, seed: 9), try sound(1000, seed: 10)])
        #expect(again.status == 0)
        #expect(try list().first == listed("bell", 5))
    }

    @Test func aNewerModelIsTaughtTheSame() throws {
        let newer = try ConvertedModel(golden)
        try learn(["--background"] + sounds(nil, 50..<52))
        try learn(["bell"] + sounds(1000, 1..<4))
        try learn(["--not", golden.labels[0]] + sounds(300, 1..<3))
        let before = try bytes
        let refused = try tried(["horn", try sound(300, seed: 7)], model: newer.path)
        #expect(refused.status == 65 && refused.errorLines.count == 1)
        for command in ["classify", "embed"] where command == "classify" {
            let outcome = try Executable.tacit.run([command, newer.path, try sound(300, seed: 8), "--labels", labels])
            #expect(outcome.status == 65 && outcome.output.isEmpty && outcome.errorLines.count == 1)
            #expect(outcome.standardError.contains("--renew"))
        }
        #expect(try bytes == before)
        #expect(try tried(["--renew"], model: newer.path).status == 0)
        // The same as if the newer one had been taught at first.
        let fresh = folder.path("fresh.labels")
        for arguments in [
            try ["--background"] + sounds(nil, 50..<52), try ["bell"] + sounds(1000, 1..<4),
            try ["--not", golden.labels[0]] + sounds(300, 1..<3),
        ] {
            #expect(try tried(arguments, file: fresh, model: newer.path).status == 0)
        }
        #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: fresh)))
    }

    /// There is nothing to correct then; all else is taught anew, and what is left out is told.
    @Test func correctionsOfALabelThatTheNewerModelDoesNotHave() throws {
        let newer = try ConvertedModel(GoldenCase(name: "llama-learned"))
        let gone = try #require(golden.labels.last)
        try learn(["bell"] + sounds(1000, 1..<4))
        try learn(["--not", gone] + sounds(300, 1..<3))
        try learn(["--not", golden.labels[0]] + sounds(300, 3..<5))
        try learn(["--not", "bell"] + sounds(300, 5..<6))
        let outcome = try tried(["--renew"], model: newer.path)
        #expect(outcome.status == 0)
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.errorLines.first?.hasPrefix("tacit: \(labels): \(gone): ") == true)
        #expect(outcome.errorLines.first?.hasSuffix(" has no such label, and so its corrections are left out") == true)
        let fresh = folder.path("fresh.labels")
        for arguments in [
            try ["bell"] + sounds(1000, 1..<4), try ["--not", golden.labels[0]] + sounds(300, 3..<5),
            try ["--not", "bell"] + sounds(300, 5..<6),
        ] {
            #expect(try tried(arguments, file: fresh, model: newer.path).status == 0)
        }
        #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: fresh)))
    }

    /// An earlier model that labels were taught to, kept beside the one that took its place, is used for them.
    @Test func anEarlierModelThatIsKeptGoesOn() throws {
        let path = try sound(1000, seed: 99)
        func scores(_ model: String) throws -> String {
            let outcome = try Executable.tacit.run(["classify", model, path, "--labels", labels, "--logits", "--json"])
            try #require(outcome.status == 0, "\(outcome.standardError)")
            return outcome.standardOutput.replacing(/"inference_ms":[0-9.e-]+/, with: "")
        }
        try learn(["bell"] + sounds(1000, 1..<4))
        let before = try scores(model.path)
        func digest(_ model: String) throws -> String {
            let shown = try Executable.tacit.run(["show", model, "--json"]).standardOutput
            return String(try #require(shown.firstMatch(of: /"digest":"([0-9a-f]{64})"/)).1)
        }
        let newer = try ConvertedModel(golden)
        let now = try folder.copy(newer.path, as: "now.gguf")
        #expect(try digest(now) != digest(model.path))
        try folder.write(
            "kept/\(digest(model.path))/now.gguf", Data(contentsOf: URL(fileURLWithPath: model.path)))
        #expect(try scores(now) == before)
        let more = try tried(["horn"] + sounds(300, 1..<4), model: now)
        #expect(more.status == 0, "\(more.standardError)")
        let settings = try folder.write(
            "tacit.toml",
            "[[input]]\nname = \"x\"\nmodel = \"\(now)\"\nlabels = \"\(labels)\"\ninput = \"\(path)\"\n".utf8)
        let run = try Executable.tacit.run(["check", settings])
        #expect(run.status == 0, "\(run.standardError)")
        // Taught anew, they belong to what is there now.
        #expect(try tried(["--renew"], model: now).status == 0)
        #expect(try scores(now) != before)
        // Another name's are not these.
        let other = try folder.copy(now, as: "other.gguf")
        #expect(try tried(["bell", path], model: other).status == 0)
        #expect(try tried(["bell", path], model: model.path).status == 65)
    }

    @Test func withoutClipsThereIsLessAndNoRenewal() throws {
        let newer = try ConvertedModel(golden)
        let small = folder.path("small.labels")
        try learn(["bell"] + sounds(1000, 1..<4))
        #expect(try tried(["bell", "--no-clips"] + sounds(1000, 1..<4), file: small).status == 0)
        let before = try Data(contentsOf: URL(fileURLWithPath: small))
        #expect(try before.count < bytes.count - 3 * 1000)
        let outcome = try tried(["--renew"], file: small, model: newer.path)
        #expect(outcome.status == 65 && outcome.standardError.contains("3 examples have no clip"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: small)) == before)
    }

    @Test func twoWhoLearnAtOnceBothHaveLearned() async throws {
        let paths = try sounds(1000, 1..<3)
        try await withThrowingTaskGroup(of: Int32?.self) { group in
            for index in 0..<8 {
                group.addTask { try tried(["label \(index)"] + paths).status }
            }
            for try await status in group { #expect(status == 0) }
        }
        #expect(try Set(list().map(\.name)) == Set((0..<8).map { "label \($0)" }))
    }

    /// A command that is killed changes nothing, or all that it was to change.
    @Test func killedInBetween() throws {
        var known = Set(["bell"])
        let paths = try sounds(1000, 1..<3)
        try learn(["bell"] + paths)
        var random = RandomNumbers(seed: 3)
        var killed = 0
        var index = 0
        // On, until one was still running when it was killed: how long they take depends on the machine.
        while index < 25 || killed == 0 && index < 200 {
            defer { index += 1 }
            let name = "label \(index)"
            let run = try LiveRun(.tacit, ["learn", model.path, name, "--labels", labels] + paths)
            usleep(UInt32.random(in: 0...30_000, using: &random))
            run.send(signal: SIGKILL)
            killed += run.finish() == nil ? 1 : 0
            let found = Set(try list().map(\.name))
            #expect(found == known || found == known.union([name]))
            known = found
        }
        #expect(killed > 0)
        // What a killed one left is no hindrance.
        try learn(["last"] + paths)
    }

    @Test func everyFlippedByteIsOneLineAnd65() throws {
        try learn(["bell", "--no-clips", try sound(1000, seed: 1)])
        let good = try bytes
        // All of what it says of itself, and some of the rest: LearningTests tries every byte.
        let places = Array(0..<600) + stride(from: 601, to: good.count, by: 997)
        for place in places {
            var spoilt = good
            spoilt[place] ^= 0x10
            try spoilt.write(to: URL(fileURLWithPath: labels))
            let outcome = try tried(["--list"])
            #expect(outcome.status == 65 && outcome.output.isEmpty && outcome.errorLines.count == 1, "byte \(place)")
            #expect(outcome.standardError.contains("my.labels"))
        }
    }

    // MARK: What can't be

    @Test func whatMakesNoSense() throws {
        let path = try sound(1000, seed: 1)
        for arguments in [
            [], ["bell"], ["bell", path, "--not", "--background"], ["bell", path, "--device", "x"], ["--list", "bell"],
            ["--rename", "bell"], ["--forget", "bell", "--list"], [golden.labels[0], path], ["a\nb", path], ["", path],
            ["--not", "bell", path], [String(repeating: "x", count: 300), path],
            ["bell", "--device", "x", "--examples", "0"], ["bell", "--device", "x", "--seconds", "0"],
            ["bell", path, "--examples", "3"], ["bell", path, "--seconds", "3"], ["--list", "--seconds", "3"],
        ] {
            let outcome = try tried(arguments)
            #expect(outcome.status == 64, "\(arguments) \(outcome.standardError)")
            #expect(outcome.output.isEmpty)
        }
        #expect(!FileManager.default.fileExists(atPath: labels))
        try learn(["bell", path])
        let before = try bytes
        for arguments in [
            ["--rename", "bell", golden.labels[0]], ["--rename", "bell", "bell"], ["--forget", "horn"],
            ["--rename", "horn", "hoot"], ["--export", folder.path("other.labels"), "horn"],
        ] {
            #expect(try tried(arguments).status == 64)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("other.labels")))
        #expect(try bytes == before)
        let without = try Executable.tacit.run(["learn", model.path, "bell", path])
        #expect(without.status == 64 && without.standardError.contains("--labels"))
    }

    @Test func whatIsNotThere() throws {
        let path = try sound(1000, seed: 1)
        for command in ["classify", "listen"] {
            let input = command == "listen" ? ["--input", path] : [path]
            let outcome = try Executable.tacit.run([command, model.path] + input + ["--labels", labels])
            #expect(outcome.status == 66 && outcome.errorLines.count == 1, "\(outcome.standardError)")
            #expect(outcome.standardError.hasSuffix("my.labels: there is no such file: `tacit learn` makes one\n"))
        }
        let other = folder.path("other.labels")
        for arguments in [
            ["--list"], ["--forget", "bell"], ["--rename", "bell", "horn"], ["--renew"], ["--export", other],
        ] {
            let outcome = try tried(arguments)
            #expect(outcome.status == 66 && outcome.errorLines.count == 1, "\(arguments) \(outcome.standardError)")
        }
        #expect(![labels, other].contains { FileManager.default.fileExists(atPath: $0) })
        #expect(try tried(["--import", folder.path("none.labels")]).status == 66)
        #expect(try tried(["bell", path], file: folder.path("none/my.labels")).status == 73)
        #expect(try tried(["bell", "--device", "none"]).status == 69)
        // A bad file has its line, and the good ones are learned.
        let some = try tried(["bell", folder.path("none.wav"), path])
        #expect(some.status == 66 && some.errorLines.count == 1)
        #expect(try list() == [listed("bell", 1)])
        let broken = try folder.write("broken.wav", Array("RIFF".utf8))
        let before = try bytes
        #expect(try tried(["bell", broken]).status == 65)
        #expect(try bytes == before)
        let picture = try tried(["bell", "--camera"])
        #expect(picture.status == 64 && picture.standardError.contains("takes sound"))
    }

    @Test func aModelOfTokensLearnsNothing() throws {
        let tokens = try ConvertedModel(base: golden.baseFolder.path)
        let ids = try folder.write("a.u16", [1, 0, 2, 0])
        let outcome = try tried(["bell", ids], model: tokens.path)
        #expect(outcome.status == 65 && outcome.standardError.contains("tokens"))
    }
}
