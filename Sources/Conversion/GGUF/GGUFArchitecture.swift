/// What llama.cpp calls a family and its tensors, beside transformers' words for the same.
struct GGUFArchitecture {
    /// How llama.cpp's conversion changed a tensor, which is to be undone.
    enum Change {
        case none
        /// Stored as `[columns][rows]`.
        case transposed
        /// Of each head, halves that rotate together lie pair by pair: query heads, or key heads.
        case pairs(ofKeys: Bool)
        /// All heads' queries, then all keys, then all values, instead of head by head.
        case parts
        /// A norm's weight with 1 added.
        case plusOne
    }

    struct Tensor {
        let name: String
        /// A module's, within the block or at the top.
        let module: String
        var change = Change.none
    }

    let name: String
    let modelType: String
    /// What stands before a block's number in a checkpoint.
    let blocks: String
    /// Of each block.
    let tensors: [Tensor]
    /// Beside the blocks.
    let others: [Tensor]

    static let all = [llama, qwen2, qwen3, gemma3, gpt2, gptNeoX]

    /// What there is to say of one that is not among them.
    static func refusal(of name: String) -> String {
        "\(name) is not supported, only \(all.map(\.name).joined(separator: ", "))"
    }

    private static func gated(
        _ name: String, _ modelType: String, pairs: Bool = false, plusOne: Bool = false, more: [Tensor] = [],
        feedForwardNorm: String = "post_attention_layernorm"
    ) -> GGUFArchitecture {
        let norm = plusOne ? Change.plusOne : .none
        return GGUFArchitecture(
            name: name, modelType: modelType, blocks: "layers",
            tensors: [
                Tensor(name: "attn_norm", module: "input_layernorm", change: norm),
                Tensor(name: "attn_q", module: "self_attn.q_proj", change: pairs ? .pairs(ofKeys: false) : .none),
                Tensor(name: "attn_k", module: "self_attn.k_proj", change: pairs ? .pairs(ofKeys: true) : .none),
                Tensor(name: "attn_v", module: "self_attn.v_proj"),
                Tensor(name: "attn_output", module: "self_attn.o_proj"),
                Tensor(name: "attn_q_norm", module: "self_attn.q_norm", change: norm),
                Tensor(name: "attn_k_norm", module: "self_attn.k_norm", change: norm),
                Tensor(name: "ffn_norm", module: feedForwardNorm, change: norm),
                Tensor(name: "ffn_gate", module: "mlp.gate_proj"), Tensor(name: "ffn_up", module: "mlp.up_proj"),
                Tensor(name: "ffn_down", module: "mlp.down_proj"),
            ] + more,
            others: [
                Tensor(name: "token_embd", module: "embed_tokens"), Tensor(name: "output", module: "lm_head"),
                Tensor(name: "output_norm", module: "norm", change: norm),
            ])
    }

    private static let llama = gated("llama", "llama", pairs: true)
    private static let qwen2 = gated("qwen2", "qwen2")
    private static let qwen3 = gated("qwen3", "qwen3")
    private static let gemma3 = gated(
        "gemma3", "gemma3_text", plusOne: true,
        more: [
            Tensor(name: "post_attention_norm", module: "post_attention_layernorm", change: .plusOne),
            Tensor(name: "post_ffw_norm", module: "post_feedforward_layernorm", change: .plusOne),
        ], feedForwardNorm: "pre_feedforward_layernorm")

    private static let gpt2 = GGUFArchitecture(
        name: "gpt2", modelType: "gpt2", blocks: "h",
        tensors: [
            Tensor(name: "attn_norm", module: "ln_1"),
            Tensor(name: "attn_qkv", module: "attn.c_attn", change: .transposed),
            Tensor(name: "attn_output", module: "attn.c_proj", change: .transposed),
            Tensor(name: "ffn_norm", module: "ln_2"),
            Tensor(name: "ffn_up", module: "mlp.c_fc", change: .transposed),
            Tensor(name: "ffn_down", module: "mlp.c_proj", change: .transposed),
        ],
        others: [
            Tensor(name: "token_embd", module: "wte"), Tensor(name: "position_embd", module: "wpe"),
            Tensor(name: "output_norm", module: "ln_f"), Tensor(name: "output", module: "lm_head"),
        ])

    private static let gptNeoX = GGUFArchitecture(
        name: "gptneox", modelType: "gpt_neox", blocks: "layers",
        tensors: [
            Tensor(name: "attn_norm", module: "input_layernorm"),
            Tensor(name: "attn_qkv", module: "attention.query_key_value", change: .parts),
            Tensor(name: "attn_output", module: "attention.dense"),
            Tensor(name: "ffn_norm", module: "post_attention_layernorm"),
            Tensor(name: "ffn_up", module: "mlp.dense_h_to_4h"),
            Tensor(name: "ffn_down", module: "mlp.dense_4h_to_h"),
        ],
        others: [
            Tensor(name: "token_embd", module: "embed_in"), Tensor(name: "output_norm", module: "final_layer_norm"),
            Tensor(name: "output", module: "embed_out"),
        ])

    /// What a tensor is called in a checkpoint, with what was done to it; nil for one that is not known.
    func tensor(named name: String) -> (name: String, change: Change)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let field = parts.last, field == "weight" || field == "bias" else { return nil }
        if parts.count == 4, parts[0] == "blk", let number = Int(parts[1]), "\(number)" == parts[1], number >= 0 {
            return tensors.first { $0.name == parts[2] }.map {
                ("\(blocks).\(number).\($0.module).\(field)", $0.change)
            }
        }
        guard parts.count == 2 else { return nil }
        return others.first { $0.name == parts[0] }.map { ("\($0.module).\(field)", $0.change) }
    }

    /// The other way round: what a checkpoint's tensor is called in a GGUF; its own name if it is not known.
    func source(of name: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        guard let field = parts.last else { return name }
        if parts.count > 3, parts[0] == blocks {
            let module = parts[2..<parts.count - 1].joined(separator: ".")
            return tensors.first { $0.module == module }.map { "blk.\(parts[1]).\($0.name).\(field)" } ?? name
        }
        let module = parts.dropLast().joined(separator: ".")
        return others.first { $0.module == module }.map { "\($0.name).\(field)" } ?? name
    }
}
