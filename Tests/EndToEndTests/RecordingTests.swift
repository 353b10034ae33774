import Foundation
import TacitTestSupport
import Testing

/// `tacit record` and `tacit replay`, from outside: the same lines again, to the last byte.
@Suite struct RecordingTests {
    private let golden: GoldenCase
    private let model: ConvertedModel
    private var folder: TemporaryFolder { model.folder }

    init() throws {
        golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
    }

    private func replay(
        _ recording: String, _ options: [String] = ["--json"], model path: String? = nil
    ) throws -> Executable.Outcome {
        try Executable.tacit.run(["replay", path ?? model.path, recording] + options)
    }

    private func expectSame(_ recording: String, _ output: [UInt8], _ options: [String]) throws {
        let again = try replay(recording, options)
        #expect(again.status == 0 && again.errors.isEmpty, "\(again.standardError)")
        #expect(again.output == output)
    }

    /// However it is asked, and in both forms: what is recorded doesn't depend on how it was printed.
    @Test(
        arguments: [
            [], ["--logits", "--top", "0"], ["--threshold", "0.2", "--hop", "0.3", "--name", "the \"hall\""],
            ["--smooth", "0.5", "--on-after", "0.2", "--off-after", "0.4", "--only", "LABEL"], ["--gate", "-20"],
            ["--threads", "2", "--seconds", "2.5"],
        ], [["--json"], []])
    func aFileGivesTheSameLines(options: [String], form: [String]) throws {
        let samples =
            Sounds.glide(samples: 3 * golden.sampleRate) + [Int16](repeating: 0, count: golden.sampleRate)
            + Sounds.glide(samples: 2 * golden.sampleRate, seed: 5)
        let wave = try folder.write("a.wav", WaveFile.bytes(samples, rate: UInt32(golden.sampleRate)))
        let recording = folder.path("a.rec")
        let options = options.map { $0 == "LABEL" ? golden.labels[0] : $0 }
        let recorded = try Executable.tacit.run(["record", model.path, "--input", wave] + options + form + [recording])
        #expect(recorded.status == 0, "\(recorded.standardError)")
        #expect(recorded.outputLines.count > 3)
        try expectSame(recording, recorded.output, form)
        // And the same as without a recording, but for what a clock says.
        let heard = try Executable.tacit.run(
            ["listen", model.path, "--input", wave] + options.prefix { $0 != "--seconds" } + form)
        let lines = heard.outputLines.map(withoutClocks)
        #expect(recorded.outputLines.map(withoutClocks).dropLast(2).allSatisfy(lines.contains))
    }

