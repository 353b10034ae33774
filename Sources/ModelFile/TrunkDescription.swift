/// The shape of a decoder-only transformer: everything the engine must know to run it, in terms that both the GPT-2
/// and the Llama family share, so that one engine serves them all.
package struct TrunkDescription: Equatable, Sendable {
    /// Where the base came from. Told to users; the engine never asks.
    package enum Family: String, CaseIterable, Sendable {
        case gpt2
        case llama
    }

    /// What normalises the residual stream before attention, before the feed-forward part and at the end.
    package enum Norm: String, CaseIterable, Sendable {
        /// Mean and variance, with weight and bias (GPT-2).
        case layer
        /// Root mean square, with weight alone (Llama).
        case rms
    }

    /// The feed-forward part's non-linearity.
    package enum Activation: String, CaseIterable, Sendable {
        /// GELU by its tanh approximation (GPT-2's `gelu_new`).
        case geluTanh = "gelu_tanh"
        /// x * sigmoid(x) (Llama's `silu`).
        case silu
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

    package init(
        family: Family, width: Int, layers: Int, heads: Int, keyValueHeads: Int, headWidth: Int,
        feedForwardWidth: Int, isGated: Bool, norm: Norm, normEpsilon: Float, activation: Activation,
        positions: Positions, rotaryWidth: Int
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
    }

    /// Outputs of `attention.qkv`: all query heads, then all key heads, then all value heads.
    package var queryKeyValueWidth: Int { (heads + 2 * keyValueHeads) * headWidth }
    /// Outputs of `feed_forward.in`.
    package var feedForwardInputWidth: Int { isGated ? 2 * feedForwardWidth : feedForwardWidth }
}
