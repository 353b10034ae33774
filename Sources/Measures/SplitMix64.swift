/// Numbers that look random and are always the same (SplitMix64: Steele, Lea and Flood 2014, figure 17).
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64 = 0) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// In -1..<1.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-52 - 1 }

    /// The next numbers of white noise of deviation 1, as front ends leave their patches where they know their data.
    package mutating func whiteNoise(_ count: Int) -> [Float] {
        let deviation = 3.0.squareRoot()
        return (0..<count).map { _ in Float(uniform() * deviation) }
    }

    /// `count` numbers in -1..<1, the first there are.
    package static func uniform(_ count: Int) -> [Double] {
        var random = SplitMix64()
        return (0..<count).map { _ in random.uniform() }
    }
}
