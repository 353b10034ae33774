import Foundation
import TacitTestSupport
import Testing

/// `[label.NAME]` of labels that are taught while the stream runs: what it says holds from their first reading on.
@Suite struct TaughtLabelTermsTests {
    private let inputs: SeveralInputs
    private let labels: String
    private let sound: String

    init() throws {
        inputs = try SeveralInputs()
        labels = inputs.folder.path("my.labels")
        sound = try #require(inputs.firstKeys.first { $0.key == "input" }).value
        try learn("one")
    }

    private func learn(_ name: String) throws {
        let outcome = try Executable.tacit.run(["learn", inputs.first.path, name, sound, "--labels", labels])
        try #require(outcome.status == 0, "\(outcome.standardError)")
    }

    private func score(of label: String, in line: String) -> Double? {
        guard line.contains(#""type":"labels""#), let start = line.range(of: "\"label\":\"\(label)\",\"score\":") else {
            return nil
        }
        return Double(line[start.upperBound...].prefix { "0123456789.e-".contains($0) })
    }

    /// Whoever taught a label knew of no group: that it has a group's name keeps nothing from starting.
    @Test func aLabelWithTheNameOfAGroupIsNotSaid() throws {
        for label in [inputs.labels[0], "kettle"] {
            let text =
                inputs.table(inputs.all[0], "labels = \"\(labels)\"") + "[label.\"\(label)\"]\ngroup = \"one\"\n"
            let warning = "tacit: \(inputs.all[0].name): \(labels): not said, for a group has the name: one"
            let check = try Executable.tacit.run(["check", try inputs.write(text)])
            #expect(check.status == 0 && check.errorLines == [warning], "\(check.standardError)")
            let run = try inputs.run(text)
            #expect(run.status == 0 && run.errorLines.contains(warning), "\(run.standardError)")
            let readings = run.outputLines.filter { $0.contains(#""type":"labels""#) }
            #expect(!readings.isEmpty && !readings.contains { $0.contains(#""label":"one""#) })
        }
        // Without the group it is said.
        let run = try inputs.run(inputs.table(inputs.all[0], "labels = \"\(labels)\""))
        #expect(run.standardOutput.contains(#""label":"one","score""#))
    }

    /// Labels are forgotten while a stream runs, and a board has to begin again after that.
    @Test(arguments: [
        ("only", "one,two", 1), ("only", "two", 1), ("except", "two", 1), ("only", "one", 0), ("except", "one", 0),
    ])
    func aForgottenLabelThatIsNamed(key: String, names: String, awaited: Int) throws {
        let text = inputs.table(inputs.all[0], "labels = \"\(labels)\"\n\(key) = \"\(names)\"")
        let place = text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.hasPrefix(key) }
        for command in ["check", "run"] {
            let outcome = try Executable.tacit.run([command, try inputs.write(text)])
            #expect(outcome.status == 0, "\(outcome.standardError)")
            let said = outcome.errorLines.filter {
                $0.contains("settings.toml:\((place ?? 0) + 1):1: \(key): 'two' is no label now: this holds once")
            }
            #expect(said.count == awaited, "\(outcome.standardError)")
        }
        // What can never be said is refused as ever, and so is a name where no labels come.
        for table in [
            inputs.table(inputs.all[0], "labels = \"\(labels)\"\nonly = \"two\"\nexcept = \"two\""),
            inputs.table(inputs.all[0], "\(key) = \"two\""),
        ] {
            #expect(try Executable.tacit.run(["check", try inputs.write(table)]).status == 65)
        }
    }

    /// It is said from its first reading on, alone, and in its group.
    @Test func whatIsNamedAndComesIsSaid() throws {
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let keys: SeveralInputs.Keys =
            inputs.firstKeys.filter { $0.key != "input" } + [
                ("command", "sh -c 'while cat \(raw); do sleep 0.1; done'"), ("raw", "true"), ("labels", labels),
                ("only", "two,three"), ("except", "four"),
            ]
        let run = try LiveRun(
            .tacit,
            [
                "run", "--json",
                try inputs.write(
                    SeveralInputs.table("ear", inputs.first.path, keys) + "[label.three]\ngroup = \"some\"\n"),
            ])
        let first = try #require(run.readLine(), "\(run.standardError)")
        #expect(first.contains(#""labels":[]"#), "\(first)")
        for name in ["four", "three", "two"] {
            try learn(name)
            let said = "tacit: ear: \(labels): labels were taught anew; new: \(name)"
            #expect(waitUntil { run.standardError.contains(said) }, "\(run.standardError)")
        }
        var lines: [String] = []
        func isThere(_ part: String) -> Bool { lines.contains { $0.contains(part) } }
        for _ in 0..<200_000
        where !(isThere(#""state":"on","label":"some""#) && isThere(#""state":"on","label":"two""#)) {
            lines = lines.suffix(100) + [try #require(run.readLine(), "\(run.standardError)")]
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(!isThere(#""label":"one""#) && !isThere(#""label":"four""#))
    }

    @Test func quietAndGroupHoldAtOnce() throws {
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let keys: SeveralInputs.Keys =
            inputs.firstKeys.filter { $0.key != "input" } + [
                ("command", "sh -c 'while cat \(raw); do sleep 0.1; done'"), ("raw", "true"), ("labels", labels),
            ]
        let terms = """
            [label.two]
            quiet = "00:00-24:00"
            [label.three]
            group = "some"

            """
        let run = try LiveRun(
            .tacit,
            ["run", "--json", try inputs.write(SeveralInputs.table("ear", inputs.first.path, keys) + terms)])
        _ = try #require(run.readLine(), "\(run.standardError)")
        for name in ["two", "three"] {
            try learn(name)
            let said = "tacit: ear: \(labels): labels were taught anew; new: \(name)"
            #expect(waitUntil { run.standardError.contains(said) }, "\(run.standardError)")
        }
        var lines: [String] = []
        var (isHeard, isTold) = (false, false)
        for _ in 0..<200_000 where !(isHeard && isTold) {
            let line = try #require(run.readLine(), "\(run.standardError)")
            lines.append(line)
            // Above the threshold, so that it would make an event.
            if let score = score(of: "two", in: line), score > 0.31 { isHeard = true }
            if line.contains(#""state":"on","label":"some""#) { isTold = true }
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(isHeard && isTold)
        let events = try ResultLine.lines(lines).filter { $0.type == "event" }
        #expect(!events.contains { ["two", "three"].contains($0.label) })
    }
}
