"""What PEFT passes over in silence and would make another model of: an adapter's files must hold all that they speak of, and
nothing else, in finite numbers. The converter refuses such files too; it also takes IA3, and adapters made over a model with a
language head, which this tool doesn't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from peft import get_peft_model_state_dict
from torch import Tensor, nn

from .files import not_finite
from .readers import DataError

UNDERSTOOD = {
    *("alpha_pattern", "bias", "exclude_modules", "fan_in_fan_out", "init_lora_weights", "layers_pattern"),
    *("layers_to_transform", "lora_alpha", "lora_bias", "modules_to_save", "peft_type", "r", "rank_pattern"),
    *("target_modules", "use_dora", "use_rslora"),
}
HARMLESS = {
    *("auto_mapping", "base_model_name_or_path", "eva_config", "inference_mode", "lora_dropout", "megatron_core"),
    *("peft_version", "qalora_group_size", "revision", "runtime_config", "task_type"),
}
"""What does not matter once an adapter is trained."""


def check_config(path: Path, config: dict[str, Any]) -> None:
    """Refuses, of `adapter_config.json`, other kinds of adapters, and what changes more than matrices and norms."""
    if (kind := config.get("peft_type")) != "LORA":
        raise DataError(f"{path}: peft_type is {kind!r}; expected LORA")
    for name, value in config.items():
        if value and name not in UNDERSTOOD | HARMLESS:
            raise DataError(f"{path}: {name} is not supported")
    if isinstance(start := config.get("init_lora_weights", True), str) and start.lower() not in ("gaussian", "orthogonal", "eva"):
        raise DataError(f"{path}: init_lora_weights is {start!r}, which changes the base's weights; not supported")


def check_tensors(path: Path, stored: dict[str, Tensor], trunk: nn.Module) -> None:
    """Refuses `adapter_model.safetensors` where it isn't just what the trunk, made by the configuration, has of its own: PEFT
    leaves what is lacking at random and takes no notice of what is too much."""
    expected = get_peft_model_state_dict(trunk, save_embedding_layers=False)
    for names, what in ((expected.keys() - stored.keys(), "is missing"), (stored.keys() - expected.keys(), "is used by nothing")):
        if names:
            raise DataError(f"{path}: {min(names)}: {what}, by adapter_config.json and this base")
    for name, tensor in stored.items():
        if tensor.shape != expected[name].shape:
            raise DataError(f"{path}: {name}: shape {list(tensor.shape)}, expected {list(expected[name].shape)}")
    if why := not_finite(stored.items()):
        raise DataError(f"{path}: {why}")
