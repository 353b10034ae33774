/// Repeatable random numbers (SplitMix64: Steele, Lea and Flood 2014, figure 17).
public struct RandomNumbers: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// In 0..<1.
    public mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// In -1..<1.
    public mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in 2 * unit() - 1 } }

    public mutating func integer(below bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
