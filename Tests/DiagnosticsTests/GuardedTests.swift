import TacitDiagnostics
import Testing

/// What several threads share.
@Suite struct GuardedTests {
    @Test func nothingThatThreadsAddIsLost() throws {
        let sum = Guarded(0)
        for _ in 0..<4 {
            try DetachedThread.start(for: "a test", failing: .inputOutput) {
                for _ in 0..<10_000 { sum.locked { $0 += 1 } }
                sum.signal()
            }
        }
        #expect(sum.wait { $0 == 40_000 ? $0 : nil } == 40_000)
    }

    /// What is taken while one waits is taken under the lock, and once.
    @Test func eachAnswerIsTakenOnce() throws {
        let queue = Guarded([Int]())
        let taken = Guarded([Int]())
        for _ in 0..<2 {
            try DetachedThread.start(for: "a test", failing: .inputOutput) {
                while true {
                    let number = queue.wait { $0.popLast() }
                    if number < 0 { return }
                    taken.locked { $0.append(number) }
                    taken.signal()
                }
            }
        }
        for number in 0..<1000 {
            queue.locked { $0.append(number) }
            queue.signal()
        }
        let all = taken.wait { $0.count == 1000 ? $0.sorted() : nil }
        #expect(all == Array(0..<1000))
        queue.locked { $0 += [-1, -1] }
        queue.signal()
    }

    /// What nobody tells of is asked for time and again.
    @Test func whatIsNotToldIsAskedFor() {
        let shared = Guarded(0)
        let count = shared.wait(every: 0.001) { state in
            state += 1
            return state == 5 ? state : nil
        }
        #expect(count == 5)
        shared.pause { _ in nil }
        shared.pause { _ in 0.001 }
        #expect(shared.locked { $0 } == 5)
    }

    @Test func whatIsThrownOpensTheLock() {
        struct Broken: Error {}
        let shared = Guarded(0)
        #expect(throws: Broken.self) { try shared.locked { _ in throw Broken() } }
        #expect(throws: Broken.self) {
            try shared.wait { (state: inout Int) -> Int? in
                state += 1
                throw Broken()
            }
        }
        #expect(shared.locked { $0 } == 1)
    }
}
