import Foundation
import TacitTestSupport
import Testing

/// Clips on a disk that takes a second for everything that is to be on it for sure, or until it is allowed to go on.
@Suite struct SlowDiskTests {
    private let listening: EventfulListening
    private let slow: [String: String]
    private var clips: String { listening.folder.path("clips") }
    private var sinks: [String] {
        ["--to", "stdout", "--to", "clips:\(clips)", "--clip-reserve", "0", "--clip-before", "0.2"]
            + ["--clip-after", "0", "--clip-longest", "1"]
    }

    init() throws {
        listening = try EventfulListening(seconds: 3)
        slow = ["LD_PRELOAD": try PreloadedLibrary.slowDisk.path]
    }

    private func expectWholeClips() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: clips)
        let sounds = names.filter { $0.hasSuffix(".flac") }
        for name in sounds {
            #expect(names.contains("\(name.dropLast(5)).json"))
            #expect(
                try Executable.tacit.run(["classify", listening.model.path, "\(clips)/\(name)"]).status == 0)
        }
        #expect(!names.contains { $0.hasSuffix(".part") })
    }

    /// A stream that passes by itself says the same as without any clips while the disk does nothing at all.
    @Test func theStreamDoesNotWait() throws {
        func plain(_ line: String) -> String { withoutClocks(line).replacing(/,"clip":"[^"]*"/, with: "") }
        let alone = try FedRun(listening, ["--realtime"])
        let gate = listening.folder.path("gate")
        let fed = try FedRun(
            listening, ["--realtime"] + sinks, environment: slow.merging(["GATE": gate]) { own, _ in own })
        for run in [alone, fed] { #expect(run.feedInStep(seconds: 3)) }
        #expect(fed.lines.count > 900)
        try listening.folder.write("gate", [])
        for run in [alone, fed] { #expect(run.finish() == 0) }
        #expect(fed.lines.map(plain) == alone.lines.map(plain))
        try expectWholeClips()
        // What an event says it has is there, or the log says why not.
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: clips))
        let promised = Set(
            fed.lines.compactMap { $0.firstMatch(of: /"clip":"([^"]*)"/).map { String($0.output.1) } })
        #expect(!names.isEmpty && !promised.isEmpty)
        #expect(promised.subtracting(names).isEmpty || fed.run.standardError.contains("clip"))
    }

    /// A wish to stop is heard, and no clip is half a file in anybody's eyes.
    @Test func itEndsWhenItShould() throws {
        let run = try LiveRun(.tacit, listening.arguments(["--realtime"] + sinks), environment: slow)
        var lines: [String] = []
        while let line = run.readLine() {
            lines.append(line)
            if lines.count == 60 { run.send(signal: SIGTERM) }
        }
        #expect(run.finish() == 0)
        try expectPairs(lines)
        for name in try FileManager.default.contentsOfDirectory(atPath: clips) where name.hasSuffix(".flac") {
            #expect(try Executable.tacit.run(["classify", listening.model.path, "\(clips)/\(name)"]).status == 0)
        }
    }
}
