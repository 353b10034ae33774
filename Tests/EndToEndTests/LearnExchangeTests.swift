import Foundation
import TacitTestSupport
import Testing

/// Learned labels that go from one file to another, and from one model to another.
@Suite struct LearnExchangeTests: TeachesLabels {
    let place: TeachingPlace

    init() throws { place = try TeachingPlace() }

    private func sound(_ seed: UInt64) throws -> String { try sound("\(seed).wav", noise(seed)) }

    /// Name, examples and corrections of each label, as `--list` says it.
    private func list(_ file: String? = nil) throws -> [String] {
        try learn(["--list"], file: file).outputLines.filter { !$0.hasPrefix("background: ") }
    }

    @Test func correctionsGoWithTheirLabels() throws {
        let other = folder.path("other.labels")
        try learn(["--background", sound(8)])
        try learn(["bell", sound(1), sound(2)])
        try learn(["--not", "bell", sound(3)])
        try learn(["horn", sound(4), sound(5)])
        try learn(["--not", golden.labels[0], sound(6), sound(7)])
        try learn(["--export", other, "bell", "bell"])
        #expect(try list(other).map { $0.prefix { $0 != "," } } == ["bell  2 examples"])
        #expect(try list(other).first?.contains(" 1 correction") == true)
        try learn(["--export", other])
        // How like one another examples are is told among those that are there.
        func counts(_ file: String? = nil) throws -> [Substring] {
            try list(file).map { $0.prefix(upTo: $0.range(of: "correction")?.upperBound ?? $0.endIndex) }
        }
        #expect(try counts(other) == counts() && counts().count == 3)
        // What was taken over once is there.
        let new = folder.path("new.labels")
        try learn(["--import", other], file: new)
        let once = try bytes(new)
        #expect(try counts(new) == counts())
        try learn(["--import", other], file: new)
        try learn(["--import", new], file: new)
        #expect(try bytes(new) == once)
        let before = try bytes(labels)
        try learn(["--import", other])
        #expect(try bytes(labels) == before)
    }

