"""GGUFs as llama.cpp's `convert_hf_to_gguf.py` writes them, of tiny random bases, in every type of block that the converter
reads; what transformers computes from the same values; and blocks of random bytes with what the `gguf` package makes of
them.

    gguf/NAME.gguf, gguf/NAME.json    a base, token ids and the final norm's output
    gguf/blocks.json                  by type: bytes and the floats' bits, in hexadecimal digits
"""

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import gguf
import numpy as np
import torch
import transformers
from gguf import GGMLQuantizationType as Type

from bases import BARE, CONFIG, WITH_HEAD, randomise
from fixtures import numbers, seed_of

NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}
GEMMA = NAMES | {
    "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
}
GPT2 = {
    "transformer.wte": "token_embd", "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm",
    "ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm",
    "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
}
NEOX = {
    "gpt_neox.embed_in": "token_embd", "gpt_neox.final_layer_norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "attention.query_key_value": "attn_qkv", "attention.dense": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.dense_h_to_4h": "ffn_up", "mlp.dense_4h_to_h": "ffn_down",
}
GATED = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=64, vocab_size=29)


@dataclass
class File:
    family: str
    config: dict
    names: dict
    # Of matrices, in turn.
    types: list
    architecture: str = ""
    metadata: dict = field(default_factory=dict)
    # Factors of Llama 3.1's scaling, which llama.cpp stores as a tensor.
    rope_factors: bool = False


FILES = {
    "llama": File(
        "llama",
        GATED | dict(rope_parameters=dict(
            rope_type="llama3", rope_theta=10_000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
            original_max_position_embeddings=16)),
        NAMES, [Type.Q4_1, Type.Q8_0, Type.F16], rope_factors=True),
    "qwen2": File("qwen2", GATED | dict(tie_word_embeddings=True), NAMES, [Type.Q4_0, Type.Q5_1]),
    "qwen3": File("qwen3", GATED | dict(head_dim=16), NAMES, [Type.Q5_0, Type.BF16]),
    "gemma3": File(
        "gemma3_text",
        GATED | dict(num_hidden_layers=7, head_dim=8, sliding_window=5, query_pre_attn_scalar=8,
                     rope_parameters=dict(full_attention=dict(rope_type="linear", factor=8.0, rope_theta=1e6),
                                          sliding_attention=dict(rope_type="default", rope_theta=1e4))),
        GEMMA, [Type.Q8_0]),
    "gpt2": File(
        "gpt2", dict(n_embd=32, n_head=4, n_layer=2, n_inner=64, n_positions=40, vocab_size=29), GPT2,
        [Type.F32, Type.Q4_1]),
    "gptneox": File(
        "gpt_neox", dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
                         max_position_embeddings=64, vocab_size=29), NEOX, [Type.F16, Type.Q8_0]),
}


def gguf_name(name: str, names: dict) -> str:
    """Of a tensor of the model with a head."""
    module, kind = name.rsplit(".", 1)
    if module in names:
        return f"{names[module]}.{kind}"
    parts = module.split(".")
    number = next(i for i, part in enumerate(parts) if part.isdigit())
    return f"blk.{parts[number]}.{names['.'.join(parts[number + 1:])]}.{kind}"


def pairs(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head as llama.cpp rotates them: neighbours together, not halves."""
    shape = (heads, 2, values.shape[0] // heads // 2, *values.shape[1:])
    return values.reshape(shape).swapaxes(1, 2).reshape(values.shape)


def changed(name: str, values: np.ndarray, file: File, config) -> np.ndarray:
    """What llama.cpp's conversion makes of a tensor."""
    if file.family == "llama" and ".q_proj" in name:
        return pairs(values, config.num_attention_heads)
    if file.family == "llama" and ".k_proj" in name:
        return pairs(values, config.num_key_value_heads)
    if file.family == "gemma3_text" and "norm" in name:
        return values + np.float32(1)
    if file.family == "gpt2" and ".c_" in name and values.ndim == 2:
        return values.T
    if file.family == "gpt_neox" and "query_key_value" in name:
        heads = config.num_attention_heads
        parts = values.reshape(heads, 3, values.shape[0] // heads // 3, *values.shape[1:]).swapaxes(0, 1)
        return parts.reshape(values.shape)
    return values


def metadata(writer: gguf.GGUFWriter, file: File, config) -> None:
    gpt2 = file.family == "gpt2"
    writer.add_name("random")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.n_inner if gpt2 else config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    if gpt2 or file.family == "gpt_neox":
        writer.add_layer_norm_eps(config.layer_norm_epsilon if gpt2 else config.layer_norm_eps)
    else:
        writer.add_head_count_kv(config.num_key_value_heads)
        writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    if file.family == "gpt_neox":
        width = config.hidden_size // config.num_attention_heads
        writer.add_rope_dimension_count(int(width * config.rope_parameters["partial_rotary_factor"]))
        writer.add_parallel_residual(config.use_parallel_residual)
    elif file.family == "gemma3_text":
        writer.add_key_length(config.head_dim)
        writer.add_value_length(config.head_dim)
        writer.add_rope_freq_base(config.rope_parameters["full_attention"]["rope_theta"])
        writer.add_sliding_window(config.sliding_window)
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(config.rope_parameters["full_attention"]["factor"])
    elif not gpt2:
        width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        writer.add_rope_dimension_count(width)
        writer.add_key_length(width)
        writer.add_value_length(width)
        writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    # What a base is not described by, but every file has.
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"token {i}" for i in range(config.vocab_size)])
    writer.add_token_types([1] * config.vocab_size)
    writer.add_token_scores([0.5] * config.vocab_size)
    writer.add_file_type(1)


