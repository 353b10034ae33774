/// A linear layer of the base as its checkpoint names it: what an adapter may sit on.
struct LinearModule: Equatable {
    /// Name without the family's prefix, e.g. `layers.0.self_attn.q_proj`.
    let name: String
    /// Output channels.
    let rows: Int
    /// Input elements.
    let columns: Int
    /// Whether the weight is stored as `[columns, rows]` (GPT-2's Conv1D).
    let isTransposed: Bool
    /// Whether it has a bias.
    let hasBias: Bool
}
