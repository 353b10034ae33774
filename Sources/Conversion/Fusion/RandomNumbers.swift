/// Numbers that look random and are always the same (Steele et al. 2014, SplitMix64).
enum RandomNumbers {
    /// `count` numbers in -1..<1.
    static func uniform(_ count: Int) -> [Double] {
        var state: UInt64 = 0
        return (0..<count).map { _ in
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            mixed ^= mixed >> 31
            return Double(mixed >> 11) * 0x1p-52 - 1
        }
    }
}
