/// The names of tensors in a model file: the only list of them, shared by whoever writes and whoever reads.
///
/// A *matrix* `name` is stored as `name.panels` (and for int8 `name.scales`, `name.sums`, for int4 `name.group_scales`
/// before these) and, where it has one, `name.bias`; a *norm* as `name.weight` and, for LayerNorm, `name.bias`. The
/// others are plain tensors.
package enum TensorName {
    /// Matrix `[width or patchHiddenWidth, patchSize]`.
    package static let patch = "patch"
    /// Matrix `[patchHiddenWidth, patchSize]`; then `patch` is `[width, patchHiddenWidth]`.
    package static let patchHidden = "patch.hidden"
    /// What the names of all codebooks begin with.
    package static let codebooks = "codebook."
    /// F32 `[vocabulary, width]`, one a codebook.
    package static func codebook(_ index: Int) -> String { "\(codebooks)\(index)" }
    /// F32 `[window, width]`.
    package static let positions = "positions"
    /// F32 `[sinks, width]`: rows of the stream as the first block reads them.
    package static let sinks = "sinks"
    /// What the names of all that rotates queries and keys begin with.
    package static let rotary = "rotary."
    /// F32 `[rotaryWidth / 2]`: radians a position.
    package static let rotaryFrequencies = "rotary.frequencies"
    /// F32 `[rotaryWidth / 2]`: those of local layers.
    package static let localFrequencies = "rotary.local_frequencies"
    private static let blocks = "blocks."
    /// What the names of all tensors of a block begin with.
    package static func block(_ layer: Int) -> String { "\(blocks)\(layer)." }
    /// The block that a tensor belongs to; nil for what is of none.
    package static func layer(of name: String) -> Int? {
        guard name.hasPrefix(blocks) else { return nil }
        let rest = name.dropFirst(blocks.count)
        return rest.firstIndex(of: ".").flatMap { Int(rest[..<$0]) }
    }
    /// The name that a tensor of one block has in another; nil for what is not of that block.
    package static func moved(_ name: String, from layer: Int, to other: Int) -> String? {
        let prefix = block(layer)
        return name.hasPrefix(prefix) ? block(other) + name.dropFirst(prefix.count) : nil
    }
    /// Norm over `width`.
    package static func attentionNorm(_ layer: Int) -> String { "\(block(layer))attention_norm" }
    /// Matrix `[queryKeyValueWidth, width]`.
    package static func attentionQueryKeyValue(_ layer: Int) -> String { "\(block(layer))attention.qkv" }
    /// RMSNorm over `headWidth`, of each query head.
    package static func queryNorm(_ layer: Int) -> String { "\(block(layer))attention.query_norm" }
    /// RMSNorm over `headWidth`, of each key head.
    package static func keyNorm(_ layer: Int) -> String { "\(block(layer))attention.key_norm" }
    /// Norm over `width` of what attention adds to the stream.
    package static func attentionOutputNorm(_ layer: Int) -> String { "\(block(layer))attention_output_norm" }
    /// Matrix `[width, heads * headWidth]`.
    package static func attentionOutput(_ layer: Int) -> String { "\(block(layer))attention.out" }
    /// Norm over `width`.
    package static func feedForwardNorm(_ layer: Int) -> String { "\(block(layer))feed_forward_norm" }
    /// Matrix `[feedForwardInputWidth, width]`.
    package static func feedForwardInput(_ layer: Int) -> String { "\(block(layer))feed_forward.in" }
    /// Matrix `[width, feedForwardWidth]`.
    package static func feedForwardOutput(_ layer: Int) -> String { "\(block(layer))feed_forward.out" }
    /// Norm over `width` of what the feed-forward part adds to the stream.
    package static func feedForwardOutputNorm(_ layer: Int) -> String { "\(block(layer))feed_forward_output_norm" }
    /// Norm over `width`.
    package static let finalNorm = "final_norm"
    /// LayerNorm over `width`.
    package static let headNorm = "head.norm"
    /// Matrix `[labels, width]`.
    package static let head = "head"
    /// Matrix `[learning.width, learning.levels.count * learning.parts * width]`.
    package static let learning = "learning"
    /// F32 `[labels, learning.width]`.
    package static let learningPrototypes = "learning.prototypes"
    /// F32 `[learning.others, learning.width]`.
    package static let learningOthers = "learning.others"
}
