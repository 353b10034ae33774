import TacitTestSupport
import Testing

/// `tacit check`: one line for one fault, at the key that has it.
@Suite struct FaultPlaceTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    private func faults(_ text: String) throws -> [String] {
        let outcome = try Executable.tacit.run(["check", try inputs.write(text)])
        #expect(outcome.status == 65 && outcome.output.isEmpty, "\(outcome.standardError)")
        return outcome.errorLines
    }

    /// The engine knows of instruction sets, not of keys.
    @Test func anInstructionSetThatThereIsNot() throws {
        let lines = try faults(inputs.table(inputs.all[0], "weights-isa = \"abacus\""))
        #expect(lines.count == 1)
        #expect(
            lines.allSatisfy { $0.contains("settings.toml:10:1: weights-isa: no instruction set \"abacus\"") },
            "\(lines)")
    }

    /// Of each of a sink's keys, though the command line's parser says one thing at a time.
    @Test func allFaultsOfASink() throws {
        let sinks = """
            [[sink]]
            name = "a"
            to = "jsonl:a"
            rotate-bytes = "10Q"
            rotate-keep = 2
            clip-days = 0
            exec_most = 1
            [[sink]]
            name = "b"
            to = "mqtt://host"
            mqtt-cert-file = "own.pem"
            mqtt-password-file = "password"

            """
        let first = inputs.table(inputs.all[0]).split(separator: "\n", omittingEmptySubsequences: false).count
        let lines = try faults(inputs.table(inputs.all[0]) + sinks)
        let expected: [(line: Int, words: String)] = [
            (3, "The value '10Q' is invalid"), (5, "clip-days must be from"), (6, "exec-most goes with"),
            (10, "mqtt-cert-file and mqtt-key-file"), (11, "mqtt-password-file wants a user"),
        ]
        #expect(lines.count == expected.count, "\(lines)")
        for (line, fault) in zip(lines, expected) {
            #expect(line.contains("settings.toml:\(first + fault.line):1: \(fault.words)"), "\(line)")
        }
    }

    /// What an address says is no flag, and is told as it stands there.
    @Test func dashesInAnAddress() throws {
        let address = "exec:nowhere --loud --exec-most 7"
        let first = inputs.table(inputs.all[0]).split(separator: "\n", omittingEmptySubsequences: false).count
        let lines = try faults(
            inputs.table(inputs.all[0]) + "[[sink]]\nname = \"a\"\nto = \"\(address)\"\nexec-most = 4\n")
        #expect(lines.count == 1, "\(lines)")
        #expect(
            lines.first?.contains("settings.toml:\(first + 2):6: to \(address): there is no program") == true,
            "\(lines)")
    }

    /// A label that may be taught is no fault, and neither is one that was forgotten: what was taught to run must run without
    /// it. Of one that looks like another label a line tells, for it may be that one.
    @Test func aLabelThatIsNotThere() throws {
        let labels = inputs.folder.path("my.labels")
        let sound = try #require(inputs.firstKeys.first { $0.key == "input" }).value
        func learn(_ words: [String]) throws {
            let outcome = try Executable.tacit.run(["learn", inputs.first.path] + words + ["--labels", labels])
            #expect(outcome.status == 0, "\(outcome.standardError)")
        }
        try learn(["doorbell", sound])
        try learn(["doorbells", sound])
        let taught = inputs.table(inputs.all[0], "labels = \"\(labels)\"")
        func label(_ name: String) -> String { "[label.\"\(name)\"]\nthreshold = 0.5\n" }
        for name in ["doorbell", "doorbells", "kettle"] {
            let outcome = try Executable.tacit.run(["check", try inputs.write(taught + label(name))])
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
        }
        try learn(["--forget", "doorbells"])
        let file = try inputs.write(taught + label("doorbells"))
        for command in ["check", "run"] {
            let outcome = try Executable.tacit.run([command, file])
            #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(outcome.standardError)")
            #expect(
                outcome.errorLines.count { $0.contains("label: 'doorbells' is no label now, perhaps 'doorbell': ") }
                    == 1,
                "\(outcome.standardError)")
        }
        let lines = try faults(inputs.table(inputs.all[0]) + label("kettle"))
        #expect(lines.count == 1 && lines[0].contains("no input's model has a label 'kettle'"), "\(lines)")
    }

    /// At the key that has it, be it a label's or the input's.
    @Test func aThresholdThatNeverTurnsOff() throws {
        let one = inputs.all[0]
        func plain(_ more: String) -> String {
            SeveralInputs.table(one.name, one.model, one.keys.filter { $0.key != "threshold" }, more)
        }
        let label = "[label.\"\(inputs.labels[0])\"]\n# Behind a comment.\nthreshold = 0\n"
        let taught = "labels = \"\(inputs.folder.path("my.labels"))\""
        let sound = try #require(inputs.firstKeys.first { $0.key == "input" }).value
        let learned = try Executable.tacit.run(
            ["learn", inputs.first.path, "doorbell", sound, "--labels", inputs.folder.path("my.labels")])
        #expect(learned.status == 0)
        let cases: [(String, String)] = [
            (inputs.table(one) + label, "settings.toml:13:13: threshold: '\(inputs.labels[0])': "),
            (plain("threshold = 0"), "settings.toml:9:1: threshold: with a threshold of 0.0"),
            (plain("off-below = 1e-60"), "settings.toml:9:1: off-below: with a threshold of "),
            (
                inputs.table(one, taught) + "[label.kettle]\nthreshold = 0\n",
                "settings.toml:12:13: threshold: 'kettle': "
            ),
        ]
        for (text, words) in cases {
            let lines = try faults(text)
            #expect(lines.count == 1 && lines.allSatisfy { $0.contains(words) }, "\(text)\n\(lines)")
            #expect(lines.allSatisfy { $0.contains("can never turn off") }, "\(lines)")
        }
    }

    /// What follows from a key that can't be read is not told as well.
    @Test func noFaultOfAFault() throws {
        let (one, file) = (inputs.all[0], inputs.folder.path("x.jsonl"))
        func sink(_ name: String, _ to: String) -> String { "[[sink]]\nname = \"\(name)\"\nto = \(to)\n" }
        let named = inputs.table(one, "to = [\"s\"]")
        let label = "[label.nil]\nthreshold = 0.5\n"
        let cases: [(String, String)] = [
            ("[[input]]\nname = \"a\"\nmodel = 3\n" + label, ":3:9: model: expected a text"),
            ("[[input]]\nname = \"a\"\nsense = 3\n" + label, ":3:9: sense: expected"),
            ("[[input]]\nname = 3\n" + inputs.table(one) + label, ":2:8: name: expected a text"),
            (
                "[[input]]\nname = \"a\"\nmodel = \"\(one.model)\"\ninput = 3\nrealtime = true\n",
                ":4:9: input: expected a text"
            ),
            (inputs.table(one, "labels = 3") + label, ":10:10: labels: expected a text"),
            (
                inputs.table(one) + sink("s", "\"jsonl:\(file)\"") + sink("s", "\"jsonl:\(file)2\""),
                "a sink 's' is there already"
            ),
            (named + sink("s", "3"), ":13:6: to: expected a text"),
            (
                named + sink("s", "\"mqtt://me@host\"") + "mqtt-password-file = 3\n",
                "mqtt-password-file: expected a text"
            ),
        ]
        for (text, words) in cases {
            let lines = try faults(text)
            #expect(lines.count == 1 && lines.allSatisfy { $0.contains(words) }, "\(text)\n\(lines)")
        }
    }

    @Test func aGroupThatIsALabelToBeTaught() throws {
        let labels = inputs.folder.path("my.labels")
        let sound = try #require(inputs.firstKeys.first { $0.key == "input" }).value
        #expect(
            try Executable.tacit.run(["learn", inputs.first.path, "doorbell", sound, "--labels", labels]).status == 0)
        let taught = inputs.table(inputs.all[0], "labels = \"\(labels)\"")
        func terms(_ label: String, _ group: String) -> String { "[label.\"\(label)\"]\ngroup = \"\(group)\"\n" }
        for text in [
            terms("kettle", inputs.labels[0]), terms("doorbell", "kettle") + terms("kettle", "some"),
        ] {
            let lines = try faults(taught + text)
            #expect(lines.count == 1, "\(lines)")
            #expect(lines.allSatisfy { $0.contains(":12:9: group: ") && $0.contains("a name of its own") }, "\(lines)")
        }
    }

    /// What was expected is said, also of values that only the command line's parser looks at.
    @Test func whatWasExpectedIsSaid() throws {
        let raw: SeveralInputs.Keys = [("input", "-"), ("raw", "true"), ("rate", "1.5")]
        let rate = try faults(SeveralInputs.table("a", inputs.first.path, raw))
        #expect(
            rate.count == 1
                && rate.allSatisfy { $0.contains(":6:1: ") && $0.contains("expected a whole number of hertz") },
            "\(rate)")
        let sink = "[[sink]]\nname = \"s\"\nto = \"jsonl:\(inputs.folder.path("x.jsonl"))\"\nrotate_bytes = -3\n"
        let bytes = try faults(inputs.table(inputs.all[0]) + sink)
        #expect(
            bytes.count == 1
                && bytes.allSatisfy { $0.contains(":14:1: ") && $0.contains("expected a whole number of bytes") },
            "\(bytes)")
    }

    /// A program that there is not, as an input as well as in a sink.
    @Test func aProgramThatThereIsNot() throws {
        let lines = try faults(
            SeveralInputs.table("a", inputs.first.path, [("command", "/no/such/program -x"), ("raw", "true")]))
        #expect(lines.count == 1)
        #expect(
            lines.allSatisfy { $0.contains(":4:1: command: /no/such/program: there is no such program") }, "\(lines)")
    }

    @Test func jsonWithoutAStandardOutput() throws {
        let (one, file) = (inputs.all[0], inputs.folder.path("x.jsonl"))
        let sink = "[[sink]]\nname = \"s\"\nto = \"jsonl:\(file)\"\n"
        let lines = try faults(inputs.table(one, "json = true") + sink)
        #expect(lines.count == 1 && lines.allSatisfy { $0.contains(":10:1: json: goes with a sink") }, "\(lines)")
        for text in [
            inputs.table(one, "json = true"), inputs.table(one, "json = false") + sink,
            inputs.table(one, "json = true") + sink + "[[sink]]\nname = \"t\"\nto = \"stdout\"\n",
        ] {
            #expect(try Executable.tacit.run(["check", try inputs.write(text)]).status == 0, "\(text)")
        }
    }

    @Test func aLabelWithoutAName() throws {
        let lines = try faults(inputs.table(inputs.all[0]) + "[label.\"\"]\nthreshold = 0.5\n")
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains("label: expected a name, found an empty one") }, "\(lines)")
    }
}
