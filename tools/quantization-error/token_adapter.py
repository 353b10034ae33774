"""An adapter that changes nothing, with given patches as the only tokens there are."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file


def width(base: Path) -> int:
    """Of a base's patches."""
    return json.loads((base / "config.json").read_text())["hidden_size"]


def write(
    folder: Path, patches: torch.Tensor, base: Path, window: int, context: str = "restart", sinks: torch.Tensor | None = None
) -> None:
    """
    Of a Llama base; token n is row n.

    Args:
        folder: is there.
        patches: `[...][width]`, at most 65,536 rows.
        base: a folder as `save_pretrained` writes it.
        window: patches of a context.
        context: how they follow one another.
        sinks: rows `[sinks][width]` before a sliding context.
    """
    config = json.loads((base / "config.json").read_text())
    (folder / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": ["q_proj"], "bias": "none"})
    )
    name, width = "base_model.model.layers.{}.self_attn.q_proj.lora_{}.weight", config["hidden_size"]
    rows = width if "head_dim" not in config else config["num_attention_heads"] * config["head_dim"]
    factors = {}
    for layer in range(config["num_hidden_layers"]):
        factors[name.format(layer, "A")] = torch.zeros(1, width)
        factors[name.format(layer, "B")] = torch.zeros(rows, 1)
    save_file(factors, folder / "adapter_model.safetensors")
    flat = patches.reshape(-1, width).contiguous()
    tokens = {"kind": "tokens", "vocabulary": len(flat), "codebooks": 1, "window": window}
    (folder / "tacit.json").write_text(
        json.dumps(
            {
                "version": 1, "input": tokens, "positions": "base", "attention": "causal", "context": context,
                "sinks": 0 if sinks is None else len(sinks),
                "pool": "last", "task": "multiclass", "labels": ["a", "b"], "license": "", "sources": [],
            }
        )
    )  # fmt: skip
    head = {"head.weight": torch.zeros(2, width), "head.bias": torch.zeros(2)}
    if sinks is not None:
        head["sinks.weight"] = sinks.contiguous()
    save_file({"codebook.0.weight": flat} | head, folder / "tacit.safetensors")
