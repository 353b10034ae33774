import Dispatch
import Glibc
import Synchronization
import TacitConsole
import TacitDiagnostics
import TacitSinks
import TacitTestSupport
import Testing

/// The queue before a drain that waits, refuses or fails.
@Suite struct OutputQueueTests {
    private struct Broken: Error, Equatable {}

    /// Takes what it is allowed to, in pieces.
    private final class Drain: OutputDrain {
        struct State {
            var bytes: [UInt8] = []
            var isOpen = true
            var isBroken = false
            var failures = 0
            var refusals = 0
        }

        let name = "a drain"
        let state: Mutex<State>

        init(isOpen: Bool = true, isBroken: Bool = false) {
            state = Mutex(State(isOpen: isOpen, isBroken: isBroken))
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
            try state.withLock { state in
                if state.isBroken { throw Broken() }
                guard state.isOpen else {
                    state.refusals += 1
                    return 0
                }
                let some = bytes.prefix(3)
                state.bytes += some
                return some.count
            }
        }

        func hasFailed(_ error: any Error) { state.withLock { $0.failures += 1 } }
        var bytes: [UInt8] { state.withLock { $0.bytes } }
    }

    @Test func everythingInOrder() throws {
        let drain = Drain()
        let queue = try OutputQueue(drain, capacity: 1000, patience: 0, stop: StopToken())
        var expected: [UInt8] = []
        for index in 0..<5000 {
            let line = [UInt8](repeating: UInt8(index % 251), count: 1 + index % 7)
            try #require(try waitUntil(pause: 100) { try queue.add(line, leaving: 0) })
            expected += line
        }
        try queue.waitUntilEmpty()
        #expect(drain.bytes == expected)
        #expect(queue.isEmpty && queue.count == 0)
    }

    @Test func takesALineWholeOrNotAtAllAndKeepsTheReserve() throws {
        let drain = Drain(isOpen: false)
        let queue = try OutputQueue(drain, capacity: 100, patience: 0, stop: StopToken())
        // One byte is under way, refused again and again; nothing else leaves the queue.
        #expect(try queue.add([9], leaving: 0))
        #expect(waitUntil(pause: 100) { drain.state.withLock { $0.refusals } > 0 })
        #expect(try queue.add([UInt8](repeating: 1, count: 50), leaving: 50))
        #expect(try !queue.add([2], leaving: 50))
        #expect(try !queue.add([UInt8](repeating: 3, count: 51), leaving: 0))
        #expect(try queue.add([UInt8](repeating: 3, count: 50), leaving: 0))
        #expect(queue.count == 100 && !queue.isEmpty)
        drain.state.withLock { $0.isOpen = true }
        try queue.waitUntilEmpty()
        #expect(drain.bytes == [9] + [UInt8](repeating: 1, count: 50) + [UInt8](repeating: 3, count: 50))
    }

    @Test func withPatienceNothingIsRefusedAndNothingLost() throws {
        let drain = Drain()
        let queue = try OutputQueue(drain, capacity: 20, patience: .infinity, stop: StopToken())
        var expected: [UInt8] = []
        for index in 0..<2000 {
            let line = [UInt8](repeating: UInt8(index % 251), count: 1 + index % 7)
            #expect(try queue.add(line, leaving: 10))
            expected += line
        }
        try queue.waitUntilEmpty()
        #expect(drain.bytes == expected)
    }

    /// A drain that takes nothing at all is not waited for beyond that.
    @Test func patienceEnds() throws {
        let drain = Drain(isOpen: false)
        let queue = try OutputQueue(drain, capacity: 20, patience: 0.05, stop: StopToken())
        #expect(try queue.add([UInt8](repeating: 1, count: 20), leaving: 0))
        #expect(waitUntil(pause: 100) { drain.state.withLock { $0.refusals } > 0 })
        #expect(try queue.add([UInt8](repeating: 2, count: 20), leaving: 0))
        #expect(try !queue.add([3], leaving: 0))
    }

    @Test func aWishToStopEndsAWait() throws {
        let stop = StopToken()
        let drain = Drain(isOpen: false)
        let queue = try OutputQueue(drain, capacity: 20, patience: .infinity, stop: stop)
        #expect(try queue.add([UInt8](repeating: 1, count: 20), leaving: 0))
        #expect(waitUntil(pause: 100) { drain.state.withLock { $0.refusals } > 0 })
        #expect(try queue.add([UInt8](repeating: 2, count: 20), leaving: 0))
        var stopping = pthread_t()
        pthread_create(
            &stopping, nil,
            { token in
                guard let token else { return nil }
                Unmanaged<StopToken>.fromOpaque(token).takeUnretainedValue().stop()
                return nil
            }, Unmanaged.passUnretained(stop).toOpaque())
        #expect(try !queue.add([3], leaving: 0))
        pthread_join(stopping, nil)
    }

    /// Before a wish to stop the end is waited for, afterwards not for long.
    @Test func aDrainThatTakesNothingIsGivenUpAtTheEnd() throws {
        let stop = StopToken()
        let drain = Standing()
        let queue = try OutputQueue(drain, capacity: 20, patience: 0, stop: stop)
        #expect(try queue.add([1, 2, 3], leaving: 0))
        drain.hasBegun.wait()
        stop.stop()
        #expect(throws: Process.Stopped.self) { try queue.waitUntilEmpty() }
        drain.mayEnd.signal()
    }

    /// Stands still in the midst of a write.
    private final class Standing: OutputDrain {
        let name = "a drain"
        let hasBegun = DispatchSemaphore(value: 0)
        let mayEnd = DispatchSemaphore(value: 0)

        func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
            hasBegun.signal()
            mayEnd.wait()
            return bytes.count
        }

        func hasFailed(_ error: any Error) {}
    }

    /// Whoever can't wait is not made to.
    @Test func whoDoesNotWaitIsToldAtOnce() throws {
        let drain = Drain(isOpen: false)
        let queue = try OutputQueue(drain, capacity: 20, patience: .infinity, stop: StopToken())
        #expect(try queue.add([UInt8](repeating: 1, count: 20), leaving: 0))
        #expect(waitUntil(pause: 100) { drain.state.withLock { $0.refusals } > 0 })
        #expect(try queue.add([UInt8](repeating: 2, count: 20), leaving: 0))
        #expect(try !queue.add([3], leaving: 0, waits: false))
    }

    @Test func atTheEndWhatIsRefusedIsGivenUpWithAnError() throws {
        let drain = Drain(isOpen: false)
        let queue = try OutputQueue(drain, capacity: 100, patience: 0, stop: StopToken())
        #expect(try queue.add([1, 2], leaving: 0))
        #expect(throws: drain.failure) { try queue.waitUntilEmpty() }
        #expect(throws: drain.failure) { try queue.add([1], leaving: 0) }
    }

    @Test func whatTheDrainThrowsReachesWhoeverAddsMore() throws {
        let drain = Drain(isBroken: true)
        let queue = try OutputQueue(drain, capacity: 100, patience: 0, stop: StopToken())
        #expect(try queue.add([1], leaving: 0))
        #expect(throws: Broken.self) { try queue.waitUntilEmpty() }
        #expect(throws: Broken.self) { try queue.add([1], leaving: 0) }
        #expect(waitUntil(pause: 100) { drain.state.withLock { $0.failures } > 0 })
        #expect(drain.state.withLock { $0.failures } == 1)
    }
}
