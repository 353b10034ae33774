"""The adapter folder: PEFT's own files beside `tacit.json` and `tacit.safetensors`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from safetensors.torch import save_file
from torch import Tensor

from .adapter_checks import check_config, check_tensors
from .files import ADAPTER, load_json, load_tensors, not_finite, save_json, whole_folder
from .inputs import Input, SoundInput, TokensInput, input_from_json
from .model import AdaptedModel, CodebookSum, Shape, check_folder, load_trunk
from .readers import DataError

KEYS = {
    *("version", "input", "positions", "attention", "context", "pool", "sinks", "task", "labels", "thresholds", "events"),
    *("metrics", "license", "sources", "base", "learning"),
}
"""Of `tacit.json`."""


@dataclass
class Description:
    """`tacit.json`."""

    input: Input
    shape: Shape
    task: str
    labels: list[str]
    thresholds: list[float] | None = None
    events: dict[str, float] | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    license: str = ""
    sources: list[str] = field(default_factory=list)
    # SHA-256 of the base's files of weights, by name: the converter refuses another base.
    base: dict[str, str] = field(default_factory=dict)
    # What labels are learned by where the model runs; `learning` makes it.
    learning: dict[str, Any] | None = None

    def with_window(self, window: int) -> Description:
        """The same for so many patches, where nothing hangs on how many there are: a sound's are counted from the window's
        start, and only learned positions are a table of them."""
        if not isinstance(self.input, SoundInput) or self.shape.positions == "learned":
            return self
        return replace(self, input=replace(self.input, window=window))

    def to_json(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "version": 1,
            "input": self.input.to_json(),
            "positions": self.shape.positions,
            "attention": self.shape.attention,
            "context": self.shape.context,
            "pool": self.shape.pool,
            **({"sinks": self.shape.sinks} if self.shape.sinks else {}),
            "task": self.task,
            "labels": self.labels,
        }
        if self.thresholds is not None:
            value["thresholds"] = [round(t, 4) for t in self.thresholds]
        if self.events is not None:
            value["events"] = self.events
        value["metrics"] = self.metrics
        value["license"] = self.license
        value["sources"] = self.sources
        if self.base:
            value["base"] = self.base
        if self.learning is not None:
            value["learning"] = self.learning
        return value

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Description":
        if value.get("version") != 1:
            raise ValueError(f"tacit.json is of version {value.get('version')!r}; expected 1")
        if value.get("task") not in ("multiclass", "multilabel"):
            raise ValueError(f"task is {value.get('task')!r}; expected multiclass or multilabel")
        shape = Shape(
            positions=value["positions"],
            attention=value.get("attention", "causal"),
            context=value.get("context", "restart"),
            pool=value["pool"],
            sinks=value.get("sinks", 0),
        )
        if unknown := sorted(value.keys() - KEYS):
            raise ValueError(f"does not know {', '.join(unknown)}")
        labels, thresholds = value["labels"], value.get("thresholds")
        if not (isinstance(labels, list) and labels and all(isinstance(label, str) for label in labels)):
            raise ValueError("labels: expected a list of names, at least one")
        if len(set(labels)) < len(labels):
            raise ValueError("labels: one occurs twice")
        if thresholds is not None and not (len(thresholds) == len(labels) and all(0 <= t <= 1 for t in thresholds)):
            raise ValueError(f"thresholds: expected {len(labels)} numbers from 0 to 1, one for each label")
        return Description(
            input=input_from_json(value["input"]),
            shape=shape,
            task=value["task"],
            labels=labels,
            thresholds=thresholds,
            events=value.get("events"),
            metrics=value.get("metrics", {}),
            license=value.get("license", ""),
            sources=list(value.get("sources", [])),
            base=dict(value.get("base", {})),
            learning=value.get("learning"),
        )


def digests(base: Path) -> dict[str, str]:
    """SHA-256 of a base's files of weights, by name."""
    files = sorted(base.glob("*.safetensors"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def surroundings(model: AdaptedModel, input_gain: float = 1.0) -> dict[str, Tensor]:
    """The tensors of `tacit.safetensors`. `input_gain`, by which training scaled its patches, and the projection's
    output scale are folded in."""
    scale = model.patch.output_scale
    if isinstance(model.patch, CodebookSum):
        tensors = {f"codebook.{n}.weight": book.weight * scale for n, book in enumerate(model.patch.books)}
    else:
        tensors = {"patch.weight": model.patch.out.weight * scale, "patch.bias": model.patch.out.bias * scale}
        if model.patch.hidden is not None:
            tensors |= {"patch.hidden.weight": model.patch.hidden.weight, "patch.hidden.bias": model.patch.hidden.bias}
        name = "patch.weight" if model.patch.hidden is None else "patch.hidden.weight"
        tensors[name] = tensors[name] * input_gain
    if model.positions is not None:
        tensors["positions.weight"] = model.positions
    if model.sinks is not None:
        tensors["sinks.weight"] = model.sinks * scale
    tensors |= {"head.weight": model.head.weight, "head.bias": model.head.bias}
    if model.head_norm is not None:
        tensors |= {"head.norm.weight": model.head_norm.weight, "head.norm.bias": model.head_norm.bias}
    return {k: v.detach().cpu().contiguous() for k, v in tensors.items()}


def save_adapter(
    model: AdaptedModel,
    description: Description,
    out: Path,
    base_name: str,
    input_gain: float = 1.0,
    dtype: torch.dtype = torch.float16,
) -> None:
    """Writes the whole folder beside `out`, which it then takes the place of."""
    state = {k: v.detach().cpu().to(dtype) for k, v in model.trunk.state_dict().items()}
    for config in model.trunk.peft_config.values():
        config.base_model_name_or_path = base_name
        config.target_modules = sorted(config.target_modules)  # a set's order differs from run to run
    around = {k: v.to(dtype) for k, v in surroundings(model, input_gain).items()}
    for name, tensor in (around | state).items():
        if not torch.isfinite(tensor).all():
            raise DataError(f"{out}: not written: {name} does not fit into {dtype}, so it was learned at too high a rate; expected a lower --lr")
    with whole_folder(out, ADAPTER) as folder:
        model.trunk.save_pretrained(folder, state_dict=state, save_embedding_layers=False)
        (folder / "README.md").unlink(missing_ok=True)
        save_file(around, folder / "tacit.safetensors")
        save_json(description.to_json(), folder / "tacit.json")


def load_adapter(base: Path | str, folder: Path | str) -> tuple[AdaptedModel, Description]:
    """The model that a base and an adapter folder make, in f32, in evaluation mode."""
    folder, base = Path(folder), Path(base)
    for name in ADAPTER:
        check_folder(folder, name)
    description = read_description(folder)
    stored = load_tensors(folder / "tacit.safetensors")
    around = {k: v.float() for k, v in stored.items() if not k.startswith("learning.")}
    trunk = load_trunk(base)
    if description.base and description.base != digests(base):
        raise DataError(f"{folder}: was made over another base than {base}")
    # Both are read here for what they say where they are damaged; PEFT would not name them.
    changes = load_tensors(folder / "adapter_model.safetensors")
    check_config(folder / "adapter_config.json", load_json(folder / "adapter_config.json"))
    try:
        adapted = PeftModel.from_pretrained(trunk, folder)
        check_tensors(folder / "adapter_model.safetensors", changes, adapted)
        return assemble(adapted, description, around)
    except DataError:
        raise
    except (ValueError, RuntimeError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: {first_line(error)}") from None


def read_description(folder: Path) -> Description:
    """What an adapter folder's `tacit.json` says."""
    value = load_json(folder / "tacit.json")
    try:
        return Description.from_json(value)
    except KeyError as error:
        raise DataError(f"{folder}/tacit.json: lacks {error}") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise DataError(f"{folder}/tacit.json: {first_line(error).removeprefix('tacit.json ')}") from None


def first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # PyTorch's first line only says that something does not fit, the second what.
    return " ".join(lines[:2]) if lines else type(error).__name__


def assemble(trunk: PeftModel, description: Description, around: dict[str, Tensor]) -> tuple[AdaptedModel, Description]:
    """The model of an adapted trunk and the tensors around it."""
    hidden = around["patch.hidden.weight"].shape[0] if "patch.hidden.weight" in around else 0
    model = AdaptedModel(
        trunk,
        description.shape,
        description.input.patch_size,
        len(description.labels),
        description.input.window,
        hidden,
        "head.norm.weight" in around,
        description.input.vocabulary if isinstance(description.input, TokensInput) else 0,
    )
    own = {
        "patch.weight": "patch.out.weight",
        "patch.bias": "patch.out.bias",
        "positions.weight": "positions",
        "sinks.weight": "sinks",
        "head.norm.weight": "head_norm.weight",
        "head.norm.bias": "head_norm.bias",
    }
    for name in around:
        if name.startswith("codebook."):
            own[name] = "patch.books" + name.removeprefix("codebook")
    if why := not_finite(around.items()):
        raise ValueError(f"tacit.safetensors: {why}")
    if model.sinks is not None and (kept := around.get("sinks.weight")) is not None and kept.shape != model.sinks.shape:
        raise ValueError(
            f"tacit.safetensors: sinks.weight: shape {list(kept.shape)}, expected {list(model.sinks.shape)}"
        )
    missing, unexpected = model.load_state_dict({own.get(k, k): v for k, v in around.items()}, strict=False)
    lacking = [k for k in missing if not k.startswith("trunk.")]
    if lacking or unexpected:
        raise ValueError(f"tacit.safetensors lacks {lacking} and has unknown {unexpected}")
    return model.eval(), description
