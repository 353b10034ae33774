import Foundation
import TacitDiagnostics
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
        var atEnd: () -> Void = {}

        private func note(_ word: String) throws {
            guard words.count < refusesAfter else { throw Refused() }
            words.append(word)
        }

        func labels(_ reading: LiveReading) throws { try note("labels \(reading.time)") }
        func event(_ event: LiveEvent) throws { try note("\(event.state) \(event.label)") }
        func gap(_ gap: LiveGap) throws { try note("\(gap.reason)") }

        func finish() throws {
            try note("finish")
            atEnd()
        }
    }

    private func tee(_ sinks: [any Sink], stop: StopToken = StopToken()) -> Tee {
        Tee(sinks.map { ("a sink", $0) }, stop: stop)
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
        try tell(tee(sinks))
        for sink in sinks { #expect(sink.words == Self.everything) }
    }

    @Test func oneThatFailsIsToldNothingMoreAndTheOthersAll() throws {
        let sinks = [Recorder(), Recorder(), Recorder()]
        sinks[1].refusesAfter = 1
        let tee = tee(sinks)
        try News.reading([0.5], at: 1) { try tee.labels($0) }
        #expect(throws: Refused.self) { try tee.event(News.event(.on, 0, at: 1)) }
        sinks[1].refusesAfter = .max
        try tee.gap(LiveGap(time: 2, lostSeconds: 1, reason: .lost))
        try tee.event(News.event(.off, 0, at: 2))
        try tee.finish()
        #expect(sinks[1].words == ["labels 1.0"])
        for sink in [sinks[0], sinks[2]] { #expect(sink.words == Self.everything) }
    }

    /// One that never comes back from its end.
    private final class Stuck: Sink {
        let mayEnd = DispatchSemaphore(value: 0)
        func labels(_ reading: LiveReading) {}
        func event(_ event: LiveEvent) {}
        func gap(_ gap: LiveGap) {}
        func finish() { mayEnd.wait() }
    }

    @Test func afterAWishToStopNoOneIsWaitedForWithoutAnEnd() throws {
        let (stuck, other, stop) = (Stuck(), Recorder(), StopToken())
        stop.stop()
        try tell(tee([stuck, other], stop: stop))
        #expect(other.words == Self.everything)
        stuck.mayEnd.signal()
    }

    @Test func aWishToStopReachesAnEndThatIsWaitedForAlready() throws {
        let (stuck, other, stop) = (Stuck(), Recorder(), StopToken())
        let ending = tee([stuck, other], stop: stop)
        other.atEnd = { stop.stop() }
        try tell(ending)
        #expect(other.words == Self.everything)
        stuck.mayEnd.signal()
    }

    private struct Told {
        var accounted = 0.0
        var lost = 0.0
        var states: [String] = []
    }

    /// What lines of one label a second say, in their order.
    private func told(_ bytes: [UInt8]) throws -> Told {
        var told = Told()
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let object = try News.object(Array(line))
            let time = try #require(object["time"] as? Double)
            switch object["type"] as? String {
            case "labels":
                #expect(time == told.accounted + 1)
                told.accounted = time
            case "gap":
                #expect(object["reason"] as? String == "output")
                let lost = try #require(object["lost_seconds"] as? Double)
                #expect(time == told.accounted + lost)
                told.lost += lost
                told.accounted = time
            default: told.states.append(object["state"] as? String ?? "")
            }
        }
        #expect(told.states.enumerated().allSatisfy { $1 == ($0 % 2 == 0 ? "on" : "off") })
        #expect(told.states.count % 2 == 0)
        return told
    }

    /// A pipe whose reader stands still, beside a file. Where the stream waits, all is there in both in the end, and
    /// the file had it before the pipe was read. Where it doesn't, nothing that was told waited for the pipe, whose
    /// losses are owned up to once it is read.
    @Test(arguments: [true, false])
    func aSlowOneHoldsUpNoOther(waits: Bool) throws {
        let folder = try TemporaryFolder()
        let (pipe, file) = (folder.path("pipe"), folder.path("all.jsonl"))
        #expect(mkfifo(pipe, 0o600) == 0)
        let reading = open(pipe, O_RDONLY | O_NONBLOCK)
        defer { close(reading) }
        let labels = (0..<40).map { "label \($0)" }
        let stream = News.stream(labels: labels, waits: waits, logits: true)
        let tee = try SinkTable.open(try SinkTable.parse(["jsonl:\(pipe)", "jsonl:\(file)"]), SinkSettings(), stream)
        // More than the pipe holds, and where the stream doesn't wait its queue as well.
        let count = 400
        for index in 1...count {
            try News.reading([Float](repeating: 0.25, count: 40), at: Double(index)) { try tee.labels($0) }
            if index % 20 == 0 { try tee.event(News.event(index % 40 == 0 ? .off : .on, 0, at: Double(index))) }
            // The disk's thread has its turn, for where the stream doesn't wait it isn't waited for either.
            if !waits { try #require(try waitUntil(pause: 50) { try lines(file) >= index + index / 20 }) }
        }
        nonisolated(unsafe) let ending = tee
        let ended = Thread { try? ending.finish() }
        ended.start()
        // The pipe is not read yet.
        #expect(try waitUntil(pause: 200) { try lines(file) >= count + count / 20 })
        #expect(try told([UInt8](Data(contentsOf: URL(fileURLWithPath: file)))).accounted == Double(count))

        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let got = read(reading, &buffer, buffer.count)
            if got > 0 { bytes += buffer[..<got] } else if ended.isFinished { break } else { usleep(200) }
        }
        let told = try told(bytes)
        #expect(told.accounted == Double(count))
        #expect((told.lost == 0) == waits)
        if waits { #expect(told.states.count == count / 20) }
    }

    private func lines(_ file: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: file)).count { $0 == UInt8(ascii: "\n") }
    }

    @Test func aFileIsContinued() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.jsonl")
        for _ in 0..<2 {
            try tell(
                try SinkTable.open(
                    try SinkTable.parse(["jsonl:\(path)"]), SinkSettings(), News.stream(labels: ["a"], waits: true)))
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2 * 4)
    }
}
