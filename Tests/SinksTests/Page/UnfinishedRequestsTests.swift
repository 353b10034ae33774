import TacitSinks
import Testing

/// How long a request may take to come.
@Suite struct UnfinishedRequestsTests {
    private func connection(_ number: Int) throws -> OpaquePointer { try #require(OpaquePointer(bitPattern: number)) }

    @Test func onlyWhatIsWaitedForIsOverdue() throws {
        let (slow, whole, left) = try (connection(1), connection(2), connection(3))
        var requests = UnfinishedRequests()
        for (number, one) in [slow, whole, left].enumerated() {
            requests.isOpened(one, socket: Int32(number + 10), now: 100)
        }
        #expect(requests.overdue(now: 120, patience: 20).isEmpty)
        requests.isWhole(whole)
        requests.isClosed(left)
        #expect(requests.overdue(now: 121, patience: 20) == [10])
        requests.isClosed(slow)
        #expect(requests.overdue(now: 1000, patience: 20).isEmpty)
        // The next one over the same connection has as long.
        requests.isAnswered(whole, now: 1000)
        #expect(requests.overdue(now: 1020, patience: 20).isEmpty)
        #expect(requests.overdue(now: 1021, patience: 20) == [11])
        // One that was taken over by something else is none any more.
        requests.isClosed(whole)
        requests.isAnswered(whole, now: 1021)
        #expect(requests.overdue(now: 2000, patience: 20).isEmpty)
    }
}
