"""Input descriptions: what `tacit.json` says under "input", and how much of it makes one window."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar


def expect_numbers(description: Input) -> None:
    """Refuses what no input can have: sizes are whole numbers above 0, and so are deviations, which are divided by."""
    for field in dataclasses.fields(description):
        value, size = getattr(description, field.name), field.type == "int"
        for number in value if isinstance(value, tuple) else (value,):
            good = isinstance(number, int if size else (int, float)) and not isinstance(number, bool) and math.isfinite(number)
            if not good or number <= 0 and (size or field.name in ("std", "log_offset")):
                above = ", more than 0" if size or field.name in ("std", "log_offset") else ""
                raise ValueError(f"{field.name} is {number!r}; expected a {'whole ' if size else ''}number{above}")


@dataclass(frozen=True)
class SoundInput:
    """What every kind of sound input has: patches cut from samples at a fixed stride, `window` of them a context."""

    sample_rate: int
    window: int

    kind: ClassVar[str]

    def __post_init__(self) -> None:
        expect_numbers(self)

    @property
    def patch_size(self) -> int:
        """Numbers in one flattened patch."""
        raise NotImplementedError

    @property
    def patch_samples(self) -> int:
        """Samples under one patch."""
        raise NotImplementedError

    @property
    def stride_samples(self) -> int:
        """Samples from the start of one patch to the start of the next."""
        raise NotImplementedError

    @property
    def window_samples(self) -> int:
        return (self.window - 1) * self.stride_samples + self.patch_samples

    def window_starts(self, samples: int) -> list[int]:
        """First samples of the windows that a recording of so many samples is read in, one window after the other.

        A tail that holds at least one more whole patch gets a last window that ends at the last whole patch; a
        recording shorter than one window gets one, to be padded with zeros at its end.
        """
        if samples <= self.window_samples:
            return [0]
        patches = (samples - self.patch_samples) // self.stride_samples + 1
        starts = list(range(0, patches - self.window + 1, self.window))
        if starts[-1] + self.window < patches:
            starts.append(patches - self.window)
        return [s * self.stride_samples for s in starts]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class WaveformInput(SoundInput):
    patch: int = 400
    stride: int = 400

    kind: ClassVar[str] = "waveform"

    @property
    def patch_size(self) -> int:
        return self.patch

    @property
    def patch_samples(self) -> int:
        return self.patch

    @property
    def stride_samples(self) -> int:
        return self.stride


@dataclass(frozen=True)
class LogMelInput(SoundInput):
    n_fft: int = 512
    win_length: int = 400
    hop_length: int = 160
    n_mels: int = 64
    f_min: float = 0.0
    f_max: float = 8000.0
    log_offset: float = 1e-6
    mean: float = 0.0
    std: float = 1.0
    patch_frames: int = 4
    stride_frames: int = 4

    kind: ClassVar[str] = "logmel"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.win_length > self.n_fft:
            raise ValueError(f"win_length is {self.win_length}; expected at most n_fft, which is {self.n_fft}")
        if not 0 <= self.f_min < self.f_max:
            raise ValueError(f"f_min is {self.f_min:g} and f_max {self.f_max:g}; expected 0 <= f_min < f_max")

    @property
    def patch_size(self) -> int:
        return self.patch_frames * self.n_mels

    @property
    def patch_samples(self) -> int:
        return self.n_fft + (self.patch_frames - 1) * self.hop_length

    @property
    def stride_samples(self) -> int:
        return self.stride_frames * self.hop_length


@dataclass(frozen=True)
class ImageInput:
    """Square patches in raster order; pixels that no whole patch covers are left out. One image is one window."""

    width: int
    height: int
    channels: int
    patch: int
    stride: int
    mean: tuple[float, ...]
    std: tuple[float, ...]

    kind: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        if self.channels not in (1, 3):
            raise ValueError(f"{self.channels} channels; expected 1 or 3")
        if not 1 <= self.patch <= min(self.width, self.height) or self.stride < 1:
            raise ValueError(f"patches of {self.patch} every {self.stride} in an image of {self.width} x {self.height}")
        for name in ("mean", "std"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
            if len(getattr(self, name)) != self.channels:
                raise ValueError(f"{name} has {len(getattr(self, name))} numbers for {self.channels} channels")
        expect_numbers(self)

    @property
    def columns(self) -> int:
        return (self.width - self.patch) // self.stride + 1

    @property
    def rows(self) -> int:
        return (self.height - self.patch) // self.stride + 1

    @property
    def window(self) -> int:
        return self.columns * self.rows

    @property
    def patch_size(self) -> int:
        return self.patch * self.patch * self.channels

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **dataclasses.asdict(self), "mean": list(self.mean), "std": list(self.std)}


@dataclass(frozen=True)
class TokensInput:
    """Ids, one a codebook for each patch. Windows may be short."""

    vocabulary: int
    codebooks: int
    window: int

    kind: ClassVar[str] = "tokens"

    def __post_init__(self) -> None:
        expect_numbers(self)

    @property
    def patch_size(self) -> int:
        return self.codebooks

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **dataclasses.asdict(self)}


Input = SoundInput | ImageInput | TokensInput
KINDS: dict[str, type[Input]] = {c.kind: c for c in (WaveformInput, LogMelInput, ImageInput, TokensInput)}


def expect_log_mel(who: str, rate: int, description: Input) -> None:
    """Refuses, for a network of fixed weights, any other input than what it was trained on."""
    if not (isinstance(description, LogMelInput) and description.sample_rate == rate):
        raise ValueError(f"{who} hears logmel input at {rate} samples a second")


def input_from_json(value: dict[str, Any]) -> Input:
    """The description in `tacit.json`; strides default to the patch. Unknown kinds and keys are refused by name."""
    value = dict(value)
    kind = value.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"input kind {kind!r} is not supported; expected one of {', '.join(KINDS)}")
    if kind == "waveform":
        value.setdefault("stride", value.get("patch", 400))
    if kind == "image":
        value.setdefault("stride", value.get("patch"))
    if kind == "logmel":
        value.setdefault("stride_frames", value.get("patch_frames", 4))
    known = {f.name for f in dataclasses.fields(KINDS[kind])}
    if unknown := sorted(set(value) - known):
        raise ValueError(f"{kind} input does not know {', '.join(unknown)}")
    return KINDS[kind](**value)
