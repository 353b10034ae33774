"""The adapted model: patches to logits through a frozen trunk. The reference for the runtime's engine.

The trunk is a bare transformers model (no language head) under PEFT's LoRA; this module adds what stands around it:
patch projection, positions, pooling and the label head.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoConfig, AutoModel

from . import sinks
from .adapters import TARGETS
from .files import not_finite
from .readers import DataError


@dataclass(frozen=True)
class Shape:
    """How patches become logits, in the words of `tacit.json`."""

    positions: str = "base"
    attention: str = "causal"
    context: str = "restart"
    pool: str = "mean"
    sinks: int = 0

    def __post_init__(self) -> None:
        allowed = {
            "positions": ("base", "learned", "none"),
            "attention": ("causal", "full"),
            "context": ("restart", "sliding"),
            "pool": ("last", "mean"),
        }
        for key, values in allowed.items():
            if getattr(self, key) not in values:
                raise ValueError(f"{key} is {getattr(self, key)!r}; expected one of {', '.join(values)}")
        if self.context == "sliding" and self.attention == "full":
            raise ValueError("full attention goes with restart contexts only")
        if self.context == "sliding" and self.positions == "learned":
            raise ValueError("sliding contexts go with rotary positions or none")
        if isinstance(self.sinks, bool) or not isinstance(self.sinks, int) or not 0 <= self.sinks <= sinks.MOST:
            raise ValueError(f"sinks is {self.sinks!r}; expected 0 to {sinks.MOST}")
        if self.sinks and self.context != "sliding":
            raise ValueError("sinks go with sliding contexts only")


class PatchProjection(nn.Module):
    """`W x + b`, or `W gelu(H x + c) + b` with the tanh form of GELU."""

    def __init__(self, patch_size: int, width: int, hidden: int = 0):
        super().__init__()
        self.hidden = nn.Linear(patch_size, hidden) if hidden else None
        self.out = nn.Linear(hidden or patch_size, width)
        # Training works on an output of deviation 1 and scales it to the trunk's embeddings here: were the scale in
        # the weights, each step of Adam would change these tiny weights by a large part. Folded in when saved.
        self.output_scale = 1.0

    def forward(self, patches: Tensor) -> Tensor:
        if self.hidden is not None:
            patches = F.gelu(self.hidden(patches), approximate="tanh")
        return self.out(patches) * self.output_scale


class CodebookSum(nn.Module):
    """The sum of one embedding from each codebook, of ids [batch, T, codebooks]."""

    def __init__(self, codebooks: int, vocabulary: int, width: int):
        super().__init__()
        self.books = nn.ModuleList(nn.Embedding(vocabulary, width) for _ in range(codebooks))
        self.output_scale = 1.0

    def forward(self, ids: Tensor) -> Tensor:
        return sum(book(ids[..., n]) for n, book in enumerate(self.books)) * self.output_scale


class AdaptedModel(nn.Module):
    """A trunk with its adapters, from patches [batch, T, patch_size] to logits [batch, labels]. With a `vocabulary`
    the patches are ids, one from each of `patch_size` codebooks."""

    def __init__(
        self,
        trunk: nn.Module,
        shape: Shape,
        patch_size: int,
        labels: int,
        window: int,
        patch_hidden: int = 0,
        head_norm: bool = True,
        vocabulary: int = 0,
    ):
        super().__init__()
        config = trunk.config
        self.family = config.model_type
        self.shape, self.window = shape, window
        self.limit = config.max_position_embeddings
        check_shape(shape, config, window)
        width = config.hidden_size
        self.trunk = trunk
        if self.family == "gpt2" and shape.positions != "base":
            # GPT-2 always adds its table; without base positions the table has to add nothing.
            self.bare().wpe.weight.data.zero_()
        if vocabulary:
            self.patch = CodebookSum(patch_size, vocabulary, width)
        else:
            self.patch = PatchProjection(patch_size, width, patch_hidden)
        self.positions = nn.Parameter(torch.zeros(window, width)) if shape.positions == "learned" else None
        # As small a number as the projection's: its output scale is theirs too.
        self.sinks = nn.Parameter(torch.zeros(shape.sinks, width)) if shape.sinks else None
        if shape.sinks:
            self.bare().set_attn_implementation(sinks.ATTENTION)
        self.head_norm = nn.LayerNorm(width, eps=1e-5) if head_norm else None
        self.head = nn.Linear(width, labels)

    def bare(self) -> nn.Module:
        """The trunk without PEFT around it."""
        return self.trunk.get_base_model() if hasattr(self.trunk, "get_base_model") else self.trunk

    def _mask(self, length: int, device: torch.device) -> Tensor | None:
        """Additive mask [1, 1, rows, rows], sinks first; None where the trunk's own causal mask is right."""
        s = self.shape
        counted = s.positions == "base" or (self.family == "gpt2" and length <= self.limit)
        if s.context == "restart" and s.attention == "causal" and counted:
            return None
        if s.context == "sliding":
            allowed = sinks.mask(s.sinks, length, self.window, device)
        else:
            allowed = torch.ones(length, length, dtype=torch.bool, device=device)
            if s.attention == "causal":
                allowed = allowed.tril()
        return torch.zeros(allowed.shape, device=device).masked_fill(~allowed, float("-inf"))[None, None]

    def hidden(self, patches: Tensor) -> Tensor:
        """The trunk's output after its final norm, [batch, T, width]; T may exceed the window when sliding."""
        batch, length, _ = patches.shape
        if self.shape.context == "restart" and length > self.window:
            raise ValueError(f"{length} patches do not fit into a window of {self.window}")
        x = self.patch(patches)
        if self.positions is not None:
            x = x + self.positions[:length]
        options: dict[str, Any] = {}
        if self.sinks is not None:
            x = torch.cat([(self.sinks * self.patch.output_scale).expand(batch, -1, -1), x], 1)
            options["sinks"] = self._kept()
        if self.family != "gpt2":
            # Position 0 everywhere means that nothing is rotated. (An explicit mask goes with it: transformers
            # takes repeated positions without a mask for several packed sequences.)
            step = 1 if self.shape.positions == "base" else 0
            options["position_ids"] = (torch.arange(x.shape[1], device=x.device) * step)[None].expand(batch, -1)
        elif x.shape[1] > self.limit:
            options["position_ids"] = torch.zeros(1, x.shape[1], dtype=torch.long, device=x.device)
        output = self.trunk(inputs_embeds=x, attention_mask=self._mask(length, x.device), use_cache=False, **options)
        return output.last_hidden_state[:, self.shape.sinks :]

    def _kept(self) -> sinks.Sinks:
        rotates = self.shape.positions == "base"
        return sinks.Sinks(self.shape.sinks, self.window, self.bare().rotary_emb.inv_freq if rotates else None)

    def pooled(self, patches: Tensor) -> Tensor:
        """What the head reads before its norm, [batch, width]: the last patch, or the mean over the window."""
        return self.pool(self.hidden(patches))

    def pool(self, hidden: Tensor) -> Tensor:
        return hidden[:, -1] if self.shape.pool == "last" else hidden[:, -self.window :].mean(1)

    def embedding(self, patches: Tensor) -> Tensor:
        """The head's input, [batch, width]: what `tacit embed` prints."""
        return self.normed(self.pooled(patches))

    def normed(self, x: Tensor) -> Tensor:
        return x if self.head_norm is None else self.head_norm(x)

    def read(self, hidden: Tensor) -> Tensor:
        """Logits after the last of these patches, as `hidden` gave them."""
        return self.head(self.normed(self.pool(hidden)))

    def forward(self, patches: Tensor) -> Tensor:
        return self.read(self.hidden(patches))

    def without_layers(self, patches: Tensor) -> Tensor:
        """Logits as if the trunk had no layers: its final norm of the embedded patches, averaged, through the head.
        A tenth of the work, for the first steps of training."""
        bare = self.bare()
        norm = bare.ln_f if self.family == "gpt2" else bare.norm
        x = norm(self.patch(patches[:, -self.window :])).mean(1)
        return self.head(self.normed(x))


