import Foundation
import TacitTestSupport
import Testing

/// A sound that someone leaves before its end.
@Suite struct StoppedInputTests {
    /// What is not waited for doesn't lack.
    @Test(arguments: [SIGINT, SIGTERM]) func itIsNotCalledCutOff(signal: Int32) throws {
        let sliding = try SlidingModel()
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        let run: LiveRun
        do {
            defer { close(ends[0]) }
            run = try LiveRun(.tacit, ["listen", sliding.model.path, "--input", "-", "--json"], input: ends[0])
        }
        // Fits into a pipe.
        let begun = WaveFile.bytes(
            Sounds.glide(samples: 2 * sliding.rate), rate: UInt32(sliding.rate), statedDataBytes: 1_000_000)
        #expect(begun.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == begun.count)
        #expect(run.readLine() != nil)
        run.send(signal: signal)
        while run.readLine() != nil {}
        #expect(run.finish() == 0)
        #expect(run.standardError.isEmpty, "\(run.standardError)")
    }
}
