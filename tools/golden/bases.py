"""Tiny random base models, saved as Hugging Face folders in every form that such folders take."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file

# What transformers' classes of a family are called: what stands before Config and Model, and the model with a head.
CLASSES = {
    "gpt2": ("GPT2", "GPT2LMHeadModel"),
    "llama": ("Llama", "LlamaForCausalLM"),
    "qwen2": ("Qwen2", "Qwen2ForCausalLM"),
    "qwen3": ("Qwen3", "Qwen3ForCausalLM"),
    "gpt_neox": ("GPTNeoX", "GPTNeoXForCausalLM"),
    "gemma3_text": ("Gemma3Text", "Gemma3ForCausalLM"),
    "opt": ("OPT", "OPTForCausalLM"),
    "mistral": ("Mistral", "MistralForCausalLM"),
    "gpt_neo": ("GPTNeo", "GPTNeoForCausalLM"),
}
CONFIG = {family: getattr(transformers, f"{name}Config") for family, (name, _) in CLASSES.items()}
BARE = {family: getattr(transformers, f"{name}Model") for family, (name, _) in CLASSES.items()}
WITH_HEAD = {family: getattr(transformers, head) for family, (_, head) in CLASSES.items()}


@dataclass
class Base:
    family: str
    config: dict
    dtype: torch.dtype = torch.float32
    # Saved from the model with a language head: names then begin with `transformer.` or `model.`.
    with_head: bool = False
    # Bytes a shard; 0 for one file.
    shard: int = 0
    # Rotary base where older versions of transformers put it.
    rope_at_top: bool = False
    # Buffers that older versions saved beside the weights: name -> shape. They change nothing.
    leftovers: dict = field(default_factory=dict)


BASES = {
    # Names without prefix; causal masks among the weights, as in the files that OpenAI's GPT-2 is published in.
    "gpt2-plain": Base(
        "gpt2",
        dict(n_embd=32, n_head=4, n_layer=2, n_positions=32, vocab_size=61),
        leftovers={"h.0.attn.bias": (1, 1, 32, 32), "h.1.attn.bias": (1, 1, 32, 32)},
    ),
    # Nothing divides by 16; head width 12.
    "gpt2-odd": Base(
        "gpt2",
        dict(n_embd=36, n_head=3, n_layer=2, n_inner=50, n_positions=40, vocab_size=37),
        dtype=torch.float16,
        with_head=True,
    ),
    "gpt2-sharded": Base(
        "gpt2",
        dict(n_embd=48, n_head=2, n_layer=3, n_positions=24, vocab_size=53, layer_norm_epsilon=1e-6),
        dtype=torch.bfloat16,
        with_head=True,
        shard=60_000,
    ),
    "llama-plain": Base(
        "llama",
        dict(hidden_size=32, intermediate_size=86, num_hidden_layers=2, num_attention_heads=4,
             num_key_value_heads=4, max_position_embeddings=64, vocab_size=61, rms_norm_eps=1e-5),
        rope_at_top=True,
    ),
    # Three query heads to a key; heads * head_dim != d.
    "llama-grouped": Base(
        "llama",
        dict(hidden_size=36, intermediate_size=50, num_hidden_layers=2, num_attention_heads=6,
             num_key_value_heads=2, head_dim=10, max_position_embeddings=64, vocab_size=41,
             rope_parameters=dict(rope_type="default", rope_theta=500_000.0)),
        dtype=torch.float16,
        with_head=True,
    ),
    "llama-biased": Base(
        "llama",
        dict(hidden_size=48, intermediate_size=97, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=1, head_dim=18, max_position_embeddings=64, vocab_size=43,
             attention_bias=True, mlp_bias=True),
        dtype=torch.bfloat16,
        with_head=True,
        shard=60_000,
        leftovers={"model.layers.0.self_attn.rotary_emb.inv_freq": (9,)},
    ),
    # Heads wider than 64, and together wider than the trunk; tied embeddings.
    "llama-wide-heads": Base(
        "llama",
        dict(hidden_size=24, intermediate_size=41, num_hidden_layers=1, num_attention_heads=2,
             num_key_value_heads=1, head_dim=96, max_position_embeddings=128, vocab_size=47,
             tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=1_000.0)),
        with_head=True,
    ),
    "gpt2-gelu": Base(
        "gpt2",
        dict(n_embd=24, n_head=2, n_layer=2, n_inner=33, n_positions=32, vocab_size=29, activation_function="gelu",
             scale_attn_weights=False),
        dtype=torch.float16,
    ),
    # Local layers among the others, shorter than the windows of the cases.
    "qwen2": Base(
        "qwen2",
        dict(hidden_size=32, intermediate_size=50, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=64, vocab_size=29, use_sliding_window=True, sliding_window=5,
             max_window_layers=2, tie_word_embeddings=True),
        dtype=torch.bfloat16,
        with_head=True,
    ),
    "qwen3": Base(
        "qwen3",
        dict(hidden_size=24, intermediate_size=41, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             head_dim=12, max_position_embeddings=64, vocab_size=29),
        dtype=torch.float16,
    ),
    # An odd part of each head is rotated.
    "gpt-neox": Base(
        "gpt_neox",
        dict(hidden_size=36, intermediate_size=50, num_hidden_layers=2, num_attention_heads=3,
             max_position_embeddings=64, vocab_size=29,
             rope_parameters=dict(rope_type="default", rope_theta=10_000.0, partial_rotary_factor=0.3)),
        dtype=torch.float16,
        with_head=True,
        leftovers={"gpt_neox.layers.0.attention.masked_bias": (1,), "gpt_neox.layers.1.attention.bias": (1, 1, 4, 4)},
    ),
    "gpt-neox-sequential": Base(
        "gpt_neox",
        dict(hidden_size=32, intermediate_size=40, num_hidden_layers=2, num_attention_heads=2,
             max_position_embeddings=64, vocab_size=29, use_parallel_residual=False, attention_bias=False),
        dtype=torch.bfloat16,
    ),
    "gemma3": Base(
        "gemma3_text",
        dict(hidden_size=24, intermediate_size=40, num_hidden_layers=7, num_attention_heads=2, num_key_value_heads=1,
             head_dim=10, max_position_embeddings=64, vocab_size=29, sliding_window=4, query_pre_attn_scalar=20),
        dtype=torch.float16,
        with_head=True,
    ),
    "opt": Base(
        "opt",
        dict(hidden_size=32, ffn_dim=50, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=40,
             vocab_size=29, word_embed_proj_dim=32),
        dtype=torch.float16,
        with_head=True,
    ),
    "mistral": Base(
        "mistral",
        dict(hidden_size=32, intermediate_size=50, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=64, vocab_size=29, sliding_window=6),
        dtype=torch.float16,
        with_head=True,
    ),
    "gpt-neo": Base(
        "gpt_neo",
        dict(hidden_size=32, num_layers=3, num_heads=4, intermediate_size=50, max_position_embeddings=40,
             vocab_size=29, window_size=5, attention_types=[[["global"], 1], [["local", "global"], 1]]),
        dtype=torch.float16,
        with_head=True,
    ),
}


def randomise(model: torch.nn.Module) -> None:
    """Values of the size that training gives: the fresh initialisation has no biases and nearly no attention."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            # Gemma adds 1 itself.
            offset = 1.0 if name.endswith("weight") and model.config.model_type != "gemma3_text" else 0.0
            parameter.data = offset + 0.15 * torch.randn_like(parameter)
        elif "wpe" in name or "embed_positions" in name:
            parameter.data = 0.3 * torch.randn_like(parameter)
        elif "wte" in name or "embed" in name:
            parameter.data = torch.randn_like(parameter)
        else:
            # nn.Linear is [out, in], GPT-2's Conv1D is [in, out].
            fan_in = parameter.shape[0] if ".c_" in name and model.config.model_type == "gpt2" else parameter.shape[1]
            parameter.data = torch.randn_like(parameter) / fan_in**0.5


