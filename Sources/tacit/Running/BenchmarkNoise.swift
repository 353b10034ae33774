/// Noise that is the same everywhere, by Knuth's MMIX generator.
struct BenchmarkNoise {
    private var state: UInt64 = 1

    /// 31 random bits.
    mutating func bits() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    /// -1..<1
    mutating func next() -> Float { Float(bits()) / Float(1 << 30) - 1 }
}
