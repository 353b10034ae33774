"""What is trained of a trunk: low-rank changes of its matrices, through PEFT, and how cheaply."""

from __future__ import annotations

from dataclasses import dataclass
from types import MethodType

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners import lora
from torch import Tensor, nn
from torch.nn import functional as F

TARGETS = {
    "llama": ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    "gpt2": ["c_attn", "c_proj", "c_fc"],
}
OUTPUTS = {"llama": ["o_proj", "down_proj"], "gpt2": ["c_proj"]}
"""The matrices whose products a block adds to the stream."""
NORMS = {
    "llama": ["input_layernorm", "post_attention_layernorm", "norm"],
    "gpt2": ["ln_1", "ln_2", "ln_f"],
}


@dataclass(frozen=True)
class Adaptation:
    """How a frozen trunk is adapted."""

    rank: int = 16
    """Of the change of each matrix; 0: no matrix changes."""
    alpha: float | None = None
    """Default: twice the rank."""
    train_norms: bool = False
    dora: bool = False
    """A length for each row of each matrix, trained beside its direction (Liu et al. 2024, "DoRA")."""
    gains: float | None = None
    """What of a block's output goes into the stream at the start, by channels, trained from there; it lies in the
    lengths of DoRA. Small ones make a deep trunk nearly the identity at first (Bachlechner et al. 2020, "ReZero is All
    You Need", with zero; Touvron et al. 2021, "Going deeper with Image Transformers", LayerScale)."""

    def __post_init__(self) -> None:
        if self.rank < 0:
            raise ValueError(f"a rank of {self.rank}; expected 0 or more")
        if self.gains is not None and not (self.dora and self.gains > 0):
            raise ValueError("gains go with DoRA, whose lengths they are, and are more than 0")


def add_adapters(trunk: nn.Module, how: Adaptation) -> nn.Module:
    """LoRA (Hu et al. 2021) or DoRA on every linear matrix of the trunk; norms trained whole if asked."""
    family = trunk.config.model_type
    rank = how.rank or 1
    config = LoraConfig(
        r=rank,
        lora_alpha=2.0 * rank if how.alpha is None else how.alpha,
        lora_dropout=0.0,
        target_modules=TARGETS[family],
        fan_in_fan_out=family == "gpt2",
        modules_to_save=NORMS[family] if how.train_norms else None,
        use_dora=how.dora,
        bias="none",
    )
    adapted = get_peft_model(trunk, config)
    for name, module in adapted.named_modules():
        if not isinstance(module, lora.Linear):
            continue
        if how.rank == 0:
            # PEFT has no folder without matrices: one of rank 1 that stays as it begins, zero.
            module.lora_A.requires_grad_(False)
            module.lora_B.requires_grad_(False)
        if how.gains is not None and name.rsplit(".", 1)[-1] in OUTPUTS[family]:
            module.lora_magnitude_vector["default"].weight.data.mul_(how.gains)
    return adapted


def form(adapted: nn.Module) -> dict:
    """Of an adapted trunk, all that the meaning of its tensors depends on beside their sizes."""
    config = adapted.peft_config["default"]
    names = ("r", "lora_alpha", "rank_pattern", "alpha_pattern", "use_dora", "use_rslora", "fan_in_fan_out", "bias", "lora_bias")
    names += ("layers_to_transform", "layers_pattern")
    named = ("target_modules", "exclude_modules", "modules_to_save")
    # PEFT keeps some of these lists as sets, and a pattern as the text that it is.
    return {name: getattr(config, name) or None for name in names} | {
        name: value if isinstance(value := getattr(config, name), str) else sorted(value or ()) for name in named
    }


def train_whole(trunk: nn.Module) -> nn.Module:
    """Every weight of the trunk trained, but for the token embeddings, whose place the patches take."""
    trunk.requires_grad_(True)
    trunk.get_input_embeddings().requires_grad_(False)
    return trunk


def quicken(trunk: nn.Module, rows: int) -> None:
    """Makes training steps on batches of so many patches cheaper and leaves the function as it is: `x (W + s B A)^T` in
    place of PEFT's `x W^T + s (x A^T) B^T` where that is less work; and attention in plain products, whose backward
    pass over some tens of patches takes a fraction of the fused kernel's time."""
    for module in trunk.modules():
        if isinstance(module, lora.Linear) and (module.use_dora["default"] or is_merging_cheaper(module, rows)):
            module.forward = MethodType(merged, module)
    trunk.get_base_model().set_attn_implementation("eager")


def is_merging_cheaper(layer: lora.Linear, rows: int) -> bool:
    """Multiplications of a step. Beside each other the frozen matrix has two products a step (its own gradient isn't
    wanted) and the two thin ones three; merged, the matrix has three, and the thin ones' product as well."""
    rank, ins, outs = layer.r["default"], layer.in_features, layer.out_features
    beside = 2 * rows * ins * outs + 3 * rows * rank * (ins + outs)
    return 3 * ins * outs * (rows + rank) < beside


def merged(layer: lora.Linear, x: Tensor) -> Tensor:
    """The layer's product with its change in the matrix; in DoRA each row is brought to its length, by a norm that is
    taken as constant (Liu et al. 2024, section 4.3), as PEFT does."""
    base = layer.base_layer
    change = layer.scaling["default"] * (layer.lora_B["default"].weight @ layer.lora_A["default"].weight)
    weight = (base.weight.T if layer.fan_in_fan_out else base.weight) + change
    if layer.use_dora["default"]:
        length = torch.linalg.norm(weight.detach(), dim=1)
        weight = weight * (layer.lora_magnitude_vector["default"].weight / length)[:, None]
    return F.linear(x, weight, base.bias)