def save_base(base: Base, folder: Path, seed: int) -> None:
    torch.manual_seed(seed)
    # The token that pads is drawn with the others only where it has an embedding of its own.
    config = CONFIG[base.family](bos_token_id=0, eos_token_id=0, **({"pad_token_id": 0} if base.family == "opt" else {}),
                                 **base.config)
    model = (WITH_HEAD if base.with_head else BARE)[base.family](config)
    randomise(model)
    if base.with_head:
        model.tie_weights()
    shutil.rmtree(folder, ignore_errors=True)
    model.to(base.dtype).save_pretrained(folder, **({"max_shard_size": base.shard} if base.shard else {}))
    (folder / "generation_config.json").unlink(missing_ok=True)

    written = folder / "config.json"
    values = json.loads(written.read_text())
    if base.rope_at_top:
        values["rope_theta"] = values.pop("rope_parameters")["rope_theta"]
        values["rope_scaling"] = None
    written.write_text(json.dumps(values, indent=2) + "\n")
    if base.leftovers:
        add_leftovers(base, folder)


def add_leftovers(base: Base, folder: Path) -> None:
    """Into the last file of weights (and the index, if there is one)."""
    path = sorted(folder.glob("*.safetensors"))[-1]
    with safe_open(path, "pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    tensors |= {name: torch.ones(shape) for name, shape in base.leftovers.items()}
    save_file(tensors, path, {"format": "pt"})
    index = folder / "model.safetensors.index.json"
    if index.exists():
        values = json.loads(index.read_text())
        values["weight_map"] |= {name: path.name for name in base.leftovers}
        index.write_text(json.dumps(values, indent=2) + "\n")
