import TacitLive
import Testing

@Suite struct SpacedPiecesTests {
    /// Samples that tell their place.
    private func places(_ count: Int, length: Int = 10, wanted: Int = 4, chunk: Int) -> [[Float]] {
        var pieces = SpacedPieces(length: length, wanted: wanted)
        for start in stride(from: 0, to: count, by: chunk) {
            pieces.add((start..<min(start + chunk, count)).map(Float.init))
        }
        return pieces.chosen
    }

    @Test(arguments: [0, 9, 10, 39, 40, 79, 80, 81, 160, 1000, 12_345], [1, 3, 10, 64, 100_000])
    func evenlyFromTheBeginning(count: Int, chunk: Int) {
        let found = places(count, chunk: chunk)
        #expect(found.count == min(4, count / 10))
        for piece in found { #expect(piece == (0..<10).map { piece[0] + Float($0) }) }
        guard let first = found.first, let last = found.last else { return }
        #expect(first[0] == 0)
        // What is behind the last is at most a fourth of all, and what lies between two differs by no more than a
        // third.
        if count >= 40 { #expect(Double(last[9]) + 1 > 0.7 * Double(count)) }
        let gaps = zip(found.dropFirst(), found).map { $0[0] - $1[0] }
        if let least = gaps.min(), let most = gaps.max() { #expect(most <= 2 * least) }
    }

    /// However the samples come.
    @Test func theSameInAnyPortions() {
        #expect(places(5_000, chunk: 1) == places(5_000, chunk: 4_096))
    }
}
