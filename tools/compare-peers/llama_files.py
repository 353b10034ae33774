"""Files for llama.cpp: the trunk in Q8_0 or Q4_0.

Patches are handed over as embeddings. A head can't be left out: there is one of OUTPUTS words.
"""

from pathlib import Path

import gguf
import numpy as np

from shapes import EPSILON, POSITIONS, ROPE_BASE, Shape, Weights

KINDS = {"q8_0": gguf.GGMLQuantizationType.Q8_0, "q4_0": gguf.GGMLQuantizationType.Q4_0}
FILE_TYPES = {"q8_0": gguf.LlamaFileType.MOSTLY_Q8_0, "q4_0": gguf.LlamaFileType.MOSTLY_Q4_0}
OUTPUTS = 32

GPT2 = {
    "ln_1": "attn_norm", "ln_2": "ffn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output",
    "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down",
}  # fmt: skip
LLAMA = {
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}  # fmt: skip


def path(folder: Path, shape: Shape, kind: str) -> Path:
    return folder / f"llama-{shape.name}-{kind}.gguf"


def prepare(folder: Path, shape: Shape, weights: Weights, kind: str) -> None:
    target = path(folder, shape, kind)
    if target.exists():
        return
    unfinished = target.with_suffix(".part")
    writer = gguf.GGUFWriter(unfinished, shape.family)
    writer.add_context_length(POSITIONS)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_vocab_size(OUTPUTS)
    writer.add_tokenizer_model("none")
    writer.add_file_type(FILE_TYPES[kind])
    if shape.family == "gpt2":
        writer.add_layer_norm_eps(EPSILON)
    else:
        writer.add_layer_norm_rms_eps(EPSILON)
        writer.add_rope_dimension_count(shape.head_width)
        writer.add_rope_freq_base(ROPE_BASE)
    for name, value in tensors(shape, weights).items():
        quantized = value.ndim == 2 and name != "position_embd.weight"
        if quantized:
            writer.add_tensor(name, gguf.quantize(value, KINDS[kind]), raw_dtype=KINDS[kind])
        else:
            writer.add_tensor(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    unfinished.replace(target)


def tensors(shape: Shape, weights: Weights) -> Weights:
    """By llama.cpp's names, matrices as [out, in]."""
    head = np.eye(shape.width, dtype=np.float32)[:OUTPUTS]
    named: Weights = {"token_embd.weight": head, "output.weight": head}
    for name, value in weights.items():
        match name.rsplit(".", 1)[0].split(".", 2):
            case ["wpe"]:
                named["position_embd.weight"] = value
            case ["wte"] | ["embed_tokens"]:
                pass
            case ["ln_f"] | ["norm"]:
                named[f"output_norm.{name.rsplit('.', 1)[1]}"] = value
            case ["h", layer, rest]:
                named[f"blk.{layer}.{GPT2[rest]}.{name.rsplit('.', 1)[1]}"] = value.T if value.ndim == 2 else value
            case ["layers", layer, rest]:
                rotated = rest in ("self_attn.q_proj", "self_attn.k_proj")
                named[f"blk.{layer}.{LLAMA[rest]}.weight"] = neighbours(shape, value) if rotated else value
            case _:
                raise ValueError(name)
    return {name: np.ascontiguousarray(value) for name, value in named.items()}


def neighbours(shape: Shape, weight: np.ndarray) -> np.ndarray:
    """llama.cpp turns element 2 i of a head with 2 i + 1, where Hugging Face's files mean i and i + half."""
    halves = weight.reshape(shape.heads, 2, shape.head_width // 2, shape.width)
    return halves.swapaxes(1, 2).reshape(weight.shape)
