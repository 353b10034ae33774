import TacitLabelling
import TacitTestSupport
import Testing

/// Which labels are shown, against sorting.
@Suite struct RankingTests {
    private func order(
        _ scores: [Float], top: Int, threshold: Float? = nil, among candidates: [Int]? = nil
    ) -> [Int] {
        var ranking = Ranking(top: top, threshold: threshold, labels: scores.count, among: candidates)
        scores.withUnsafeBufferPointer { ranking.rank($0) }
        return ranking.order
    }

    @Test func bestFirstAndEqualsInTheirOrder() {
        #expect(order([0.1, 0.7, 0.3, 0.7, 0.2], top: 3) == [1, 3, 2])
        #expect(order([0.5, 0.5, 0.5], top: 2) == [0, 1])
    }

    @Test func zeroIsAllWhateverTheThreshold() {
        #expect(order([0.1, 0.9, 0.5], top: 0, threshold: 0.6) == [1, 2, 0])
    }

    @Test func belowTheThresholdIsLeftOut() {
        #expect(order([0.1, 0.9, 0.5, 0.6], top: 5, threshold: 0.6) == [1, 3])
        #expect(order([0.1], top: 5, threshold: 0.6).isEmpty)
    }

    @Test func onlyCandidates() {
        #expect(order([0.9, 0.8, 0.7, 0.6], top: 2, among: [3, 1]) == [1, 3])
    }

    @Test func whatIsNoNumberComesLast() {
        #expect(order([.nan, 0.2, -.infinity, 0.1], top: 0) == [1, 3, 0, 2])
        #expect(order([.nan, 0.2], top: 2, threshold: 0) == [1])
    }

    @Test func allOfThemAtOnceAsOneByOne() {
        let scores: [Float] = [.nan, 0.2, -.infinity, 0.7, 0.2]
        #expect(Ranking.order(of: scores) == order(scores, top: 0))
    }

    @Test func asSortingWould() {
        var random = RandomNumbers(seed: 1)
        for _ in 0..<200 {
            let scores = (0..<40).map { _ in Float(Int.random(in: 0..<20, using: &random)) / 20 }
            let sorted = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
            let top = Int.random(in: 1...45, using: &random)
            #expect(order(scores, top: top) == Array(sorted.prefix(top)), "\(scores)")
        }
    }
}
