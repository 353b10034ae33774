import Foundation
import TacitTestSupport
import Testing

/// `--to exec:`: a program for each event.
@Suite struct CommandSinkTests {
    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }

    init() throws { listening = try EventfulListening() }

    private func count(_ name: String) -> Int { ((try? listening.lines(name)) ?? []).count }

    @Test func eachEventInTheEnvironmentAndOnStandardInput() throws {
        let script = try listening.script(
            "tell",
            """
            read -r line
            printf '%s|%s|%s|%s|%s|%s\\n' "$TACIT_STATE" "$TACIT_LABEL" "$TACIT_ID" "$TACIT_SOURCE" "$1" "$line" \
            >> '\(folder.path("told"))'
            """)
        let outcome = try listening.run([
            "--to", "exec:\(script) 'a  \"word'", "--to", "stdout", "--name", "the \"yard\"",
        ])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        let told = try listening.lines("told")
        #expect(events.count > 10)
        #expect(Set(told.map { $0.split(separator: "|", maxSplits: 5).last.map(String.init) }) == Set(events))
        #expect(told.count == events.count)
        for line in told {
            let fields = line.split(separator: "|", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
            #expect(fields[5].contains(#""state":"\#(fields[0])""#) && fields[5].contains(#""id":"\#(fields[2])""#))
            #expect(fields[5].contains(#""label":"\#(fields[1])""#))
            #expect(fields[3] == "the \"yard\"" && fields[4] == "a  \"word")
        }
        // Of one label, none overtakes another.
        for label in Set(told.map { $0.split(separator: "|")[1] }) {
            let own = told.filter { $0.split(separator: "|")[1] == label }.map { $0.split(separator: "|")[2] }
            #expect(
                own
                    == events.filter { $0.contains("\"label\":\"\(label)\"") }.flatMap { eventIDs([$0]) }.map {
                        $0[...]
                    })
        }
    }

    @Test(arguments: [
        ["exec:"], ["exec:'a"], ["exec:nowhere-at-all"], ["exec:/etc/passwd"], ["exec:/"], ["exec:a\\"], ["exec:''"],
    ])
    func whatIsNoCommandIsRefusedAtOnce(sinks: [String]) throws {
        let outcome = try listening.run(sinks.flatMap { ["--to", $0] })
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty && outcome.standardError.contains("exec:"))
    }

    /// Whatever a program is called, what is said of it is a line, without a terminal's codes.
    @Test func aNameThatWouldSpoilALine() throws {
        let link = folder.path("a\n\u{1b}[31mb")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/bin/false")
        let outcome = try listening.run(["--to", "exec:'\(link)'"])
        #expect(outcome.status == 0 && !outcome.errors.contains(0x1b))
        #expect(outcome.errorLines.contains { $0.contains("/a??[31mb: event ") && $0.contains("ended with status 1") })
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("tacit: ") })
    }

    @Test func labelsAreNeverCode() throws {
        let names = [
            "$(touch pwned)", "`touch pwned`", "; touch pwned", "a\n'\"\\", "--help\u{7}\u{1b}[31m",
        ]
        let golden = try GoldenCase(name: "gpt2-sliding")
        let hostile = try ConvertedModel(golden, labels: names)
        let script = try listening.script(
            "tell", "cat >> '\(folder.path("told"))'; env -0 >> '\(folder.path("environment"))'")
        let outcome = try Executable.tacit.run(
            ["listen", hostile.path, "--input", listening.sound, "--json", "--hop", "\(listening.stride)"]
                + ["--threshold", "0.1", "--to", "exec:\(script)", "--to", "stdout", "--exec-most", "1"],
            folder: folder.path)
        #expect(outcome.status == 0)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        #expect(!events.isEmpty)
        #expect(try Set(listening.lines("told")) == Set(events))
        #expect(try !folder.names().contains("pwned"))
        let environment = try Data(contentsOf: URL(fileURLWithPath: folder.path("environment")))
        let labels = environment.split(separator: 0).compactMap { entry in
            String(decoding: entry, as: UTF8.self).split(separator: "=", maxSplits: 1).map(String.init)
        }.filter { $0[0] == "TACIT_LABEL" }.map { $0[1] }
        #expect(try Set(labels) == Set(ResultLine.lines(events).compactMap(\.label)))
    }

    /// A program that can't be begun is named once in a line.
    @Test func whatIsNoProgram() throws {
        let path = folder.path("none")
        // By a shell: what this process writes is busy for as long as a child that another test has just begun holds it.
        let made = try Executable.shell.run(["-c", "echo garbage >\"$1\" && chmod +x \"$1\"", "sh", path])
        try #require(made.status == 0, "\(made.standardError)")
        let outcome = try listening.run(["--to", "exec:\(path)"])
        #expect(outcome.status == 0)
        let lines = outcome.errorLines.filter { $0.contains(": Exec format error") }
        let named = lines.map { $0.components(separatedBy: path).count - 1 }
        #expect(!lines.isEmpty && named.allSatisfy { $0 == 1 }, "\(outcome.standardError)")
    }

    /// One that reads nothing, one that closes its input, one that fails: the stream and its other sinks go on.
    @Test(arguments: ["exit 3", "exec <&-", "kill -9 $$", "exec true"])
    func whatTheCommandMakesOfIt(body: String) throws {
        let script = try listening.script("tell", "echo ran >> '\(folder.path("ran"))'\n\(body)")
        let outcome = try listening.run(["--to", "exec:\(script)", "--to", "stdout"])
        #expect(outcome.status == 0)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        #expect(count("ran") == events.count)
        if body == "exit 3" { #expect(outcome.standardError.contains("ended with status 3")) }
        if body.hasPrefix("kill") { #expect(outcome.standardError.contains("ended by signal 9")) }
    }

    /// A command that hangs is ended with its group, and said; what it started doesn't live on.
    @Test func aCommandThatHangs() throws {
        let short = try folder.write(
            "short.wav", WaveFile.bytes(Sounds.glide(samples: listening.rate / 2), rate: UInt32(listening.rate)))
        let script = try listening.script(
            "hang", "trap '' TERM\nsleep 1000 &\necho $! >> '\(folder.path("children"))'\nsleep 1000")
        let outcome = try Executable.tacit.run(
            listening.arguments(["--to", "exec:\(script)", "--exec-seconds", "0.2", "--exec-most", "64"], sound: short))
        #expect(outcome.status == 0)
        #expect(outcome.standardError.contains("hangs"))
        let children = try listening.lines("children").compactMap { pid_t($0) }
        #expect(!children.isEmpty)
        #expect(waitUntil { children.allSatisfy { !isAlive($0) } })
    }

    /// Whether a process runs: one that is dead and that nobody has asked for is dead.
    private func isAlive(_ process: pid_t) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.split(separator: " ").first != "Z"
    }

    /// After a wish to stop a hanging command holds nothing up, and nothing is left of it.
    @Test func theEndWhileACommandHangs() throws {
        let script = try listening.script("hang", "echo $$ >> '\(folder.path("children"))'\nexec sleep 1000")
        let run = try LiveRun(.tacit, listening.arguments(["--realtime", "--to", "exec:\(script)", "--to", "stdout"]))
        var lines: [String] = []
        while let line = run.readLine() {
            lines.append(line)
            if count("children") > 0 { break }
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        try expectPairs(lines)
        let children = try listening.lines("children").compactMap { pid_t($0) }
        #expect(waitUntil { children.allSatisfy { !isAlive($0) } })
    }

    /// Nothing that the program holds open, ignores or keeps from others is its children's.
    @Test func nothingLeaksIntoIt() throws {
        let script = try listening.script(
            "look",
            """
            ls /proc/self/fd | wc -l > '\(folder.path("descriptors"))'
            grep -E '^Sig(Blk|Ign)' /proc/self/status > '\(folder.path("signals"))'
            """)
        let outcome = try listening.run(["--to", "exec:\(script)", "--to", "jsonl:\(folder.path("x.jsonl"))"])
        #expect(outcome.status == 0 && outcome.output.isEmpty)
        // The three, and the folder that is listed.
        #expect(try listening.lines("descriptors").first?.trimmingCharacters(in: .whitespaces) == "4")
        for line in try listening.lines("signals") {
            // Two of the C library's own (32 and 33) are as posix_spawn has them.
            let signals = try #require(line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) })
            #expect(signals & ~(3 << 31) == 0)
        }
    }

    /// Many times more than fit into the queue: a file waits, and each one is told.
    @Test func manyEvents() throws {
        let more = try EventfulListening(seconds: 10)
        let outcome = try more.run(
            ["--to", "exec:/bin/cat", "--to", "stdout", "--threshold", "0.55", "--off-below", "1"])
        #expect(outcome.status == 0)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        #expect(events.count > 600)
        // What the command prints is for people.
        #expect(Set(eventIDs(outcome.errorLines)) == Set(eventIDs(events)))
    }

    /// What prints without end fills nobody's log, by either of its outputs: so much for each command, and a count.
    @Test(arguments: ["yes", "yes >&2"])
    func whatIsPrintedWithoutEnd(body: String) throws {
        let short = try folder.write(
            "short.wav", WaveFile.bytes(Sounds.glide(samples: listening.rate / 2), rate: UInt32(listening.rate)))
        let script = try listening.script("flood", "echo begun\n\(body)")
        let outcome = try Executable.tacit.run(
            listening.arguments(
                ["--to", "exec:\(script)", "--exec-seconds", "0.2", "--exec-most", "64", "--to", "stdout"],
                sound: short))
        #expect(outcome.status == 0)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        #expect(!events.isEmpty)
        #expect(outcome.standardError.contains("begun\n") && outcome.standardError.contains("\ny\n"))
        #expect(outcome.errors.count < (events.count + 4) * 4096, "\(outcome.errors.count) bytes")
        #expect(
            outcome.standardError.contains(/of what it printed, lines left out: [0-9]+/),
            "\(outcome.errorLines.last ?? "")")
    }

    /// What it prints is passed on as it is, also where the last line has no end; what it leaves running holds nothing
    /// up.
    @Test func whatIsPrinted() throws {
        let script = try listening.script(
            "tell", "sleep 1000 &\necho $! >> '\(folder.path("children"))'\nprintf 'a\\tb'")
        let outcome = try listening.run(["--to", "exec:\(script)", "--to", "stdout"])
        for child in try listening.lines("children").compactMap({ pid_t($0) }) { kill(child, SIGKILL) }
        #expect(outcome.status == 0)
        let events = outcome.outputLines.filter { $0.contains(#""type":"event""#) }
        #expect(outcome.standardError.components(separatedBy: "a\tb").count - 1 == events.count)
        #expect(outcome.standardError.hasSuffix("a\tb\n"), "\(outcome.errorLines.last ?? "")")
    }
}
