/// The shape of a decoder-only transformer: everything the engine must know to run it, in terms that the families
/// share, so that one engine serves them all. What a weight can say, a weight says: gains of `1 + w`, scaled
/// embeddings, offset tables and reordered rows are the converter's affair.
package struct TrunkDescription: Equatable, Sendable {
    /// Where the base came from. Told to users; the engine never asks.
    package enum Family: String, CaseIterable, Sendable {
        case gpt2
        case llama
        case qwen2
        case qwen3
        case gptNeoX = "gpt_neox"
        case gemma3
        case opt
        case mistral
        case gptNeo = "gpt_neo"
    }

    /// What normalises the residual stream before attention, before the feed-forward part and at the end.
    package enum Norm: String, CaseIterable, Sendable {
        /// Mean and variance, with weight and bias (GPT-2).
        case layer
        /// Root mean square, with weight alone (Llama).
        case rms
    }

    /// Where a block's two parts are normalised.
    package enum NormPlacement: String, CaseIterable, Sendable {
        /// What each part reads.
        case before
        /// What it reads, and what it adds to the stream (Gemma 3): norms `attention_output_norm` and
        /// `feed_forward_output_norm`.
        case around
    }

    /// What a block's feed-forward part reads.
    package enum Residual: String, CaseIterable, Sendable {
        /// The stream with attention's output added.
        case sequential
        /// The stream as attention read it; both outputs are added together (GPT-NeoX).
        case parallel
    }

    /// The feed-forward part's non-linearity.
    package enum Activation: String, CaseIterable, Sendable {
        /// GELU by its tanh approximation (GPT-2's `gelu_new`).
        case geluTanh = "gelu_tanh"
        /// x * sigmoid(x) (Llama's `silu`).
        case silu
        /// x * Phi(x), Phi the normal distribution's (GPT-NeoX's `gelu`).
        case gelu
        /// max(x, 0) (OPT).
        case relu
    }

    /// How a patch knows its place in the context.
    package enum Positions: String, CaseIterable, Sendable {
        /// A row of a table is added to each patch: tensor `positions`, `[window, width]`.
        case table
        /// Queries and keys are rotated: tensor `rotary.frequencies`, `[rotaryWidth / 2]` (Su et al. 2021, RoFormer,
        /// section 3.4.2; first half paired with second half, as Hugging Face stores it).
        case rotary
        /// Nothing: order is known from the causal mask alone.
        case none
    }

    package var family: Family
    /// Width of the residual stream, d.
    package var width: Int
    package var layers: Int
    /// Query heads.
    package var heads: Int
    /// Key and value heads; divides `heads`.
    package var keyValueHeads: Int
    /// Width of one head. `heads * headWidth` need not equal `width`.
    package var headWidth: Int
    /// Width of the feed-forward part's hidden layer.
    package var feedForwardWidth: Int
    /// With a gate, `feed_forward.in` holds gate rows first, then up rows, and the hidden layer is
    /// `activation(gate) * up` (SwiGLU).
    package var isGated: Bool
    package var norm: Norm
    package var normEpsilon: Float
    package var activation: Activation
    package var positions: Positions
    /// How many leading elements of each head are rotated; even, at most `headWidth`; 0 without rotary positions.
    package var rotaryWidth: Int
    package var normPlacement: NormPlacement
    package var residual: Residual
    /// Whether each query head and each key head is normalised by its root mean square before it is rotated: norms
    /// `attention.query_norm` and `attention.key_norm`, over `headWidth` (Qwen3, Gemma 3).
    package var normalizesHeads: Bool
    /// What products of queries and keys are multiplied by; nil is `1 / sqrt(headWidth)`.
    package var attentionScale: Float?
    /// Of each layer, how many patches one attends to at most, itself included; 0 is the whole context. Empty where no
    /// layer is local.
    package var localWindows: [Int]
    /// Whether local layers rotate by frequencies of their own: tensor `rotary.local_frequencies`, `[rotaryWidth / 2]`.
    package var hasLocalFrequencies: Bool

    package init(
        family: Family, width: Int, layers: Int, heads: Int, keyValueHeads: Int, headWidth: Int,
        feedForwardWidth: Int, isGated: Bool, norm: Norm, normEpsilon: Float, activation: Activation,
        positions: Positions, rotaryWidth: Int, normPlacement: NormPlacement = .before,
        residual: Residual = .sequential, normalizesHeads: Bool = false, attentionScale: Float? = nil,
        localWindows: [Int] = [], hasLocalFrequencies: Bool = false
    ) {
        self.family = family
        self.width = width
        self.layers = layers
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headWidth = headWidth
        self.feedForwardWidth = feedForwardWidth
        self.isGated = isGated
        self.norm = norm
        self.normEpsilon = normEpsilon
        self.activation = activation
        self.positions = positions
        self.rotaryWidth = rotaryWidth
        self.normPlacement = normPlacement
        self.residual = residual
        self.normalizesHeads = normalizesHeads
        self.attentionScale = attentionScale
        self.localWindows = localWindows
        self.hasLocalFrequencies = hasLocalFrequencies
    }

    /// Outputs of `attention.qkv`: all query heads, then all key heads, then all value heads.
    package var queryKeyValueWidth: Int { (heads + 2 * keyValueHeads) * headWidth }
    /// Outputs of `feed_forward.in`.
    package var feedForwardInputWidth: Int { isGated ? 2 * feedForwardWidth : feedForwardWidth }

    /// How many patches a layer's attention sees at most; nil for the whole context.
    package func localWindow(of layer: Int) -> Int? {
        localWindows.isEmpty || localWindows[layer] == 0 ? nil : localWindows[layer]
    }
}
