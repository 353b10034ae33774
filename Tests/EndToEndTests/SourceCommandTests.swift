import Foundation
import TacitTestSupport
import Testing

/// A program as the source of a stream: it ends, dies, hangs and is started again, and it ends with the stream.
@Suite struct SourceCommandTests {
    private let model: ConvertedModel
    private let folder: TemporaryFolder
    /// What writes raw samples of some windows, and what the model says of them.
    private let sound: String
    private let expected: [String]

    private static let options = ["--json", "--logits", "--hop", "0.5", "--on-after", "86400"]

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
        folder = try TemporaryFolder()
        let bytes = Sounds.raw(Sounds.glide(samples: 4 * golden.sampleRate))
        // A reading's worth at a time, so that no line finds the queue full.
        for (index, start) in stride(from: 0, to: bytes.count, by: golden.sampleRate).enumerated() {
            try folder.write("part.\(10 + index)", bytes[start..<min(start + golden.sampleRate, bytes.count)])
        }
        sound = "for f in \(folder.path)/part.*; do cat $f; sleep 0.03; done"
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--input", "-", "--raw"] + Self.options, input: bytes)
        expected = outcome.outputLines.compactMap { arrayText("logits", in: $0).map(String.init) }
        try #require(expected.count > 2 && Set(expected).count == expected.count)
    }

    /// A command that runs a script of the shell's, with SOUND and FOLDER in it replaced.
    private func command(_ script: String) throws -> String {
        let text = script.replacing("SOUND", with: sound).replacing("FOLDER", with: folder.path)
        return "/bin/sh \(try folder.write("script.sh", text.utf8))"
    }

    private func listen(_ script: String, _ options: [String] = []) throws -> LiveRun {
        try LiveRun(.tacit, ["listen", model.path, "--raw", "--command", try command(script)] + Self.options + options)
    }

    /// The labels in front of the next gap, and the gap.
    private func stretch(_ run: LiveRun) throws -> (labels: [String], gap: ResultLine) {
        var labels: [String] = []
        while true {
            let line = try #require(run.readLine(), "\(run.standardError)")
            if isOfLabels(line) {
                labels.append(line)
            } else {
                return (labels, try #require(try ResultLine.lines([line]).first))
            }
        }
    }

    private func logits(_ lines: [String]) -> [String] {
        lines.compactMap { arrayText("logits", in: $0).map(String.init) }
    }

    /// Whether a process runs; one that waits to be buried does not.
    private func runs(_ file: String) -> Bool {
        guard let text = try? String(contentsOfFile: folder.path(file), encoding: .utf8),
            let number = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let state = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)
        else { return false }
        return !state.contains(") Z ")
    }

    /// Half a sample at the end of each run is dropped and shifts nothing; windows begin anew behind the gap.
    @Test(arguments: [
        ("SOUND; printf x", "ended with status 0"), ("SOUND; printf x; exit 7", "ended with status 7"),
        ("SOUND; printf x; kill -SEGV $$", "was ended by signal 11"),
        ("SOUND; printf x; exec sleep 1000", "delivered nothing for 2 s and was ended"),
        ("SOUND; printf x; trap '' TERM; while :; do sleep 1; done", "delivered nothing for 2 s and was ended"),
        ("SOUND; exec >/dev/null; exec sleep 1000", "closed its output and was ended"),
        ("(exec sleep 1000) & SOUND", "ended with status 0"),
    ])
    func whatEndsIsStartedAgain(script: String, reason: String) throws {
        let run = try listen(script, ["--command-silence", "2"])
        var begin = 0.0
        for _ in 0..<3 {
            let (labels, gap) = try stretch(run)
            #expect(logits(labels) == expected)
            let first = try #require(try ResultLine.lines(labels).first?.span?.first)
            #expect(abs(first - begin) < 1e-6)
            #expect(gap.reason == "command")
            let lost = try #require(gap.lostSeconds)
            begin = try #require(gap.time)
            #expect(lost > 0 && begin > lost)
        }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        #expect(run.standardError.contains("tacit: sh \(reason); started again in 0.5 s"), "\(run.standardError)")
        #expect(run.standardError.contains("tacit: sh delivers again"))
    }

    /// A header of its own at each start: another rate, other channels, another format.
    @Test func eachRunHasItsOwnHeader() throws {
        let samples = Sounds.glide(samples: 40_000)
        try folder.write("a.wav", WaveFile.bytes(samples, rate: 8000))
        let second = try folder.write("b.wav", WaveFile.bytes(samples, rate: 11_025, channels: 2))
        let outcome = try Executable.tacit.run(["listen", model.path, "--input", second] + Self.options)
        let wanted = logits(outcome.outputLines)
        #expect(!wanted.isEmpty)
        let script = "if test -e FOLDER/again; then cat FOLDER/b.wav; else touch FOLDER/again; cat FOLDER/a.wav; fi"
        let run = try LiveRun(.tacit, ["listen", model.path, "--command", try command(script)] + Self.options)
        let first = logits(try stretch(run).labels)
        #expect(!first.isEmpty && first != wanted)
        #expect(try logits(stretch(run).labels) == wanted)
        run.send(signal: SIGINT)
        #expect(run.finish() == 0)
    }

    /// Whenever it is told to end, and however: status 0, and no process of the command is left.
    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func itEndsWithTheStream(signal: Int32) throws {
        var random = RandomNumbers(seed: UInt64(signal))
        for script in [
            "sleep 1000 & echo $! > FOLDER/child; echo $$ > FOLDER/leader; while :; do SOUND; sleep 0.05; done",
            "trap '' TERM; sleep 1000 & echo $! > FOLDER/child; echo $$ > FOLDER/leader; SOUND; while :; do sleep 1; done",
            "sleep 1000 & echo $! > FOLDER/child; echo $$ > FOLDER/leader; wait",
        ] {
            for _ in 0..<4 {
                for file in ["child", "leader"] { try? FileManager.default.removeItem(atPath: folder.path(file)) }
                let run = try listen(script)
                #expect(waitUntil { runs("leader") })
                usleep(UInt32.random(in: 0...200_000, using: &random))
                #expect(runs("child") && runs("leader"))
                run.send(signal: signal)
                #expect(run.finish() == 0, "\(run.standardError)")
                // Killed they are by then; who is no child of the program is buried by the system, when it comes to it.
                #expect(waitUntil { !runs("child") && !runs("leader") })
            }
        }
    }

    /// A program that is killed can end nothing: a process of its own does.
    @Test func itEndsEvenWithAProgramThatIsKilled() throws {
        let run = try listen(
            "trap '' TERM; sleep 1000 & echo $! > FOLDER/child; echo $$ > FOLDER/leader; SOUND; "
                + "while :; do sleep 1; done"
        )
        _ = try #require(run.readLine())
        #expect(runs("child") && runs("leader"))
        run.send(signal: SIGKILL)
        #expect(run.finish() == nil)
        #expect(waitUntil { !runs("child") && !runs("leader") })
    }

    /// Nobody is left unburied while it goes on.
    @Test func nobodyIsLeftUnburied() throws {
        let run = try listen("SOUND")
        for _ in 0..<3 { _ = try stretch(run) }
        let isClean = waitUntil {
            let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int($0) }) ?? []
            return !numbers.contains { number in
                let text = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
                return text.contains(") Z \(run.processIdentifier) ")
            }
        }
        #expect(isClean)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }

    @Test func aFloodOnStandardErrorIsCounted() throws {
        let run = try listen("seq -f 'line %.0f' 100000 >&2; SOUND; exec sleep 1000")
        #expect(logits(try expected.map { _ in try #require(run.readLine()) }) == expected)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        let lines = run.standardError.split(separator: "\n")
        #expect(lines.prefix(3) == ["tacit: sh: line 1", "tacit: sh: line 2", "tacit: sh: line 3"])
        #expect(lines.count == 4 && lines.last == "tacit: sh: lines of its standard error left out: 99997", "\(lines)")
    }

    @Test(arguments: [
        ("FOLDER/absent", "could not be started: there is no such program that may be run"),
        ("no-such-program-anywhere x", "could not be started: there is no such program in PATH that may be run"),
        ("FOLDER/part.10", "could not be started: there is no such program that may be run"),
        ("/bin/sh -c 'echo no camera here >&2; exit 3'", "sh: ended with status 3 (no camera here)"),
        ("/bin/sh -c 'kill -9 $$'", "sh: was ended by signal 9"), ("/bin/true", "true: ended with status 0"),
        ("/bin/sleep 1000", "sleep: delivered nothing for 0.2 s and was ended"),
    ])
    func whatNeverDeliversIsAbsent(command: String, reason: String) throws {
        let command = command.replacing("FOLDER", with: folder.path)
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--command", command, "--command-silence", "0.2"])
        #expect(outcome.status == 69 && outcome.output.isEmpty)
        #expect(outcome.errorLines.last?.contains(reason) == true, "\(outcome.standardError)")
    }

    @Test func whatIsAbsentIsWaitedFor() throws {
        let run = try listen(
            "test -e FOLDER/there || { touch FOLDER/there; exit 5; }; SOUND; exec sleep 1000", ["--wait", "600"])
        #expect(logits(try expected.map { _ in try #require(run.readLine()) }) == expected)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        #expect(run.standardError == "tacit: sh ended with status 5; started again in 0.5 s\n")
    }

    @Test(arguments: ["0", "1.2"])
    func whatIsLostIsGivenUp(seconds: String) throws {
        let run = try listen(
            "test -e FOLDER/there && { printf x; exit 4; }; touch FOLDER/there; SOUND", ["--wait-lost", seconds])
        for _ in expected { _ = try #require(run.readLine()) }
        #expect(run.readLine() == nil)
        #expect(run.finish() == 75)
        #expect(
            run.standardError.contains("tacit: sh: lost, and not back within \(seconds) seconds"),
            "\(run.standardError)")
    }

    @Test func whatCannotBeReadIsBadData() throws {
        try folder.write("a.wav", WaveFile.bytes([Int16](repeating: 1, count: 20_000), rate: 8000, format: 0x1234))
        let script = "cat FOLDER/a.wav"
        let outcome = try Executable.tacit.run(["listen", model.path, "--command", try command(script)])
        #expect(outcome.status == 65 && outcome.errorLines.count == 1, "\(outcome.standardError)")
    }

    @Test(arguments: [
        ["--command", "'"], ["--command", ""], ["--command", "  "], ["--command", "cat", "--input", "-"],
        ["--command", "cat", "--device", "x"], ["--command", "cat", "--realtime"], ["--command-silence", "3"],
        ["--command", "cat", "--command-silence", "0"], ["--gate", "1"], ["--gate", "x"],
    ])
    func whatMakesNoSenseIsRefused(options: [String]) throws {
        #expect(try Executable.tacit.run(["listen", model.path] + options).status == 64)
    }
}
