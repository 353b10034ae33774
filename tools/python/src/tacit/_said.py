"""What a model says, and what is known of a model that is loaded."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from . import _library


@dataclass(frozen=True)
class Label:
    """One of a model's labels and how much it holds, 0...1."""

    index: int
    name: str
    score: float


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a model says of a file, a picture, or a window of a stream.

    `scores` and `logits` are float32 in the order of the model's labels, `embedding` is what the model's head reads,
    `span` is in seconds of sound; for a picture of a stream both ends are its time; None where there is no time.
    """

    scores: np.ndarray
    logits: np.ndarray
    embedding: np.ndarray
    span: "tuple[float, float] | None"
    names: "list[str]" = field(repr=False)

    def __eq__(self, other):
        if not isinstance(other, Prediction):
            return NotImplemented
        vectors = ("scores", "logits", "embedding")
        same = all(np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True) for name in vectors)
        return same and self.span == other.span and self.names == other.names

    def __hash__(self):
        return hash((self.span, *self.names))

    @property
    def labels(self) -> "list[Label]":
        """All labels, best first; of equals the model's first."""
        return self.top(len(self.scores))

    def top(self, count: int) -> "list[Label]":
        """The best labels."""
        keys = np.where(np.isnan(self.scores), -np.inf, self.scores)
        order = np.argsort(-keys, kind="stable")[: max(0, count)]
        return [Label(int(index), self.names[index], float(self.scores[index])) for index in order]


@dataclass(frozen=True)
class Event:
    """A label that began (`is_on`) or ceased to hold, `time` seconds into the stream."""

    is_on: bool
    label: Label
    time: float


class Described:
    """What a handle has loaded: sense and sizes, and its labels with what was learned as it is there now."""

    def __init__(self, call: "Callable[..., int]"):
        self.sizes = _library.Model(size=ctypes.sizeof(_library.Model))
        call("describe", ctypes.byref(self.sizes))
        self.names, self.thresholds = [], np.zeros(self.sizes.labels, np.float32)
        for index in range(self.sizes.labels):
            name, threshold = ctypes.c_char_p(), ctypes.c_float()
            call("label_at", index, ctypes.byref(name), ctypes.byref(threshold))
            self.names.append((name.value or b"").decode(errors="replace"))
            self.thresholds[index] = threshold.value

    @property
    def sense(self) -> str:
        return {1: "sound", 2: "pictures", 3: "tokens"}[self.sizes.sense]

    def said(self, call: "Callable[..., int]", timed: bool = False) -> Prediction:
        """What the handle's last call came to."""

        def vector(name, count):
            values = np.empty(count, np.float32)
            call(name, values.ctypes.data, count, None)
            return values

        start, end = ctypes.c_double(), ctypes.c_double()
        call("span", ctypes.byref(start), ctypes.byref(end))
        return Prediction(
            vector("scores", self.sizes.labels),
            vector("logits", self.sizes.labels),
            vector("embedding", self.sizes.width),
            (start.value, end.value) if timed or self.sense == "sound" else None,
            list(self.names),
        )
