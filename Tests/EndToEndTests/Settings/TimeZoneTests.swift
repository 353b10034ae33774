import Foundation
import TacitTestSupport
import Testing

/// Quiet hours go by the time zone as it is set by now: a board is often told where it stands while it runs already.
@Suite(.enabled(if: OwnMounts.areToBeHad, "nothing may be mounted here")) struct TimeZoneTests {
    private let listening: EventfulListening
    private var folder: TemporaryFolder { listening.folder }

    init() throws { listening = try EventfulListening() }

    /// Sets the zone so that it is about that hour of the day now, and the clock so many seconds ahead.
    private func set(hour: Int, ahead: Int64) throws {
        let now = Int(Date().timeIntervalSince1970)
        let offset = ((hour * 3600 - now) % 86_400 + 86_400) % 86_400
        // A zone of one offset: no version, no moments at which it changes, one type, a name of four bytes.
        var bytes = Array("TZif".utf8) + [UInt8](repeating: 0, count: 16)
        for count: UInt32 in [0, 0, 0, 0, 1, 4] { withUnsafeBytes(of: count.bigEndian) { bytes += $0 } }
        withUnsafeBytes(of: Int32(offset).bigEndian) { bytes += $0 }
        try folder.write("etc/localtime.new", bytes + [0, 0] + Array("LMT\0".utf8))
        #expect(rename(folder.path("etc/localtime.new"), folder.path("etc/localtime")) == 0)
        let file = open(folder.path("shift"), O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        #expect(withUnsafeBytes(of: ahead) { pwrite(file, $0.baseAddress, 8, 0) } == 8)
    }

    @Test func isFollowed() throws {
        try set(hour: 18, ahead: 0)
        let settings = try folder.write(
            "settings.toml",
            Array(
                """
                quiet = "00:00-12:00"
                [[input]]
                name = "one"
                model = "\(listening.model.path)"
                input = "-"
                raw = true
                json = true
                hop = \(listening.stride)
                threshold = 0.3
                on_after = 0
                off_after = 0
                """.utf8))
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let run = try LiveRun(
            .shell,
            OwnMounts.arguments(
                "mount --bind \"\(folder.path("etc"))\" /etc",
                ["/usr/bin/env", "-u", "TZ", Executable.tacit.path, "run", settings]),
            environment: ["LD_PRELOAD": try PreloadedLibrary.clock.path, "CLOCK_SHIFT": folder.path("shift")],
            input: ends[0])
        close(ends[0])
        // So much that all lines of it fit into a pipe.
        let bytes = Sounds.raw(Sounds.glide(samples: listening.rate))
        func feed() { #expect(write(ends[1], bytes, bytes.count) == bytes.count) }
        func isEvent(_ line: String) -> Bool { line.contains(#""type":"event""#) }
        feed()
        while let line = run.readLine(), !isEvent(line) {}
        try set(hour: 6, ahead: 120)
        feed()
        close(ends[1])
        var lines: [String] = []
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(run.standardError.isEmpty, "\(run.standardError)")
        // What was on is told to be over with the first reading, rather than with the last.
        let quiet = lines.count - (lines.lastIndex(where: isEvent).map { $0 + 1 } ?? 0)
        #expect(quiet > 4, "\(lines.suffix(3))")
    }
}
