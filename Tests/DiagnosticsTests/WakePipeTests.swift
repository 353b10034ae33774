import Glibc
import TacitDiagnostics
import Testing

/// One thread waits, others wake it.
@Suite struct WakePipeTests {
    private func isReadable(_ pipe: WakePipe) -> Bool {
        var descriptor = pollfd(fd: pipe.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 1
    }

    @Test func itIsReadableUntilItIsCleared() throws {
        let pipe = try WakePipe(for: "test", failure: .inputOutput)
        #expect(!isReadable(pipe) && !pipe.wait(milliseconds: 0, stopDescriptor: -1))
        for _ in 0..<2 {
            pipe.wake()
            pipe.wake()
            #expect(isReadable(pipe))
            pipe.clear()
            #expect(!isReadable(pipe))
        }
        // Nobody inherits it.
        #expect(fcntl(pipe.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    /// More often than a pipe has room for: this test would hang.
    @Test func wakingNeverWaits() throws {
        let pipe = try WakePipe(for: "test", failure: .inputOutput)
        for _ in 0..<100_000 { pipe.wake() }
        #expect(!pipe.wait(milliseconds: 0, stopDescriptor: -1))
        #expect(!isReadable(pipe))
    }

    @Test func aWaitEndsAtOnce() throws {
        let pipe = try WakePipe(for: "test", failure: .inputOutput)
        let begun = Stopwatch.now
        try DetachedThread.start(for: "test", failing: .inputOutput) { pipe.wake() }
        #expect(!pipe.wait(milliseconds: 600_000, stopDescriptor: -1))
        #expect(Stopwatch.now - begun < 300 && !isReadable(pipe))
    }

    @Test func aStopIsTold() throws {
        let (pipe, stop) = (
            try WakePipe(for: "test", failure: .inputOutput), try WakePipe(for: "stop", failure: .inputOutput)
        )
        #expect(!pipe.wait(milliseconds: 0, stopDescriptor: stop.descriptor))
        stop.wake()
        for _ in 0..<2 { #expect(pipe.wait(milliseconds: 600_000, stopDescriptor: stop.descriptor)) }
        pipe.wake()
        #expect(pipe.wait(milliseconds: 600_000, stopDescriptor: stop.descriptor))
        #expect(!isReadable(pipe) && isReadable(stop))
    }
}
