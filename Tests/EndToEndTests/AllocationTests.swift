import Foundation
import TacitTestSupport
import Testing

/// A minute of a microphone's sound, far faster than it would pass: not one allocation by any thread after the first
/// label. Counted by a library in front of the C library's malloc, which the tests build.
@Suite struct AllocationTests {
    private struct NotBuilt: Error, CustomStringConvertible {
        let description: String
    }

    private static let counter: Result<(folder: TemporaryFolder, path: String), any Error> = Result {
        let folder = try TemporaryFolder()
        let path = folder.path("count.so")
        let source = TestPaths.fixtures.appendingPathComponent("allocations/count_allocations.c").path
        let outcome = try Executable(path: "/usr/bin/env").run(
            ["clang", "-shared", "-fPIC", "-O1", "-o", path, source])
        guard outcome.status == 0 else { throw NotBuilt(description: outcome.standardError) }
        return (folder, path)
    }

    private let model: ConvertedModel
    private let rate: Int
    private let microphone: PipeMicrophone

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
        rate = golden.sampleRate
        microphone = try PipeMicrophone()
    }

    private func environment(after writes: Int, until: Int = .max) throws -> [String: String] {
        microphone.environment.merging([
            "LD_PRELOAD": try Self.counter.get().path, "TACIT_COUNT_AFTER": "\(writes)", "TACIT_COUNT_UNTIL": "\(until)",
            "TACIT_COUNT_FILE": model.folder.path("allocations"), "TERM": "xterm", "LC_ALL": "C.UTF-8",
        ]) { $1 }
    }

    /// What the counter said at the end; where the first allocations came from, if there were any.
    private func counted() throws -> String {
        try String(contentsOfFile: model.folder.path("allocations"), encoding: .utf8)
    }

    private static let seconds = 60
    private static let hop = 0.5

    @Test(arguments: [
        (["--json"], false), (["--json", "--logits", "--top", "0"], true), ([], false),
        (["--json", "--to", "stdout", "--to", "exec:/bin/true", "--to", "clips:FOLDER", "--to", "jsonl:FOLDER.jsonl"], false),
    ])
    func linesAllocateNothing(options: [String], at48: Bool) throws {
        let rate = at48 ? 48_000 : rate
        // Threads of other sinks may begin when the first lines are written already, and those that end them are made
        // at the end.
        let isShared = options.contains("--to")
        let (written, until) = isShared ? (10, 100) : (1, Int.max)
        let run = try LiveRun(
            .tacit,
            ["listen", model.path, "--device", at48 ? microphone.deviceAt48 : microphone.device]
                + ["--hop", "\(Self.hop)", "--on-after", "86400"]
                + options.map { $0.replacing("FOLDER", with: model.folder.path("sink")) },
            environment: try environment(after: written, until: until))
        #expect(microphone.connect { run.isRunning })
        let sound = Sounds.glide(samples: rate)
        var labels = 0
        for period in 0..<40 * Self.seconds {
            let start = period % 40 * (rate / 40)
            microphone.write(sound[start..<start + rate / 40])
            // Never more than two readings ahead of what came out, so that nothing is lost on the way.
            while Double(period) / 40 > Double(labels + 2) * Self.hop {
                // With no event within a day, each line is a reading.
                _ = try #require(run.readLine())
                labels += 1
            }
        }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        let counted = try counted()
        #expect(counted == "0 allocations after \(written) writes\n", "\(counted)")
        // Otherwise the end is among what is counted.
        if isShared { #expect(labels > until) }
    }

    /// One of several inputs, with labels that have rules of their own and a file that others may write to.
    @Test func anInputOfSettingsAllocatesNothing() throws {
        let names = try GoldenCase(name: "llama-plain").labels
        let settings = try model.folder.write(
            "settings.toml",
            """
            quiet = "03:00-03:01"
            [[input]]
            name = "room"
            model = "\(model.path)"
            device = "\(microphone.device)"
            hop = \(Self.hop)
            on_after = 86400
            [[sink]]
            name = "out"
            to = "stdout"
            [[sink]]
            name = "file"
            to = "jsonl:\(model.folder.path("lines.jsonl"))"
            [label."\(names[0])"]
            on_after = 80000
            group = "some"
            """.utf8)
        let (written, until) = (10, 100)
        let run = try LiveRun(
            .tacit, ["run", settings, "--json"], environment: try environment(after: written, until: until))
        #expect(microphone.connect { run.isRunning })
        let sound = Sounds.glide(samples: rate)
        var labels = 0
        for period in 0..<40 * Self.seconds {
            let start = period % 40 * (rate / 40)
            microphone.write(sound[start..<start + rate / 40])
            while Double(period) / 40 > Double(labels + 2) * Self.hop {
                _ = try #require(run.readLine())
                labels += 1
            }
        }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        let counted = try counted()
        #expect(counted == "0 allocations after \(written) writes\n", "\(counted)")
        #expect(labels > until)
    }

    @Test func theLiveViewAllocatesNothing() throws {
        let terminal = try PseudoTerminal(
            .tacit, ["listen", model.path, "--device", microphone.device, "--hop", "\(Self.hop)"],
            environment: try environment(after: 10))
        #expect(microphone.connect { true })
        let sound = Sounds.glide(samples: rate)
        for period in 0..<40 * Self.seconds {
            let start = period % 40 * (rate / 40)
            microphone.write(sound[start..<start + rate / 40])
            // The view is drawn as time passes: 20 times as fast as it would, there are some thirty drawings.
            if period % 20 == 0 { _ = terminal.read(limit: 0.025) { _ in false } }
        }
        terminal.send(signal: SIGTERM)
        #expect(terminal.finish() == 0)
        let counted = try counted()
        #expect(counted == "0 allocations after 10 writes\n", "\(counted)")
    }
}
