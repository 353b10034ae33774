extension GGUFSettings {
    /// What the configuration's keys are called in a GGUF's metadata, without the architecture: errors name what can be
    /// found in the file.
    static let keys: [String: String] = [
        "hidden_size": "embedding_length", "n_embd": "embedding_length",
        "num_hidden_layers": "block_count", "n_layer": "block_count",
        "num_attention_heads": "attention.head_count", "n_head": "attention.head_count",
        "num_key_value_heads": "attention.head_count_kv",
        "head_dim": "attention.key_length", "query_pre_attn_scalar": "attention.key_length",
        "intermediate_size": "feed_forward_length", "n_inner": "feed_forward_length",
        "max_position_embeddings": "context_length", "n_positions": "context_length",
        "rms_norm_eps": "attention.layer_norm_rms_epsilon",
        "layer_norm_eps": "attention.layer_norm_epsilon", "layer_norm_epsilon": "attention.layer_norm_epsilon",
        "is_causal": "attention.causal",
        "sliding_window": "attention.sliding_window",
        "sliding_window_pattern": "attention.sliding_window_pattern",
        "layer_types": "attention.sliding_window_pattern",
        "rope_parameters.rope_theta": "rope.freq_base",
        "rope_parameters.full_attention.rope_theta": "rope.freq_base",
        "rope_parameters.sliding_attention.rope_theta": "rope.freq_base_swa",
        "rope_parameters.factor": "rope.scaling.factor",
        "rope_parameters.full_attention.factor": "rope.scaling.factor",
    ]
}
