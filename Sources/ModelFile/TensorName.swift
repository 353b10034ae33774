/// The names of tensors in a model file: the only list of them, shared by whoever writes and whoever reads.
///
/// A *matrix* `name` is stored as `name.panels` (and for int8 `name.scales`, `name.sums`, for int4 `name.group_scales`
/// before these) and, where it has one, `name.bias`; a *norm* as `name.weight` and, for LayerNorm, `name.bias`. The
/// others are plain tensors.
public enum TensorName {
    /// Matrix `[width or patchHiddenWidth, patchSize]`.
    public static let patch = "patch"
    /// Matrix `[patchHiddenWidth, patchSize]`; then `patch` is `[width, patchHiddenWidth]`.
    public static let patchHidden = "patch.hidden"
    /// F32 `[vocabulary, width]`, one a codebook.
    public static func codebook(_ index: Int) -> String { "codebook.\(index)" }
    /// F32 `[window, width]`.
    public static let positions = "positions"
    /// F32 `[rotaryWidth / 2]`: radians a position.
    public static let rotaryFrequencies = "rotary.frequencies"
    /// Norm over `width`.
    public static func attentionNorm(_ layer: Int) -> String { "blocks.\(layer).attention_norm" }
    /// Matrix `[queryKeyValueWidth, width]`.
    public static func attentionQueryKeyValue(_ layer: Int) -> String { "blocks.\(layer).attention.qkv" }
    /// Matrix `[width, heads * headWidth]`.
    public static func attentionOutput(_ layer: Int) -> String { "blocks.\(layer).attention.out" }
    /// Norm over `width`.
    public static func feedForwardNorm(_ layer: Int) -> String { "blocks.\(layer).feed_forward_norm" }
    /// Matrix `[feedForwardInputWidth, width]`.
    public static func feedForwardInput(_ layer: Int) -> String { "blocks.\(layer).feed_forward.in" }
    /// Matrix `[width, feedForwardWidth]`.
    public static func feedForwardOutput(_ layer: Int) -> String { "blocks.\(layer).feed_forward.out" }
    /// Norm over `width`.
    public static let finalNorm = "final_norm"
    /// LayerNorm over `width`.
    public static let headNorm = "head.norm"
    /// Matrix `[labels, width]`.
    public static let head = "head"
}
