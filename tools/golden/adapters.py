"""Adapter folders: PEFT's own files, and `tacit.json` with `tacit.safetensors` around the trunk."""

import json
import shutil
from pathlib import Path

import torch
from peft import IA3Config, LoraConfig, get_peft_model
from safetensors.torch import save_file

from bases import BARE, BASES, WITH_HEAD


def save_adapter(case, base_folder: Path, folder: Path, seed: int) -> None:
    torch.manual_seed(seed)
    family = BASES[case.base].family
    model = (WITH_HEAD if case.over_head else BARE)[family].from_pretrained(base_folder, dtype=torch.float32)
    width = model.config.hidden_size
    kind = IA3Config if case.ia3 else LoraConfig
    adapted = get_peft_model(model, kind(fan_in_fan_out=family == "gpt2", **case.lora))
    for name, parameter in adapted.named_parameters():
        if "lora_A" in name:
            parameter.data = torch.randn_like(parameter) / parameter.shape[1] ** 0.5
        elif "lora_B" in name and parameter.ndim == 2:
            # PEFT begins with zeros, which would hide every mistake in the fusion.
            parameter.data = 0.3 * torch.randn_like(parameter) / parameter.shape[1] ** 0.5
        elif parameter.requires_grad:
            # Biases, magnitudes, IA3's vectors, and norms trained along with it.
            parameter.data = parameter.data + (0.3 if case.ia3 else 0.1) * torch.randn_like(parameter)
    shutil.rmtree(folder, ignore_errors=True)
    adapted.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    written = folder / "adapter_config.json"
    values = json.loads(written.read_text())
    values["base_model_name_or_path"] = case.base
    written.write_text(json.dumps(values, indent=2) + "\n")

    (folder / "tacit.json").write_text(json.dumps(describe(case), indent=2) + "\n")
    save_file(surroundings(case, width), folder / "tacit.safetensors")


def describe(case) -> dict:
    """`tacit.json`. What equals the contract's default is left out, so that the defaults are tried too."""
    values = {"version": 1, "input": case.input, "positions": case.positions}
    if case.attention != "causal":
        values["attention"] = case.attention
    if case.context != "restart":
        values["context"] = case.context
    if case.sinks:
        values["sinks"] = case.sinks
    values |= {"pool": case.pool, "task": case.task, "labels": case.label_names}
    if case.task == "multilabel":
        values["thresholds"] = [round(0.3 + 0.4 * i / len(case.label_names), 3) for i in range(len(case.label_names))]
    return values | {
        "metrics": {"dataset": "random", "split": "none", "accuracy": 0.5},
        "license": "CC0-1.0",
        "sources": ["random numbers"],
    }


def patch_size(description: dict) -> int:
    if description["kind"] == "waveform":
        return description["patch"]
    if description["kind"] == "image":
        return description["patch"] ** 2 * description["channels"]
    return description["n_mels"] * description["patch_frames"]


def surroundings(case, width: int) -> dict[str, torch.Tensor]:
    embed = codebooks if case.input["kind"] == "tokens" else projection
    tensors = embed(case, width)
    if case.positions == "learned":
        tensors["positions.weight"] = 0.3 * torch.randn(case.window, width)
    if case.head_norm:
        tensors["head.norm.weight"] = 1 + 0.15 * torch.randn(width)
        tensors["head.norm.bias"] = 0.1 * torch.randn(width)
    labels = len(case.label_names)
    tensors["head.weight"] = torch.randn(labels, width) / width**0.5
    tensors["head.bias"] = 0.1 * torch.randn(labels)
    if case.sinks:
        tensors["sinks.weight"] = torch.randn(case.sinks, width)
    return tensors


def codebooks(case, width: int) -> dict[str, torch.Tensor]:
    count, vocabulary = case.input["codebooks"], case.input["vocabulary"]
    return {f"codebook.{n}.weight": torch.randn(vocabulary, width) / count**0.5 for n in range(count)}


def projection(case, width: int) -> dict[str, torch.Tensor]:
    size = patch_size(case.input)
    # Samples are small numbers, standardised mel values and pixels are about 1.
    gain = 3.0 if case.input["kind"] == "waveform" else 1.0
    tensors = {}
    into = size
    if case.hidden:
        tensors["patch.hidden.weight"] = gain * torch.randn(case.hidden, size) / size**0.5
        tensors["patch.hidden.bias"] = 0.1 * torch.randn(case.hidden)
        into, gain = case.hidden, 1.0
    tensors["patch.weight"] = gain * torch.randn(width, into) / into**0.5
    tensors["patch.bias"] = 0.1 * torch.randn(width)
    return tensors
