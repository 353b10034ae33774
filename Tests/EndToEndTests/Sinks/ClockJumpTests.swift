import Foundation
import TacitTestSupport
import Testing

/// A wall clock that jumps by a day while a stream runs: forth, as when a board without a battery is first told the
/// time, and back. Only what is dated may tell; nothing is decided by it, lost, named twice or put in another order.
@Suite struct ClockJumpTests {
    private static let day: Int64 = 86_400

    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }

    init() throws {
        listening = try EventfulListening()
    }

    private func set(_ shift: Int64) throws {
        let file = open(folder.path("shift"), O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        var shift = shift
        #expect(pwrite(file, &shift, 8, 0) == 8)
    }

    /// Seconds of sound at which the clock is set, and by how much it is off from then on.
    private static let jumps: [(seconds: Int, shift: Int64)] = [(1, day), (2, 0), (3, -day), (4, 0)]

    /// The lines of a run whose clock jumps once what was heard before has been told.
    private func run(_ more: [String], jumping: Bool) throws -> [String] {
        try set(0)
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let run = try LiveRun(
            .tacit,
            ["listen", listening.model.path, "--input", "-", "--raw", "--json", "--hop", "\(listening.stride)"]
                + ["--threshold", "0.3", "--on-after", "0", "--off-after", "0", "--to", "stdout"] + more,
            environment: ["LD_PRELOAD": try PreloadedLibrary.clock.path, "CLOCK_SHIFT": folder.path("shift")],
            input: ends[0])
        close(ends[0])
        let samples = Sounds.glide(samples: 5 * listening.rate)
        var lines: [String] = []
        for second in 0..<5 {
            if jumping, let jump = Self.jumps.first(where: { $0.seconds == second }) { try set(jump.shift) }
            let bytes = Sounds.raw(Array(samples[(second * listening.rate)..<((second + 1) * listening.rate)]))
            #expect(write(ends[1], bytes, bytes.count) == bytes.count)
            // All readings of this second but the last, whose samples may wait for more.
            while lines.last.flatMap(Self.time) ?? 0 < Double(second + 1) - 2.5 * listening.stride {
                lines.append(try #require(run.readLine()))
            }
        }
        close(ends[1])
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(run.standardError.isEmpty, "\(run.standardError)")
        return lines
    }

    private static func time(_ line: String) -> Double? {
        line.firstMatch(of: /"time":([0-9.]+)/).flatMap { Double($0.output.1) }
    }

    private func walls(_ lines: [String]) throws -> [Date] {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return try lines.compactMap { line in
            try line.firstMatch(of: /"wall":"([^"]+)"/).map { try Date(String($0.output.1), strategy: format) }
        }
    }

    /// That the clock did jump, both ways, and how often.
    private func expectJumps(_ lines: [String]) throws {
        let walls = try walls(lines)
        let jumps = zip(walls, walls.dropFirst()).map { $1.timeIntervalSince($0) }.filter { abs($0) > 43_200 }
        #expect(jumps.map { ($0 / 86_400).rounded() } == [1, -1, -1, 1])
    }

    @Test func theSameLinesAndNamesThatAreUnique() throws {
        let steady = try run([], jumping: false)
        let jumping = try run([], jumping: true)
        try expectJumps(jumping)
        // Stream times, scores and events are what they are without a jump.
        #expect(jumping.map(withoutClocks) == steady.map(withoutClocks))
        let ons = jumping.filter { $0.contains(#""state":"on""#) }
        let ids = eventIDs(ons)
        #expect(ids.count == ons.count && Set(ids).count == ids.count && ids.count > 10)
        // In the order of the events: the same start and random number, and a count that grows.
        let counts = ids.compactMap { $0.split(separator: "-").last.flatMap { Int($0) } }
        #expect(counts == counts.sorted() && Set(ids.map { $0.split(separator: "-").first }).count == 1)
    }

    /// Files that were put away sort in the order of their lines, and it is the oldest that make way.
    @Test func rotatedFilesStayInOrder() throws {
        let file = folder.path("lines.jsonl")
        let told = try run(
            ["--to", "jsonl:\(file)", "--rotate-bytes", "10K", "--rotate-daily", "--rotate-keep", "1000"], jumping: true
        )
        try expectJumps(told)
        let names = try folder.names().filter { $0.hasPrefix("lines.jsonl.") }
        #expect(names.count > 8)
        let lines = try (names + ["lines.jsonl"]).flatMap(listening.lines)
        #expect(lines.map(withoutClocks) == told.map(withoutClocks))

        let few = folder.path("few.jsonl")
        let all = try run(["--to", "jsonl:\(few)", "--rotate-bytes", "10K", "--rotate-keep", "2"], jumping: true)
        let kept = try folder.names().filter { $0.hasPrefix("few.jsonl.") }
        #expect(kept.count == 2)
        let last = try (kept + ["few.jsonl"]).flatMap(listening.lines)
        #expect(last.count > 50 && last.map(withoutClocks) == all.suffix(last.count).map(withoutClocks))
    }

    /// Each event's clip has a name of its own, and the newest are those that are kept.
    @Test func clipsKeepTheirNamesAndOrder() throws {
        let clips = folder.path("clips")
        let told = try run(
            ["--to", "clips:\(clips)", "--clip-reserve", "0", "--clip-before", "0.1", "--clip-after", "0"],
            jumping: true)
        try expectJumps(told)
        func clip(_ line: String) -> String? { line.firstMatch(of: /"clip":"([^"]+)"/).map { String($0.output.1) } }
        func kept() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: clips).filter { $0.hasSuffix(".flac") }
        }
        let names = told.filter { $0.contains(#""state":"on""#) }.compactMap(clip)
        #expect(Set(names).count == names.count && names.count > 10)
        #expect(try Set(kept()) == Set(names))

        try FileManager.default.removeItem(atPath: clips)
        let again = try run(
            [
                "--to", "clips:\(clips)", "--clip-reserve", "0", "--clip-count", "5", "--clip-before", "0.1",
                "--clip-after", "0",
            ],
            jumping: true)
        let ended = again.filter { $0.contains(#""state":"off""#) }.compactMap(clip)
        let last = try kept()
        #expect(last.count == 5)
        // Those that ended last, but for some that were made side by side.
        #expect(Set(last).isSubset(of: Set(ended.suffix(12))), "\(last) \(ended.suffix(12))")
    }

    @Test(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
    func aBrokerIsToldEverything() throws {
        let broker = try Mosquitto()
        try broker.start()
        let listener = try broker.listener()
        let told = try run(["--to", "mqtt://\(broker.address)/here", "--name", "ear"], jumping: true)
        try expectJumps(told)
        let messages = MQTTMessages()
        #expect(messages.read(listener) { $0.topic == "here/available" && $0.payload == "offline" })
        let events = told.filter { $0.contains(#""type":"event""#) }
        #expect(messages.payloads("here/ear/event").count == events.count)
        #expect(eventIDs(messages.payloads("here/ear/event")) == eventIDs(events))
    }
}
