"""Tiny random base models, saved as Hugging Face folders in every form that such folders take."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model, LlamaConfig, LlamaForCausalLM, LlamaModel

BARE = {"gpt2": GPT2Model, "llama": LlamaModel}
WITH_HEAD = {"gpt2": GPT2LMHeadModel, "llama": LlamaForCausalLM}


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
}


def randomise(model: torch.nn.Module) -> None:
    """Values of the size that training gives: the fresh initialisation has no biases and nearly no attention."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            offset = 1.0 if name.endswith("weight") else 0.0
            parameter.data = offset + 0.15 * torch.randn_like(parameter)
        elif "wpe" in name:
            parameter.data = 0.3 * torch.randn_like(parameter)
        elif "wte" in name or "embed" in name:
            parameter.data = torch.randn_like(parameter)
        else:
            # nn.Linear is [out, in], GPT-2's Conv1D is [in, out].
            fan_in = parameter.shape[0] if ".c_" in name else parameter.shape[1]
            parameter.data = torch.randn_like(parameter) / fan_in**0.5


def save_base(base: Base, folder: Path, seed: int) -> None:
    torch.manual_seed(seed)
    config = (GPT2Config if base.family == "gpt2" else LlamaConfig)(bos_token_id=0, eos_token_id=0, **base.config)
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