    /// A page of it may be anywhere, where it wants its token; nothing is learned from a recording.
    @Test(.enabled(if: PageRun.isPossible, "there is no libmicrohttpd"))
    func aPageOfARecordingMayBeAnywhere() throws {
        let wave = try folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: 2 * golden.sampleRate), rate: UInt32(golden.sampleRate)))
        let token = try folder.write("token", "0123456789abcdef0123456789abcdef\n".utf8)
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(["record", model.path, "--input", wave, "--json", recording])
        #expect(recorded.status == 0, "\(recorded.standardError)")
        let again = try replay(
            recording, ["--json", "--to", "stdout", "--to", "http://0.0.0.0:0", "--http-token-file", token])
        #expect(again.status == 0 && again.output == recorded.output, "\(again.standardError)")
        let taught = try replay(
            recording, ["--to", "mqtt://localhost", "--mqtt-commands", "--to", "clips:\(folder.path("clips"))"])
        #expect(taught.status == 64)
        #expect(taught.standardError.contains("--mqtt-commands teaches labels: it doesn't go with a recording"))
    }

    /// Two days later: the page goes by the clock of what was recorded, and none of it is too old to be shown.
    @Test(.enabled(if: PageRun.isPossible, "there is no libmicrohttpd"))
    func aPageOfARecordingGoesByItsClock() throws {
        let wave = try folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: 20 * golden.sampleRate), rate: UInt32(golden.sampleRate)))
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            ["record", model.path, "--input", wave, "--json", "--threshold", "0.01", "--on-after", "0", recording])
        let event = try #require(recorded.outputLines.first { $0.contains(#""type":"event""#) })
        let shift = try folder.write("shift", withUnsafeBytes(of: Int64(2 * 86_400)) { Array($0) })
        let run = try LiveRun(
            .tacit, ["replay", model.path, recording, "--realtime", "--to", "http://127.0.0.1:0"],
            environment: ["LD_PRELOAD": try PreloadedLibrary.clock.path, "CLOCK_SHIFT": shift])
        let port = try #require(run.pagePort)
        func ask(_ path: String) throws -> String {
            let connection = try LoopbackConnection(port: port)
            connection.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            return String(decoding: connection.readAll(), as: UTF8.self)
        }
        #expect(try waitUntil { try ask("/api/timeline").contains(event) })
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let times = try [event, ask("/api/state")].map { text in
            try Date(String(#require(text.firstMatch(of: /"wall":"([^"]+)"/)).output.1), strategy: format)
        }
        #expect(abs(times[1].timeIntervalSince(times[0])) < 86_400, "\(times)")
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    /// However old it is: its clips are as old as they were when it was recorded.
    @Test func clipsOfARecordingAreNotTooOld() throws {
        let wave = try folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: 6 * golden.sampleRate), rate: UInt32(golden.sampleRate)))
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            ["record", model.path, "--input", wave, "--json", "--threshold", "0.01", "--on-after", "0", recording])
        #expect(recorded.status == 0, "\(recorded.standardError)")
        let shift = try folder.write("shift", withUnsafeBytes(of: Int64(60 * 86_400)) { Array($0) })
        func clips() throws -> [String] {
            let outcome = try Executable.tacit.run(
                ["replay", model.path, recording, "--to", "clips:\(folder.path("clips"))", "--clip-reserve", "0"],
                environment: ["LD_PRELOAD": try PreloadedLibrary.clock.path, "CLOCK_SHIFT": shift])
            #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path("clips"))
        }
        let first = try clips()
        let count = recorded.outputLines.count { $0.contains(#""state":"on""#) }
        #expect(count > 0 && first.count == 2 * count, "\(first)")
        // Those of another recording are not, either, before anything of this one has told the time.
        for name in first {
            let other = name.replacing(/-[0-9a-f]{8}-/, with: "-ffffffff-", maxReplacements: 1)
            #expect(other != name)
            try FileManager.default.moveItem(
                atPath: folder.path("clips/\(name)"), toPath: folder.path("clips/\(other)"))
        }
        #expect(try clips().count == 4 * count)
    }

    @Test(arguments: ["llama-plain", "gpt2-sliding", "gpt2-odd-logmel", "gpt2-full-hidden"], [1.0, 2.5])
    func standardInputGivesTheSameLines(name: String, factor: Double) throws {
        let golden = try GoldenCase(name: name)
        let model = try ConvertedModel(golden)
        let rate = Int(Double(golden.sampleRate) * factor)
        let recording = model.folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            [
                "record", model.path, recording, "--json", "--logits", "--hop", "0.1", "--input", "-", "--raw",
                "--rate", "\(rate)",
            ],
            input: Sounds.raw(Sounds.glide(samples: 3 * rate)))
        #expect(recorded.status == 0 && recorded.outputLines.count > 3, "\(recorded.standardError)")
        let again = try replay(recording, model: model.path)
        #expect(again.status == 0 && again.output == recorded.output)
        // From a pipe as well, and by other instructions.
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: recording)))
        let piped = try Executable.tacit.run(
            ["replay", model.path, "-", "--json", "--weights-isa", "portable"], input: bytes)
        #expect(piped.status == 0 && piped.output == recorded.output, "\(piped.standardError)")
    }

    /// What it printed until it was told to end.
    private func output(_ run: LiveRun, lines count: Int, _ feed: (Int) -> Void = { _ in }) throws -> [UInt8] {
        var lines: [String] = []
        while lines.count < count {
            feed(lines.count)
            lines.append(try #require(run.readLine(), "\(run.standardError)"))
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0, "\(run.standardError)")
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    @Test(arguments: [["--json"], []])
    func aMicrophoneGivesTheSameLines(form: [String]) throws {
        let microphone = try PipeMicrophone()
        let recording = folder.path("a.rec")
        let run = try LiveRun(
            .tacit,
            ["record", model.path, "--device", microphone.device, "--hop", "0.25", "--threshold", "0.3"] + form + [
                recording
            ],
            environment: microphone.environment)
        #expect(microphone.connect { run.isRunning })
        let sound = Sounds.glide(samples: 40 * golden.sampleRate)
        var next = 0
        let printed = try output(run, lines: 30) { _ in
            // A little more than what the next reading wants.
            for _ in 0..<11 where next + golden.sampleRate / 40 <= sound.count {
                microphone.write(sound[next..<next + golden.sampleRate / 40])
                next += golden.sampleRate / 40
            }
        }
        try expectSame(recording, printed, form)
    }

    /// A program that ends, dies and falls silent, again and again.
    @Test(arguments: 0..<4)
    func aCommandGivesTheSameLines(seed: Int) throws {
        let bytes = Sounds.raw(Sounds.glide(samples: 2 * golden.sampleRate, seed: UInt64(seed)))
        try folder.write("sound", bytes)
        let endings = ["exit 0", "printf x; exit 3", "kill -SEGV $$", "exec sleep 1000"]
        let script = try folder.write("script.sh", "cat \(folder.path("sound")); sleep 0.1; \(endings[seed])".utf8)
        let recording = folder.path("a.rec")
        let run = try LiveRun(
            .tacit,
            ["record", model.path, "--command", "/bin/sh \(script)", "--command-silence", "0.5", "--raw", "--json"]
                + ["--hop", "0.2", recording])
        var gaps = 0
        var lines: [String] = []
        while gaps < 3 {
            lines.append(try #require(run.readLine(), "\(run.standardError)"))
            if lines.last?.hasPrefix("{\"type\":\"gap\"") == true { gaps += 1 }
        }
        let printed = Array(lines.map { $0 + "\n" }.joined().utf8) + (try output(run, lines: 2))
        try expectSame(recording, printed, ["--json"])
    }

    /// What a program that is killed has written is there.
    @Test func aKilledRecordingReplaysUpToThere() throws {
        let bytes = Sounds.raw(Sounds.glide(samples: golden.sampleRate))
        try folder.write("sound", bytes)
        let script = try folder.write("script.sh", "while :; do cat \(folder.path("sound")); sleep 0.01; done".utf8)
        let recording = folder.path("a.rec")
        let run = try LiveRun(
            .tacit,
            ["record", model.path, "--command", "/bin/sh \(script)", "--raw", "--json", "--hop", "0.2", recording])
        var printed = ""
        for _ in 0..<40 { printed += try #require(run.readLine()) + "\n" }
        run.send(signal: SIGKILL)
        #expect(run.finish() == nil)
        while let line = run.readLine() { printed += line + "\n" }
        let again = try replay(recording)
        #expect(again.status == 65)
        #expect(again.errorLines.count == 1 && again.standardError.contains("the recording is cut off here"))
        // As far as both go.
        #expect(again.outputLines.count > 10)
        let common = min(again.output.count, printed.utf8.count)
        #expect(Array(printed.utf8.prefix(common)) == Array(again.output.prefix(common)))
        // And so does any beginning of it.
        let whole = try Data(contentsOf: URL(fileURLWithPath: recording))
        var random = RandomNumbers(seed: 8)
        for _ in 0..<20 {
            let part = try folder.write("part.rec", whole.prefix(Int.random(in: 0..<whole.count, using: &random)))
            let outcome = try replay(part)
            #expect(outcome.status == 65 && outcome.errorLines.count == 1)
            #expect(Array(again.output.prefix(outcome.output.count)) == outcome.output)
        }
    }

    /// Bytes that nobody finds any more are no recording.
    @Test func aRecordingThatIsRemovedIsAnError() throws {
        let sound = try folder.write("sound", Sounds.raw(Sounds.glide(samples: 4 * golden.sampleRate)))
        let recording = folder.path("a.rec")
        let script = try folder.write(
            "script.sh",
            """
            cat \(sound)
            while ! rm \(recording); do sleep 0.01; done 2>/dev/null
            cat \(sound); exec sleep 1000
            """.utf8)
        let outcome = try Executable.tacit.run(
            ["record", model.path, "--command", "/bin/sh \(script)", "--raw", "--json", "--seconds", "6", recording])
        #expect(outcome.status == 73)
        #expect(
            outcome.errorLines.last
                == "tacit: \(recording): was removed while it was written: nothing is left of it",
            "\(outcome.standardError)")
    }

    @Test func anotherModelIsNamed() throws {
        let other = try ConvertedModel(try GoldenCase(name: "gpt2-plain"))
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            ["record", model.path, "--input", "-", "--raw", recording, "--json"],
            input: Sounds.raw(Sounds.glide(samples: 2 * golden.sampleRate)))
        #expect(recorded.status == 0)
        let refused = try replay(recording, model: other.path)
        #expect(refused.status == 65 && refused.output.isEmpty && refused.errorLines.count == 1)
        #expect(refused.standardError.contains("another model than \(other.path)"))
        #expect(refused.standardError.contains("with model.gguf ("))
        // One that isn't named is looked for by its name.
        let found = try Executable.tacit.run(
            ["replay", recording, "--json"], environment: ["TACIT_MODELS": folder.path])
        #expect(found.status == 0 && found.output == recorded.output, "\(found.standardError)")
        let missing = try Executable.tacit.run(["replay", recording], folder: "/")
        #expect(missing.status == 66 && missing.standardError.contains("model.gguf"))
    }

    /// Labels that were taught stand in the recording.
    @Test func learnedLabelsAreInIt() throws {
        let labels = folder.path("my.labels")
        let files = try (0..<5).map {
            try folder.write(
                "\($0).wav",
                WaveFile.bytes(
                    Sounds.glide(samples: golden.sampleRate, seed: UInt64($0)), rate: UInt32(golden.sampleRate)))
        }
        let taught = try Executable.tacit.run(["learn", model.path, "glide"] + files + ["--labels", labels])
        #expect(taught.status == 0, "\(taught.standardError)")
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            ["record", model.path, "--labels", labels, "--json", "--top", "0", "--input", files[2], recording])
        #expect(
            recorded.status == 0 && recorded.standardOutput.contains("\"learned\":true"), "\(recorded.standardError)")
        try FileManager.default.removeItem(atPath: labels)
        try expectSame(recording, recorded.output, ["--json"])
    }

    @Test(arguments: [
        (["record"], 64, "Name a file to record to"), (["record", "MODEL"], 64, "Name a file to record to"),
        (["record", "MODEL", "OUT", "more"], 64, "Unexpected argument"),
        (["record", "MODEL", "OUT", "--no-such-option"], 64, "no-such-option"),
        (["record", "MODEL", "OUT", "--seconds"], 64, "Missing value for '--seconds'"),
        (["record", "MODEL", "OUT", "--seconds=0"], 64, "--seconds must be"),
        (["record", "MODEL", "OUT", "--bytes", "10"], 64, "--bytes must be"),
        (["record", "MODEL", "OUT", "--bytes", "many"], 64, "invalid for '--bytes': expected a whole number of bytes"),
        (["record", "MODEL", "OUT", "--seconds", "many"], 64, "invalid for '--seconds': expected a number of seconds"),
        (["record", "MODEL", "OUT", "--device", "no-such-microphone"], 69, "no such microphone"),
        (["record", "MODEL", "THERE", "--input", "-"], 73, "is there already"),
        (["record", "MODEL", "NOWHERE", "--input", "-"], 73, "No such file or directory"),
        // A recording in which nothing would be is none.
        (["record", "MODEL", "OUT", "--input", "-", "--to", "LINES"], 73, "No such file or directory"),
        (["record", "MODEL", "--input", "THERE", "-"], 64, "must be a file"),
        (["record", "MODEL", "--input", "OUT", "-"], 64, "must be a file"),
        (["record", "MODEL", "--input", "OUT", "--json", "-"], 64, "must be a file"),
        (["record", "MODEL", "--input", "-"], 64, "Name a file to record to"),
        (["replay"], 64, "Name a file to replay"), (["replay", "MODEL"], 64, "Name a file to replay"),
        (["replay", "MODEL", "THERE", "more"], 64, "one recording at a time"),
        (["replay", "MODEL", "THERE"], 65, "is not a recording"),
        (["replay", "MODEL", "THERE", "--weights-isa", "abacus"], 64, "no instruction set"),
        (["replay", "MODEL", "OUT"], 66, "No such file"), (["replay", "MODEL", "FOLDER"], 66, "is a directory"),
    ])
    func whatCannotBeSaysWhy(arguments: [String], status: Int, text: String) throws {
        let there = try folder.write("there", "precious".utf8)
        let names = [
            "MODEL": model.path, "OUT": folder.path("out"), "THERE": there, "NOWHERE": folder.path("no/out"),
            "FOLDER": folder.path, "LINES": "jsonl:\(folder.path("no/lines.jsonl"))",
        ]
        let outcome = try Executable.tacit.run(arguments.map { names[$0] ?? $0 })
        #expect(outcome.status == Int32(status), "\(outcome.standardError)")
        #expect(outcome.standardError.contains(text), "\(outcome.standardError)")
        #expect(outcome.output.isEmpty)
        if status != 64 { #expect(outcome.errorLines.count == 1) }
        #expect(try String(contentsOfFile: there, encoding: .utf8) == "precious")
        #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    }

    /// A pipe that whoever else has it reads without waiting is waited for.
    @Test func aPipeThatDoesNotWait() throws {
        let recording = folder.path("a.rec")
        let wave = try folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: 3 * golden.sampleRate), rate: UInt32(golden.sampleRate)))
        let recorded = try Executable.tacit.run(["record", model.path, "--input", wave, "--json", recording])
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: recording)))
        var ends: [Int32] = [-1, -1]
        try #require(recorded.status == 0 && pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        let run = try LiveRun(.tacit, ["replay", model.path, "-", "--json"], input: ends[0])
        close(ends[0])
        #expect(write(ends[1], bytes, bytes.count - 1) == bytes.count - 1)
        // With its first line it has read what there is, or is about to.
        var lines = [run.readLine() ?? ""]
        _ = bytes.suffix(1).withUnsafeBytes { write(ends[1], $0.baseAddress, 1) }
        close(ends[1])
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0 && run.standardError.isEmpty, "\(run.standardError)")
        #expect(lines == recorded.outputLines)
        let closed = try Executable.shell.run([
            "-c", "exec \"$0\" replay \"$1\" - <&-", Executable.tacit.path, model.path,
        ])
        #expect(closed.status == 66 && closed.errorLines == ["tacit: standard input: Bad file descriptor"])
    }

    @Test func helpIsGiven() throws {
        for command in ["record", "replay"] {
            let outcome = try Executable.tacit.run([command, "--help"])
            #expect(outcome.status == 0 && outcome.standardOutput.contains("tacit \(command) [MODEL.gguf]"))
            // What is refused is not offered.
            #expect(!outcome.standardOutput.contains("--mqtt-commands"))
        }
    }

    /// One whose file may not grow any more ends, and what is there replays.
    @Test func aFullDiskEndsIt() throws {
        let recording = folder.path("a.rec")
        let bytes = Sounds.raw(Sounds.glide(samples: 40 * golden.sampleRate))
        try folder.write("sound", bytes)
        let outcome = try Executable.shell.run([
            "-c",
            "ulimit -f 100; exec '\(Executable.tacit.path)' record '\(model.path)' --input - --raw --json "
                + "'\(recording)' < '\(folder.path("sound"))'",
        ])
        #expect(outcome.status == 73)
        #expect(outcome.errorLines == ["tacit: \(recording): File too large"])
        let again = try replay(recording)
        #expect(again.status == 65 && again.standardError.contains("cut off"))
        #expect(!again.output.isEmpty && Array(outcome.output.prefix(again.output.count)) == again.output)
    }
}