def check_shape(shape: Shape, config, window: int) -> None:
    """Refuses what a base of this configuration can't be."""
    limit = config.max_position_embeddings
    if shape.positions == "base" and window + shape.sinks > limit:
        kept = f" and {shape.sinks} sinks" if shape.sinks else ""
        raise ValueError(f"a window of {window} patches{kept} is longer than the base's {limit} positions")
    if shape.context == "sliding" and shape.positions == "base" and config.model_type == "gpt2":
        raise ValueError("sliding contexts go with rotary positions or none")


def read_config(base: Path | str):
    """A base folder's configuration, of a family that can be adapted."""
    check_folder(base, "config.json")
    try:
        config = AutoConfig.from_pretrained(base)
    except (OSError, ValueError, KeyError) as error:
        raise unreadable(base, error) from None
    check_family(config.model_type)
    return config


def unreadable(base: Path | str, error: Exception) -> DataError:
    return DataError(f"{base}: not a base that can be read: {' '.join(str(error).split())[:200]}")


def load_trunk(base: Path | str) -> nn.Module:
    """The bare trunk of a base folder in f32, frozen."""
    return read_trunk(base, torch.float32).requires_grad_(False)


def read_trunk(base: Path | str, dtype: torch.dtype | str) -> nn.Module:
    """The bare trunk of a base folder, whole and in finite numbers: transformers fills what is lacking at random."""
    check_folder(base, "config.json")
    try:
        trunk, told = AutoModel.from_pretrained(base, dtype=dtype, output_loading_info=True)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise unreadable(base, error) from None
    check_family(trunk.config.model_type)
    if lacking := sorted(told["missing_keys"]):
        raise DataError(f"{base}: lacks {lacking[0]}" + (f" and {len(lacking) - 1} more tensors" if len(lacking) > 1 else ""))
    if why := not_finite(trunk.named_parameters()):
        raise DataError(f"{base}: {why}")
    return trunk


def random_trunk(base: Path | str, seed: int) -> nn.Module:
    """A trunk of the same architecture as the base's, freshly initialised as transformers does it, frozen."""
    config = read_config(base)
    state = torch.random.get_rng_state()
    torch.manual_seed(seed)
    trunk = AutoModel.from_config(config, dtype=torch.float32)
    torch.random.set_rng_state(state)
    return trunk.requires_grad_(False)


def check_folder(folder: Path | str, file: str) -> None:
    """transformers and peft would take the name of a folder that isn't there for one on the hub, and ask for it there."""
    if not (Path(folder) / file).is_file():
        raise DataError(f"{folder}: there is no {file} in it" if Path(folder).is_dir() else f"{folder}: no such folder")


def check_family(family: str) -> None:
    if family not in TARGETS:
        raise DataError(f"base of the kind {family!r}; expected one of {', '.join(TARGETS)}")
