import Foundation
import TacitTestSupport
import Testing

/// A sink that takes nothing beside one that does: the other gets everything, and its end.
@Suite struct StalledSinkTests {
    private let model: ConvertedModel
    private let arguments: [String]
    private var file: String { model.folder.path("a.jsonl") }

    init() throws {
        let sliding = try SlidingModel()
        model = sliding.model
        let sound = try sliding.sound(samples: 20 * sliding.rate)
        arguments =
            ["listen", model.path, "--input", sound, "--json", "--top", "0", "--hop", "\(sliding.stride)"]
            + ["--threshold", "0.3", "--on-after", "0", "--off-after", "0"]
    }

    private var lines: [String] {
        ((try? String(contentsOfFile: file, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
    }

    @Test func theFileIsCompleteBeforeStandardOutputIsRead() throws {
        let alone = try Executable.tacit.run(arguments).outputLines
        let run = try StalledRun(.tacit, arguments + ["--to", "stdout", "--to", "jsonl:\(file)"])
        #expect(waitUntil { lines.count >= alone.count })
        #expect(lines.map(withoutClocks) == alone.map(withoutClocks))
        let (texts, status) = run.finish()
        #expect(status == 0)
        #expect(texts.map(withoutClocks) == alone.map(withoutClocks))
    }

    /// `after` lines of the file a signal comes, flat out and paced.
    @Test(arguments: [1, 10, 100], [[], ["--realtime"]])
    func everyOnHasItsOffInTheOther(after: Int, pace: [String]) throws {
        let run = try StalledRun(.tacit, arguments + pace + ["--to", "stdout", "--to", "jsonl:\(file)"])
        #expect(waitUntil { lines.count >= after && lines.contains { $0.contains(#""state":"on""#) } })
        run.send(signal: after == 10 ? SIGINT : SIGTERM)
        #expect(run.waitForEnd() == 0)
        try expectPairs(lines)
    }

    @Test(arguments: [[], ["--realtime"]])
    func aPipeThatNobodyReads(pace: [String]) throws {
        let pipe = model.folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let held = open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(held) }
        // As small as it can be: F_SETPIPE_SZ, which Foundation doesn't know.
        _ = fcntl(held, 1031, 4096)
        let run = try LiveRun(
            .tacit, arguments + pace + ["--to", "jsonl:\(pipe)", "--to", "jsonl:\(file)", "--to", "stdout"])
        var printed: [String] = []
        while let line = run.readLine() {
            printed.append(line)
            if printed.count > 200, line.contains(#""state":"on""#) { break }
        }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { printed.append(line) }
        #expect(run.finish() == 0)
        try expectPairs(printed)
        #expect(lines.map(withoutClocks) == printed.map(withoutClocks))
    }
}
