import TacitDiagnostics
import Testing

/// How long what failed is left alone before it is tried again.
@Suite struct BackoffTests {
    @Test func waitsDoubleUpToTheLongest() {
        var backoff = Backoff(shortest: 1, longest: 30)
        let waits = (0..<7).map { _ in backoff.next() }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30])
        backoff.reset()
        let anew = (0..<2).map { _ in backoff.next() }
        #expect(anew == [1, 2])
    }

    @Test func chanceMakesWaitsShorterByItsPartAtMost() {
        for _ in 0..<100 {
            var backoff = Backoff(shortest: 1, longest: 30, jitter: 0.5)
            for whole in [1.0, 2, 4, 8, 16, 30, 30] {
                let wait = backoff.next()
                #expect((whole / 2...whole).contains(wait))
            }
        }
    }
}
