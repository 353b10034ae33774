import Foundation
import TacitTestSupport
import Testing

/// A reader that does not keep up: it costs labels where the stream can't wait, time where it can, and memory nowhere.
@Suite struct SlowReaderTests {
    private let sliding: SlidingModel
    private var model: ConvertedModel { sliding.model }
    private var stride: Double { sliding.stride }

    init() throws { sliding = try SlidingModel() }

    private func sound(seconds: Int) throws -> String {
        try sliding.sound(samples: seconds * sliding.rate)
    }

    private func arguments(_ sound: String) -> [String] {
        ["listen", model.path, "--input", sound, "--json", "--logits", "--top", "0", "--hop", "\(stride)"]
    }

    @Test func lossesAreCountedAndStatesAreTrue() throws {
        let path = try sound(seconds: 4)
        let whole = try Executable.tacit.run(arguments(path))
        let run = try StalledRun(.tacit, arguments(path) + ["--realtime"])
        // Nothing is read before something is lost.
        #expect(run.waitForError("read too slowly"))
        let (texts, status) = run.finish()
        #expect(status == 0)
        let lines = try ResultLine.lines(texts)

        // Every label is there as it would have been, or within a gap, to the sample.
        let known = Dictionary(
            uniqueKeysWithValues: try ResultLine.lines(of: whole).filter { $0.type == "labels" }.map { ($0.time, $0) })
        var accounted = 0.0
        var lost = 0.0
        var told = 0
        for line in lines where line.type != "event" {
            let time = try #require(line.time)
            if line.type == "labels" {
                #expect(line.labels == known[time]?.labels)
                #expect(abs(time - accounted - stride) < 1e-6 || accounted == 0)
                told += 1
            } else {
                #expect(line.type == "gap" && line.reason == "output")
                let seconds = try #require(line.lostSeconds)
                #expect(abs(accounted + seconds - time) < 1e-6)
                lost += seconds
            }
            accounted = time
        }
        #expect(lost > 0)
        #expect(told > 0)
        #expect(told + Int((lost / stride).rounded()) == known.count)

        // Times never go back, states alternate, and what is on at the end has been said to be off.
        let times = lines.compactMap(\.time)
        #expect(times == times.sorted())
        var on = Set<String>()
        for line in lines where line.type == "event" {
            let label = try #require(line.label)
            #expect(on.contains(label) == (line.state == "off"))
            if line.state == "on" { on.insert(label) } else { on.remove(label) }
        }
        #expect(on.isEmpty)
    }

    /// A file waits for its reader: nothing is lost, and no more is held than a pipe holds.
    @Test func filesWait() throws {
        let path = try sound(seconds: 20)
        let whole = try Executable.tacit.run(arguments(path))
        let run = try StalledRun(.tacit, arguments(path))
        let (texts, status) = run.finish()
        #expect(status == 0)
        #expect(texts.map(withoutClocks) == whole.outputLines.map(withoutClocks))
        #expect(run.standardError.isEmpty)
    }

    /// A reader that never reads does not keep a stream from being ended.
    @Test(arguments: [[], ["--realtime"]])
    func signalsEndEvenSo(pace: [String]) throws {
        let path = try sound(seconds: 20)
        let run = try StalledRun(.tacit, arguments(path) + pace)
        if !pace.isEmpty { #expect(run.waitForError("read too slowly")) }
        run.send(signal: SIGTERM)
        #expect(run.waitForEnd() == 0)
    }

    @Test func aFullDiskEndsAQueueToo() throws {
        let path = try sound(seconds: 20)
        let outcome = try Executable.shell.run(
            ["-c", "exec \"$@\" >/dev/full", "sh", Executable.tacit.path] + arguments(path) + ["--realtime"])
        #expect(outcome.status == 73)
        #expect(outcome.errorLines == ["tacit: standard output: No space left on device"])
    }

    /// A file that can't be written is called that, and no reader slow.
    @Test func aFullDiskIsNoSlowReader() throws {
        let path = try sound(seconds: 4)
        let outcome = try Executable.tacit.run(
            [
                "listen", model.path, "--input", path, "--logits", "--top", "0", "--hop", "\(stride)", "--realtime",
                "--to",
                "jsonl:/dev/full",
            ])
        #expect(
            outcome.standardError.contains("/dev/full can't be written: labels are lost"), "\(outcome.standardError)")
        #expect(!outcome.standardError.contains("too slowly"))
    }

    @Test func aClosedPipeEndsAQueueToo() throws {
        let path = try sound(seconds: 20)
        let outcome = try Executable.shell.run(
            [
                "-c", "{ \"$@\"; echo $? >\"$0\"; } | head -n 1; cat \"$0\"", model.folder.path("status"),
                Executable.tacit.path,
            ] + arguments(path) + ["--realtime"])
        #expect(outcome.outputLines.count == 2)
        #expect(outcome.outputLines.last == "0")
        #expect(outcome.errors.isEmpty)
    }

    /// As a socket of a service manager's is, whose other end goes away: no error, as a closed pipe is none.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash"), "there is no bash"))
    func aClosedConnectionEndsIt() throws {
        let sound = try sound(seconds: 1)
        let peer = try ResettingListener()
        let outcome = try Executable(path: "/bin/bash").run(
            ["-c", "exec \"$@\" >/dev/tcp/127.0.0.1/\(peer.port)", "bash", Executable.tacit.path, "embed", model.path]
                + [String](repeating: sound, count: 1000))
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.standardError)")
    }
}
