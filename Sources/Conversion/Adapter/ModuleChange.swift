/// What an adapter does to one linear layer `W x + b`.
struct ModuleChange {
    /// A low-rank sum (Hu et al. 2021, LoRA, section 4.1): `W + scale * up * down`.
    struct LowRank {
        let rank: Int
        let scale: Double
        /// PEFT's `lora_A`, `[rank][columns]`.
        let down: [Double]
        /// PEFT's `lora_B`, `[rows][rank]`.
        let up: [Double]
        /// PEFT's `lora_bias`, `[rows]`: `scale` times it is added to `b`.
        var bias: [Double]?
        /// Length of each row of the sum, `[rows]`, which is then scaled to it (Liu et al. 2024, DoRA, section 4).
        var magnitude: [Double]?
    }

    var lowRank: LowRank?
    /// What outputs are multiplied by, `[rows]` (Liu et al. 2022, IA3, section 3.3).
    var outputScale: [Double]?
    /// What inputs are multiplied by, `[columns]`.
    var inputScale: [Double]?
}
