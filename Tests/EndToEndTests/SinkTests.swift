import Foundation
import TacitTestSupport
import Testing

/// `--to`: where labels go, as whoever reads them sees it.
@Suite struct SinkTests {
    private let sliding: SlidingModel
    private let sound: String
    private var model: ConvertedModel { sliding.model }
    private var stride: Double { sliding.stride }

    init() throws {
        sliding = try SlidingModel()
        sound = try sliding.sound(samples: 16_000)
    }

    private func listen(_ arguments: [String]) throws -> Executable.Outcome {
        try Executable.tacit.run(
            ["listen", model.path, "--input", sound, "--hop", "\(stride)", "--threshold", "0.3"] + arguments)
    }

    private func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    @Test func everySinkGetsTheSame() throws {
        let files = ["a.jsonl", "b.jsonl"].map { model.folder.path($0) }
        let outcome = try listen(["--json", "--logits", "--to", "stdout"] + files.flatMap { ["--to", "jsonl:\($0)"] })
        #expect(outcome.status == 0)
        #expect(outcome.outputLines.contains { $0.contains("\"event\"") })
        let alone = try listen(["--json", "--logits"])
        #expect(outcome.outputLines.map(withoutClocks) == alone.outputLines.map(withoutClocks))
        for file in files {
            let lines = try lines(file)
            #expect(lines.map(withoutClocks) == outcome.outputLines.map(withoutClocks))
            // The same event has the same name everywhere.
            #expect(ids(lines) == ids(outcome.outputLines))
        }
        let ids = ids(outcome.outputLines)
        #expect(!ids.isEmpty && Set(ids).count == ids.count)
        #expect(Set(ids).isDisjoint(with: self.ids(alone.outputLines)))
    }

    private func ids(_ lines: [String]) -> [Substring] {
        lines.compactMap { $0.firstMatch(of: /"id":"([^"]*)"/)?.output.1 }
    }

    @Test func standardOutputStaysEmptyUnlessAskedFor() throws {
        let file = model.folder.path("a.jsonl")
        let outcome = try listen(["--to", "jsonl:\(file)"])
        #expect(outcome.status == 0)
        #expect(outcome.output.isEmpty && outcome.errors.isEmpty)
        #expect(try !lines(file).isEmpty)
    }

    @Test(arguments: ["ftp://127.0.0.1:8080", "nowhere", "", "jsonl", "jsonl:", "stdout:x"])
    func whatIsNoSinkIsRefusedAtOnce(sink: String) throws {
        for command in ["listen", "watch"] {
            let outcome = try Executable.tacit.run([command, model.path, "--input", sound, "--to", sink])
            #expect(outcome.status == 64)
            #expect(outcome.output.isEmpty)
            #expect(outcome.standardError.contains("stdout") || outcome.standardError.contains("jsonl:PATH"))
        }
    }

    @Test func aFileThatCannotBeWritten() throws {
        let nowhere = try listen(["--to", "jsonl:\(model.folder.path("none/a.jsonl"))"])
        #expect(nowhere.status == 73)
        #expect(nowhere.errorLines.count == 1)
        let full = try listen(["--to", "jsonl:/dev/full", "--to", "jsonl:\(model.folder.path("a.jsonl"))"])
        #expect(full.status == 73)
        #expect(full.standardError.contains("/dev/full: No space left on device"))
        let pipe = model.folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(try listen(["--to", "jsonl:\(pipe)"]).status == 73)
    }

    /// Whatever ends the stream, a file has an `off` for every `on`.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP, 0])
    func everyOnHasItsOff(signal: Int32) throws {
        let file = model.folder.path("a.jsonl")
        let arguments =
            ["listen", model.path, "--input", sound, "--realtime", "--hop", "\(stride)", "--threshold", "0.01"]
            + ["--to", "stdout", "--to", "jsonl:\(file)"]
        if signal == 0 {
            // The reader of standard output leaves.
            let outcome = try Executable.shell.run(
                ["-c", #""$0" "$@" | head -n 1"#, Executable.tacit.path] + arguments)
            #expect(outcome.outputLines.count == 1)
        } else {
            let run = try LiveRun(.tacit, arguments)
            while let line = run.readLine() { if line.contains("event on") { break } }
            run.send(signal: signal)
            #expect(run.finish() == 0)
        }
        try expectPairs(try lines(file))
    }
}
