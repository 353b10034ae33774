import TacitMeasures
import Testing

/// Labels that stay, and numbers that are made up.
@Suite struct MeasuresTests {
    @Test func theFirstOfTheLargestCounts() {
        #expect(([1, 3, 3] as [Float]).indexOfLargest == 1)
        #expect(([.nan, -2, .nan] as [Float]).indexOfLargest == 1)
        #expect(([.nan] as [Float]).indexOfLargest == nil && ([] as [Float]).indexOfLargest == nil)
    }

    @Test func labelsThatStayAreCounted() {
        var errors = LogitErrors()
        #expect(errors.error == nil)
        errors.add([0, 1], exact: [0, 2])
        errors.add([1, 0], exact: [0, 1])
        #expect(errors.agreeing == 1)
        #expect(errors.error?.mean == (0.5 + 2.0.squareRoot()) / 2 && errors.error?.worst == 2.0.squareRoot())
    }

    /// Where nothing is the largest there is no label that two have in common.
    @Test func noNumbersDoNotAgree() {
        var errors = LogitErrors()
        errors.add([.nan, .nan], exact: [.nan, .nan])
        errors.add([], exact: [])
        #expect(errors.agreeing == 0 && errors.error == nil)
    }

    /// As other programs of this generator give them.
    @Test func madeUpNumbersAreTheSameEverywhere() {
        var random = SplitMix64(seed: 1_234_567)
        let first: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        #expect(first.map { _ in random.next() } == first)
    }

    @Test func noiseHasDeviationOne() {
        var (whole, parts) = (SplitMix64(seed: 3), SplitMix64(seed: 3))
        let noise = whole.whiteNoise(20_000)
        #expect(noise == parts.whiteNoise(7) + parts.whiteNoise(19_993))
        let mean = noise.reduce(0.0) { $0 + Double($1) } / 20_000
        let square = noise.reduce(0.0) { $0 + Double($1) * Double($1) } / 20_000
        #expect(abs(mean) < 0.05 && abs(square - 1) < 0.05)
    }
}