    @Test func nothingIsWrittenOverWhatWasRead() throws {
        try learn(["bell", sound(1)])
        try learn(["horn", sound(2)])
        let (before, weights) = try (bytes(labels), bytes(model.path))
        let link = folder.path("link.labels")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: labels)
        let sound = try sound(1)
        for path in [labels, folder.path("./my.labels"), link, model.path, sound] {
            let outcome = try learn(["--export", path, "bell"], status: 73)
            #expect(outcome.errorLines.count == 1 && outcome.output.isEmpty)
        }
        #expect(try bytes(labels) == before && bytes(model.path) == weights)
    }

    @Test func aLinkStaysOne() throws {
        let target = try folder.write("real/my.labels", [])
        try FileManager.default.removeItem(atPath: target)
        try learn(["bell", sound(1)], file: target)
        try FileManager.default.createSymbolicLink(atPath: labels, withDestinationPath: "real/my.labels")
        try learn(["horn", sound(2)])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: labels) == "real/my.labels")
        #expect(try list(target).count == 2)
    }

    /// The model of two labels is another than that of three.
    @Test func aLabelThatTheNewModelLacksNeedsNoCorrection() throws {
        let fewer = try GoldenCase(name: "llama-learned")
        let gone = try #require(golden.labels.first { !fewer.labels.contains($0) })
        let newer = try ConvertedModel(fewer)
        try learn(["bell", sound(1), sound(2)])
        try learn(["--not", gone, sound(3)])
        try learn(["--not", fewer.labels[0], sound(4)])
        let other = try folder.copy(labels, as: "other.labels")
        let outcome = try learn(["--renew"], model: newer.path)
        #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("my.labels: \(gone): "))
        #expect(try list().count == 2)
        let taken = try learn(["--import", other], file: folder.path("new.labels"), model: newer.path)
        #expect(taken.errorLines.count == 1 && taken.standardError.contains("other.labels: \(gone): "))
        #expect(try list(folder.path("new.labels")).count == 2)
    }

    /// Whatever a label in another's file is called, what is said of it is a line, without a terminal's codes.
    @Test func aNameThatWouldSpoilALine() throws {
        let name = "x\ny\u{1b}[31m"
        let hostile = try ConvertedModel(GoldenCase(name: "llama-learned"), labels: [name])
        try learn(["--not", name, sound(1)], model: hostile.path)
        try learn(["bell", sound(2)], model: hostile.path)
        let outcome = try learn(["--import", labels], file: folder.path("new.labels"))
        #expect(outcome.errorLines.count == 1 && !outcome.errors.contains(0x1b))
        #expect(outcome.standardError.contains(#"my.labels: x\u{a}y\u{1b}[31m: "#))
    }

    /// Nothing is left out by what does not happen.
    @Test func whatIsNotRenewedLeavesNothingOut() throws {
        let fewer = try GoldenCase(name: "llama-learned")
        let newer = try ConvertedModel(fewer)
        let gone = try #require(golden.labels.first { !fewer.labels.contains($0) })
        try learn(["bell", sound(1), "--no-clips"])
        try learn(["--not", gone, sound(2)])
        let before = try bytes(labels)
        for task in [["--renew"], ["--import", labels]] {
            let file = task.count > 1 ? folder.path("new.labels") : labels
            let outcome = try learn(task, file: file, model: newer.path, status: 65)
            #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("nothing was changed"))
        }
        #expect(try bytes(labels) == before)
    }

    @Test func aLabelThatTheNewModelHasIsNotTaughtToIt() throws {
        let fewer = try ConvertedModel(GoldenCase(name: "llama-learned"))
        let name = try #require(golden.labels.last)
        try learn([name, sound(1)], model: fewer.path)
        let before = try bytes(labels)
        let outcome = try learn(["--renew"], status: 65)
        #expect(outcome.errorLines.count == 1 && outcome.standardError.contains("my.labels: \(name): "))
        #expect(try bytes(labels) == before)
    }

    /// A label is not lost to an import, nor a part of what it was taught by.
    @Test func allExamplesOfALabelComeOrNone() throws {
        let newer = try ConvertedModel(GoldenCase(name: "llama-learned"))
        try learn(["bell", sound(1), sound(2)])
        try learn(["bell", sound(3), "--no-clips"])
        let outcome = try learn(["--import", labels], file: folder.path("new.labels"), model: newer.path, status: 65)
        #expect(outcome.errorLines.count == 1)
        #expect(
            outcome.standardError.contains(
                "my.labels: bell: was taught to another model, and 1 of its 3 examples have no clip"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("new.labels")))
        for option in ["--import", "--export"] { try learn([option, ""], status: 64) }
    }

    @Test func aLinkToWhatIsNotThereYetMakesIt() throws {
        let target = try folder.write("real/my.labels", [])
        try FileManager.default.removeItem(atPath: target)
        try FileManager.default.createSymbolicLink(atPath: labels, withDestinationPath: "real/my.labels")
        try learn(["horn", sound(2)])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: labels) == "real/my.labels")
        #expect(try list(target).count == 1)
    }

    /// What is learned does not hang on who reads of it.
    @Test func aReaderThatIsGoneHindersNothing() throws {
        let sounds = try (1...4).map { try sound($0) }
        let outcome = try Executable.shell.run(
            ["-c", "\"$@\" | true", "sh", Executable.tacit.path, "learn", model.path, "bell"] + sounds + [
                "--labels", labels,
            ])
        #expect(outcome.status == 0 && outcome.standardError.isEmpty)
        #expect(try list().first?.hasPrefix("bell  4 examples") == true)
    }

    /// Nor on whether it can be told, for people or as JSON: who asked is told that it was learned even so.
    @Test(arguments: [">/dev/full", ">&-"], [[], ["--json"]])
    func anOutputThatFailsHindersNothing(output: String, format: [String]) throws {
        func learn(_ arguments: [String], output: String) throws -> Executable.Outcome {
            try Executable.shell.run(
                ["-c", "exec \"$@\" \(output)", "sh", Executable.tacit.path, "learn", model.path] + arguments
                    + ["--labels", labels] + format)
        }
        for (task, count) in [(["bell", try sound(1), try sound(2)], 2), (["bell", try sound(3)], 3)] {
            let outcome = try learn(task, output: output)
            #expect(outcome.status == 73 && outcome.errorLines.count == 1)
            #expect(outcome.standardError.contains("standard output: "))
            #expect(outcome.standardError.contains("; \(labels) was changed all the same"))
            #expect(try list().map { $0.prefix { $0 != "," } } == ["bell  \(count) examples"])
        }
        // Where nothing was to be changed, nothing is said of that.
        let outcome = try learn(["--list"], output: output)
        #expect(outcome.status == 73 && outcome.errorLines.count == 1 && !outcome.standardError.contains("changed"))
    }

    @Test func aNameIsText() throws {
        let script = "\"$0\" learn \"$1\" \"$(printf 'caf\\351')\" \"$2\" --labels \"$3\""
        let outcome = try Executable.shell.run(["-c", script, Executable.tacit.path, model.path, sound(1), labels])
        #expect(outcome.status == 64 && outcome.standardError.contains("UTF-8"))
        #expect(!FileManager.default.fileExists(atPath: labels))
    }
}
