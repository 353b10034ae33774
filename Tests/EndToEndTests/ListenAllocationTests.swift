import Foundation
import TacitTestSupport
import Testing

/// A minute of a microphone's sound, far faster than it would pass: not one allocation by any thread after the first
/// label. Counted by a library in front of the C library's malloc, which the tests build.
@Suite struct ListenAllocationTests {
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
        microphone.environment
            .merging(["TERM": "xterm", "LC_ALL": "C.UTF-8"]) { $1 }
            .merging(try AllocationCount.environment(model.folder, after: writes, until: until)) { $1 }
    }

    private static let seconds = 60
    private static let hop = 0.5

    @Test(arguments: [
        (["--json"], false), (["--json", "--logits", "--top", "0"], true), ([], false),
        (
            [
                "--json", "--to", "stdout", "--to", "exec:/bin/true", "--to", "clips:FOLDER", "--to",
                "jsonl:FOLDER.jsonl",
            ], false
        ),
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
        let labels = try microphone.feed(run, seconds: Self.seconds, rate: rate, hop: Self.hop)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        try AllocationCount.expectNone(model.folder)
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
        let labels = try microphone.feed(run, seconds: Self.seconds, rate: rate, hop: Self.hop)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        try AllocationCount.expectNone(model.folder)
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
        try AllocationCount.expectNone(model.folder)
    }
}
