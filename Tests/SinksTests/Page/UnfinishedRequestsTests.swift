import TacitSinks
import Testing

/// How long a request may take to come.
@Suite struct UnfinishedRequestsTests {
    private func connection(_ number: Int) throws -> OpaquePointer { try #require(OpaquePointer(bitPattern: number)) }

    @Test func onlyWhatIsWaitedForIsOverdue() throws {
        let (slow, whole, left) = try (connection(1), connection(2), connection(3))
        let requests = UnfinishedRequests()
        func overdue(_ now: Double) -> [Int32] {
            var sockets: [Int32] = []
            requests.overdue(now: now, patience: 20) { sockets.append($0) }
            return sockets
        }
        for (number, one) in [slow, whole, left].enumerated() {
            requests.isOpened(one, socket: Int32(number + 10), now: 100)
        }
        #expect(overdue(120).isEmpty)
        requests.isWhole(whole)
        requests.isClosed(left)
        #expect(overdue(121) == [10])
        requests.isClosed(slow)
        #expect(overdue(1000).isEmpty)
        // The next one over the same connection has as long.
        requests.isAnswered(whole, now: 1000)
        #expect(overdue(1020).isEmpty)
        #expect(overdue(1021) == [11])
        // One that was taken over by something else is none any more.
        requests.isClosed(whole)
        requests.isAnswered(whole, now: 1021)
        #expect(overdue(2000).isEmpty)
    }
}
