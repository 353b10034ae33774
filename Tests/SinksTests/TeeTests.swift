import Foundation
import TacitLive
import TacitSinks
import TacitTestSupport
import Testing

/// Several sinks at once.
@Suite struct TeeTests {
    private struct Refused: Error, Equatable {}

    private final class Recorder: Sink {
        var words: [String] = []
        var refusesAfter = Int.max

        private func note(_ word: String) throws {
            guard words.count < refusesAfter else { throw Refused() }
            words.append(word)
        }

        func labels(_ reading: LiveReading) throws { try note("labels \(reading.time)") }
        func event(_ event: LiveEvent) throws { try note("\(event.state) \(event.label)") }
        func gap(_ gap: LiveGap) throws { try note("\(gap.reason)") }
        func finish() throws { try note("finish") }
    }

    private func tell(_ sink: any Sink) throws {
        try News.reading([0.5], at: 1) { try sink.labels($0) }
        try sink.event(News.event(.on, 0, at: 1))
        try sink.gap(LiveGap(time: 2, lostSeconds: 1, reason: .lost))
        try sink.event(News.event(.off, 0, at: 2))
        try sink.finish()
    }

    private static let everything = ["labels 1.0", "on 0", "lost", "off 0", "finish"]

    @Test func allAreToldEverythingInOrder() throws {
        let sinks = [Recorder(), Recorder(), Recorder()]
        try tell(Tee(sinks))
        for sink in sinks { #expect(sink.words == Self.everything) }
    }

    @Test func oneThatFailsIsToldNothingMoreAndTheOthersAll() throws {
        let sinks = [Recorder(), Recorder(), Recorder()]
        sinks[1].refusesAfter = 1
        let tee = Tee(sinks)
        try News.reading([0.5], at: 1) { try tee.labels($0) }
        #expect(throws: Refused.self) { try tee.event(News.event(.on, 0, at: 1)) }
        sinks[1].refusesAfter = .max
        try tee.gap(LiveGap(time: 2, lostSeconds: 1, reason: .lost))
        try tee.event(News.event(.off, 0, at: 2))
        try tee.finish()
        #expect(sinks[1].words == ["labels 1.0"])
        for sink in [sinks[0], sinks[2]] { #expect(sink.words == Self.everything) }
    }

    /// A pipe whose reader stands still, beside a file: the file has every line while the pipe has none of the last, and
    /// nothing that was told waited for it. Once the pipe is read, its losses are owned up to.
    @Test func aSlowOneHoldsUpNoOther() throws {
        let folder = try TemporaryFolder()
        let (pipe, file) = (folder.path("pipe"), folder.path("all.jsonl"))
        #expect(mkfifo(pipe, 0o600) == 0)
        let reading = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reading) }
        let labels = (0..<40).map { "label \($0)" }
        let stream = News.stream(labels: labels, waits: true, logits: true)
        let tee = try SinkTable.open(try SinkTable.parse(["jsonl:\(pipe)", "jsonl:\(file)"]), stream)
        // Far more than the pipe and its queue hold.
        let count = 2000
        for index in 1...count {
            try News.reading([Float](repeating: 0.25, count: 40), at: Double(index)) { try tee.labels($0) }
            if index % 100 == 0 { try tee.event(News.event(index % 200 == 0 ? .off : .on, 0, at: Double(index))) }
        }
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == count + count / 100)

        // Now the pipe is read, while the end waits for it.
        nonisolated(unsafe) let ending = tee
        let ended = Thread { try? ending.finish() }
        ended.start()
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let got = read(reading, &buffer, buffer.count)
            if got > 0 { bytes += buffer[..<got] } else if ended.isFinished { break } else { usleep(200) }
        }
        var accounted = 0.0
        var events: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let object = try News.object(Array(line))
            let time = try #require(object["time"] as? Double)
            switch object["type"] as? String {
            case "labels":
                #expect(time == accounted + 1)
                accounted = time
            case "gap":
                #expect(object["reason"] as? String == "output")
                #expect(time == accounted + (object["lost_seconds"] as? Double ?? 0))
                accounted = time
            default: events.append(object["state"] as? String ?? "")
            }
        }
        #expect(accounted == Double(count))
        #expect(events.enumerated().allSatisfy { $1 == ($0 % 2 == 0 ? "on" : "off") })
        #expect(events.count % 2 == 0)
    }

    @Test func aFileIsContinued() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.jsonl")
        for _ in 0..<2 {
            try tell(
                try SinkTable.open(try SinkTable.parse(["jsonl:\(path)"]), News.stream(labels: ["a"], waits: true)))
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 * 4)
    }
}