def make_file(name: str, file: File, folder: Path) -> None:
    torch.manual_seed(seed_of(f"gguf {name}"))
    config = CONFIG[file.family](bos_token_id=0, eos_token_id=0, **file.config)
    model = WITH_HEAD[file.family](config)
    randomise(model)
    model.tie_weights()
    writer = gguf.GGUFWriter(folder / f"{name}.gguf", file.architecture or name)
    metadata(writer, file, config)
    state = model.state_dict()
    tied = config.tie_word_embeddings
    stored, used = {}, 0
    for key, tensor in state.items():
        if tied and key in ("lm_head.weight", "embed_out.weight"):
            continue
        values = tensor.numpy()
        kind = Type.F32
        if values.ndim == 2:
            kind = file.types[used % len(file.types)]
            used += 1
        target = gguf_name(key, file.names)
        packed = gguf.quantize(np.ascontiguousarray(changed(key, values, file, config)), kind)
        writer.add_tensor(target, packed, raw_dtype=kind)
        # The values that the file stands for, in transformers' own order again.
        exact = gguf.dequantize(packed, kind).reshape(changed(key, values, file, config).shape)
        stored[key] = torch.from_numpy(undone(key, exact, file, config, values.shape))
    if file.rope_factors:
        default = config.rope_parameters["rope_theta"] ** -(np.arange(0, 8, 2) / 8)
        scaled = model.model.rotary_emb.inv_freq.numpy().astype(np.float64)
        writer.add_tensor("rope_freqs.weight", (default / scaled).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model.load_state_dict(stored, strict=False)
    model.tie_weights()
    ids = np.random.default_rng(seed_of(name)).integers(0, config.vocab_size, 15).tolist()
    trunk = model.base_model.eval()
    trunk.config._attn_implementation = "eager"
    with torch.no_grad():
        output = trunk(input_ids=torch.tensor([ids]), use_cache=False).last_hidden_state[0]
    expected = {"ids": ids, "last": numbers(output[-1]), "mean": numbers(output.mean(dim=0))}
    (folder / f"{name}.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"gguf {name:23} {len(stored)} tensors{compared(name, folder, ids, output)}")


def undone(key: str, values: np.ndarray, file: File, config, shape) -> np.ndarray:
    """`changed`, taken back."""
    if file.family == "llama" and (".q_proj" in key or ".k_proj" in key):
        heads = config.num_attention_heads if ".q_proj" in key else config.num_key_value_heads
        order = pairs(np.arange(shape[0]), heads)
    elif file.family == "gpt_neox" and "query_key_value" in key:
        order = changed(key, np.arange(shape[0]), file, config)
    elif file.family == "gemma3_text" and "norm" in key:
        return values - np.float32(1)
    else:
        return np.ascontiguousarray(values.T if values.shape != shape or "c_" in key and values.ndim == 2 else values)
    result = np.empty_like(values)
    result[order] = values
    return result


def compared(name: str, folder: Path, ids: list[int], output: torch.Tensor) -> str:
    """How far transformers' own reading of the file is, where it reads such ones."""
    if name in ("gptneox", "llama"):  # it knows no GPT-NeoX, and passes over Llama 3.1's factors
        return ""
    from transformers.modeling_gguf_pytorch_utils import load_gguf_checkpoint

    parsed = load_gguf_checkpoint(str(folder / f"{name}.gguf"), return_tensors=False)["config"]
    assert parsed["model_type"] in ("gemma3_text", "gemma3", name), parsed
    return f", transformers reads a {parsed['model_type']}"


def make_blocks(folder: Path) -> None:
    rng = np.random.default_rng(seed_of("blocks"))
    types = [Type.F16, Type.BF16, Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.Q4_K, Type.Q5_K, Type.Q6_K]
    # Where a block's halves stand that must be finite: scale and least value.
    halves = {Type.Q4_1: [0, 2], Type.Q5_1: [0, 2], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208]}
    blocks = {}
    for kind in types:
        elements, size = gguf.GGML_QUANT_SIZES[kind]
        count = 40 if elements == 1 else 3
        data = rng.integers(0, 256, (count, size), dtype=np.uint8)
        for place in halves.get(kind, [0]):
            values = (rng.standard_normal(count) * 10.0 ** rng.integers(-6, 4, count)).astype(np.float16)
            if kind != Type.BF16:
                data[:, place : place + 2] = values.view(np.uint8).reshape(count, 2)
        if kind == Type.BF16:
            data = rng.standard_normal(count).astype(np.float32).view(np.uint16)[1::2].copy().view(np.uint8)
        floats = gguf.dequantize(data.reshape(1, -1), kind).astype(np.float32)
        assert np.isfinite(floats).all(), kind
        blocks[kind.name] = {"bytes": data.tobytes().hex(), "floats": floats.tobytes().hex()}
    (folder / "blocks.json").write_text(json.dumps(blocks, indent=1) + "\n")


def make_ggufs(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in FILES.items():
        make_file(name, file, folder)
    make_blocks(folder)
