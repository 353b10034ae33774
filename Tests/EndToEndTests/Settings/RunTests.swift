import Foundation
import TacitTestSupport
import Testing

/// `tacit run`: several inputs at once, each as if it were alone.
@Suite struct RunTests {
    private let inputs: SeveralInputs

    init() throws { inputs = try SeveralInputs() }

    @Test func oneProcessSaysWhatThreeSay() throws {
        let all = inputs.all
        let file = inputs.folder.path("all.jsonl")
        let outcome = try inputs.run(
            all.map { inputs.table($0) }.joined() + """
                [[sink]]
                name = "out"
                to = "stdout"
                [[sink]]
                name = "file"
                to = "jsonl:\(file)"
                """)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let written = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
        for lines in [outcome.outputLines, written] {
            #expect(SourceLines.areWhole(lines))
            for input in all {
                let alone = try inputs.alone(input)
                #expect(alone.count > 3, "\(input.name)")
                #expect(SourceLines.own(input.name, of: lines) == alone, "\(input.name)")
            }
            #expect(lines.allSatisfy { SourceLines.source(of: $0) != nil })
        }
        try expectPairs(try ResultLine.lines(SourceLines.all("one", of: written)))
    }

    @Test func eachInputGoesWhereItIsTold() throws {
        let all = inputs.all
        let paths = ["x", "y"].map { inputs.folder.path("\($0).jsonl") }
        let outcome = try inputs.run(
            inputs.table(all[0], "to = [\"x\", \"y\"]") + inputs.table(all[1], "to = \"y\"") + """
                [[sink]]
                name = "x"
                to = "jsonl:\(paths[0])"
                [[sink]]
                name = "y"
                to = "jsonl:\(paths[1])"
                """)
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.standardError)")
        let sources = try paths.map { path in
            Set(
                try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
                    SourceLines.source(of: String($0))
                })
        }
        #expect(sources == [["one"], ["one", "two"]])
    }

    @Test func plainLinesBeginWithTheInputsName() throws {
        let path = try inputs.write(inputs.table(inputs.all[0]) + inputs.table(inputs.all[2]))
        let outcome = try Executable.tacit.run(["run", path])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        #expect(outcome.outputLines.count > 10)
        #expect(outcome.outputLines.allSatisfy { $0.hasPrefix("one  ") || $0.hasPrefix("three  ") })
    }

    @Test func whatFailsEndsAlone() throws {
        let all = inputs.all
        let broken = try inputs.folder.write("no.wav", Array("RIFF and nothing".utf8))
        let lost: SeveralInputs.Keys = [("input", inputs.folder.path("none.wav"))]
        let outcome = try inputs.run(
            SeveralInputs.table("lost", inputs.first.path, lost) + inputs.table(all[0])
                + SeveralInputs.table("broken", inputs.second.path, [("input", broken)]) + inputs.table(all[2]))
        for input in [all[0], all[2]] {
            #expect(try SourceLines.own(input.name, of: outcome.outputLines) == (inputs.alone(input)))
        }
        #expect(outcome.errorLines.count == 2, "\(outcome.standardError)")
        #expect(outcome.errorLines.contains { $0.hasPrefix("tacit: lost: ") && $0.contains("none.wav") })
        #expect(outcome.errorLines.contains { $0.hasPrefix("tacit: broken: ") && $0.contains("no.wav") })
        // Whichever of the two came first.
        #expect(outcome.status == 66 || outcome.status == 65)
    }

    @Test func aDeviceThatIsNotThereKeepsNobodyWaiting() throws {
        let run = try LiveRun(
            .tacit,
            [
                "run", "--json",
                try inputs.write(
                    SeveralInputs.table("absent", inputs.first.path, [("device", "hw:no_such_card")])
                        + inputs.table(inputs.all[0])),
            ])
        let alone = try inputs.alone(inputs.all[0])
        var lines: [String] = []
        while lines.count < alone.count { lines.append(try #require(run.readLine())) }
        #expect(SourceLines.own("one", of: lines) == alone)
        // The process waits for the device, which is said.
        #expect(waitUntil { run.standardError.contains("tacit: absent: ") })
        #expect(run.isRunning)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        #expect(run.standardError.components(separatedBy: "tried again").count == 2, "\(run.standardError)")
    }

    @Test func whatComesBackGoesOn() throws {
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let flag = inputs.folder.path("there")
        let program: SeveralInputs.Keys = [
            ("command", "sh -c 'test -e \(flag) || exit 3; cat \(raw); exec sleep 1000'"), ("command-silence", "86400"),
            ("raw", "true"),
        ]
        let run = try LiveRun(
            .tacit,
            [
                "run", "--json",
                try inputs.write(
                    SeveralInputs.table(
                        "late", inputs.first.path, inputs.firstKeys.filter { $0.key != "input" } + program)
                        + inputs.table(inputs.all[0])),
            ])
        let alone = try inputs.alone(inputs.all[0])
        var lines: [String] = []
        while lines.count < alone.count { lines.append(try #require(run.readLine())) }
        #expect(SourceLines.own("one", of: lines) == alone)
        #expect(waitUntil { run.standardError.contains("tried again") }, "\(run.standardError)")
        try inputs.folder.write("there", [])
        let line = try #require(run.readLine())
        #expect(SourceLines.source(of: line) == "late")
        #expect(waitUntil { run.standardError.contains("late: there again") })
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
    }

    @Test func anOutputThatIsGoneEndsAll() throws {
        let path = try inputs.write(inputs.all.map { inputs.table($0) }.joined())
        let nobody = try Executable.shell.run(
            ["-c", "{ \"$0\" run \"$1\" --json; echo $? >&2; } | head -n 1", Executable.tacit.path, path])
        #expect(nobody.outputLines.count == 1 && nobody.errorLines == ["0"], "\(nobody.standardError)")
        let full = try Executable.shell.run(["-c", "\"$0\" run \"$1\" --json > /dev/full", Executable.tacit.path, path])
        #expect(full.status == 73 && full.errorLines.count == 1, "\(full.standardError)")
    }

    /// Whatever is said of an input begins with its name.
    @Test func linesOfAnInputNameIt() throws {
        let short = try inputs.folder.write("short.wav", WaveFile.bytes([1, 2, 3], rate: UInt32(inputs.firstRate)))
        let pictures = inputs.folder.path("pictures")
        try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
        try inputs.folder.write("pictures/no.jpg", Array("no picture".utf8))
        let outcome = try inputs.run(
            SeveralInputs.table("ear", inputs.first.path, [("input", short)])
                + SeveralInputs.table("eye", inputs.pictures.path, [("input", pictures)]))
        #expect(outcome.errorLines.count == 2, "\(outcome.standardError)")
        #expect(
            outcome.errorLines.contains { $0.hasPrefix("tacit: ear: ") && $0.contains("less than one window") },
            "\(outcome.standardError)")
        #expect(
            outcome.errorLines.contains { $0.hasPrefix("tacit: eye: ") && $0.contains("no.jpg") },
            "\(outcome.standardError)")
    }

    @Test func aSignalEndsAllInOrder() throws {
        // A sound that passes as time does, and a program that goes on for ever.
        let model = inputs.first.path
        let common: SeveralInputs.Keys = inputs.firstKeys.filter { $0.key != "input" }
        let raw = try inputs.folder.write("a.raw", Sounds.raw(inputs.samples))
        let command: SeveralInputs.Keys = [
            ("command", "sh -c 'cat \(raw); exec sleep 1000'"), ("command-silence", "86400"), ("raw", "true"),
        ]
        let run = try LiveRun(
            .tacit,
            [
                "run", "--json",
                try inputs.write(
                    SeveralInputs.table("program", model, common + command)
                        + SeveralInputs.table("file", model, inputs.firstKeys + [("realtime", "true")])),
            ])
        var lines: [String] = []
        var on: Set<String> = []
        while on.count < 2 {
            let line = try #require(run.readLine())
            lines.append(line)
            if line.contains(#""state":"on""#), let source = SourceLines.source(of: line) { on.insert(source) }
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        for source in ["program", "file"] {
            try expectPairs(try ResultLine.lines(SourceLines.all(source, of: lines)))
        }
    }

    // MARK: Labels

    @Test func labelsHaveThresholdsOfTheirOwn() throws {
        let label = inputs.labels[1]
        let outcome = try inputs.run(inputs.table(inputs.all[0]) + "[label.\"\(label)\"]\nthreshold = 0.99999\n")
        let lines = SourceLines.own("one", of: outcome.outputLines)
        let alone = try inputs.alone(inputs.all[0])
        func isOf(_ line: String) -> Bool {
            line.contains(#""type":"event""#) && line.contains("\"label\":\"\(label)\"")
        }
        #expect(alone.contains(where: isOf))
        #expect(lines == alone.filter { !isOf($0) })
    }

    @Test func aGroupSpeaksForItsLabels() throws {
        let group = Set(inputs.labels.prefix(3))
        let outcome = try inputs.run(
            inputs.table(inputs.all[0])
                + group.map { "[label.\"\($0)\"]\ngroup = \"some\"\n" }.joined())
        #expect(outcome.status == 0, "\(outcome.standardError)")
        var on: Set<String> = []
        var expected: [String] = []
        // By reading: in between there is nothing to see.
        var readings: [[ResultLine]] = [[]]
        for line in try ResultLine.lines(try inputs.lines(inputs.all[0])) {
            if line.type == "labels" { readings.append([]) }
            if line.type == "event" { readings[readings.count - 1].append(line) }
        }
        for events in readings {
            let before = on.isEmpty
            for event in events where group.contains(event.label ?? "") {
                if event.state == "on" { on.insert(event.label ?? "") } else { on.remove(event.label ?? "") }
            }
            guard before != on.isEmpty, let time = events.first?.time else { continue }
            expected.append("\(before ? "on" : "off") \(time)")
        }
        let events = try ResultLine.lines(SourceLines.all("one", of: outcome.outputLines)).filter { $0.type == "event" }
        let own = events.filter { $0.label == "some" }
        #expect(own.count > 1)
        #expect(own.map { "\($0.state ?? "") \($0.time ?? -1)" } == expected)
        #expect(!events.contains { group.contains($0.label ?? "") })
        #expect(events.contains { $0.label == inputs.labels[3] || $0.label == inputs.labels[4] })
    }

    /// A page says of each label under which group it speaks, and whether that is on.
    @Test(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"))
    func aGroupIsOnForItsLabels() throws {
        let port = try LoopbackPort.unused()
        // Always above it, so that the group is on from the first reading to the end.
        let terms = inputs.labels.prefix(3).map { "[label.\"\($0)\"]\ngroup = \"some\"\nthreshold = 0.001\n" }
        let settings =
            inputs.table(inputs.all[0], "realtime = true") + terms.joined()
            + "[[sink]]\nname = \"page\"\nto = \"http://127.0.0.1:\(port)\"\n"
            + "[[sink]]\nname = \"out\"\nto = \"stdout\"\n"
        let run = try LiveRun(.tacit, ["run", try inputs.write(settings), "--json"])
        while let line = run.readLine(), !line.contains(#""state":"on","label":"some""#) {}
        let isOn = waitUntil {
            guard let connection = try? LoopbackConnection(port: port) else { return !run.isRunning }
            connection.send("GET /api/state HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
            let text = WebAnswer(connection.readAll())?.text ?? ""
            return text.components(separatedBy: #""group":"some","on":true"#).count == 4
        }
        #expect(isOn && run.isRunning)
        run.send(signal: SIGTERM)
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
    }

    @Test func quietHoursSendNoEvents() throws {
        let alone = try inputs.alone(inputs.all[0])
        let label = inputs.labels[0]
        func isEvent(_ line: String) -> Bool { line.contains(#""type":"event""#) }
        #expect(alone.contains { isEvent($0) && $0.contains("\"\(label)\"") })
        let always = "quiet = \"00:00-24:00\"\n"
        let cases: [(String, (String) -> Bool)] = [
            (always + inputs.table(inputs.all[0]), { !isEvent($0) }),
            (inputs.table(inputs.all[0], always), { !isEvent($0) }),
            (
                inputs.table(inputs.all[0]) + "[label.\"\(label)\"]\n" + always,
                { !(isEvent($0) && $0.contains("\"label\":\"\(label)\"")) }
            ),
        ]
        for (text, isTold) in cases {
            let outcome = try inputs.run(text)
            #expect(SourceLines.own("one", of: outcome.outputLines) == alone.filter(isTold), "\(outcome.standardError)")
        }
    }
}
