"""Models and what they say."""

import ctypes
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from . import _library
from ._handle import Handle
from ._library import OK, READING
from ._media import blocks_of, pixels_of, samples_of

# Seconds that are shorter than any sample.
NO_TIME = 1e-9


@dataclass(frozen=True)
class Label:
    """One of a model's labels and how much it holds, 0...1."""

    index: int
    name: str
    score: float


@dataclass(frozen=True)
class Prediction:
    """What a model says of a file, a picture, or a window of a stream.

    `scores` and `logits` are float32 in the order of the model's labels, `embedding` is what the model's head reads,
    `span` is in seconds of sound and None where there is no time.
    """

    scores: np.ndarray
    logits: np.ndarray
    embedding: np.ndarray
    span: "tuple[float, float] | None"
    names: "list[str]" = field(repr=False)

    @property
    def labels(self) -> "list[Label]":
        """All labels, best first; of equals the model's first."""
        keys = np.where(np.isnan(self.scores), -np.inf, self.scores)
        order = np.argsort(-keys, kind="stable")
        return [Label(int(index), self.names[index], float(self.scores[index])) for index in order]

    def top(self, count: int) -> "list[Label]":
        """The best labels."""
        return self.labels[: max(0, count)]


@dataclass(frozen=True)
class Event:
    """A label that began (`is_on`) or ceased to hold, `time` seconds into the stream."""

    is_on: bool
    label: Label
    time: float


class Model:
    """A model file, or the bytes of one. One thread's at a time."""

    def __init__(self, source: "str | os.PathLike | bytes", *, hop: float = 0, threads: int = 1):
        """`hop`: seconds from one window of a file to the next; 0 is the model's own. `threads` changes no result."""
        self._source = source
        self._threads = threads
        self._handle = Handle()
        self._handle.load(source)
        self._handle.call("configure", hop, threads)
        self._model = _library.Model(size=ctypes.sizeof(_library.Model))
        self._handle.call("describe", ctypes.byref(self._model))
        names, self.thresholds = [], np.zeros(self._model.labels, np.float32)
        for index in range(self._model.labels):
            name, threshold = ctypes.c_char_p(), ctypes.c_float()
            self._handle.call("label_at", index, ctypes.byref(name), ctypes.byref(threshold))
            names.append((name.value or b"").decode(errors="replace"))
            self.thresholds[index] = threshold.value
        self.labels = names

    @property
    def sense(self) -> str:
        """"sound", "pictures" or "tokens"."""
        return {1: "sound", 2: "pictures", 3: "tokens"}[self._model.sense]

    @property
    def rate(self) -> int:
        """Of a model of sound, in hertz; else 0."""
        return self._model.sample_rate

    def verify(self):
        """Checks every digest of the model file, which opening does not."""
        self._handle.call("verify")

    def classify(self, what, rate: "int | None" = None) -> Prediction:
        """A file by its path, mono samples (`rate` in hertz; the model's unless given), or a picture as uint8.

        Pictures are [height, width] or [height, width, 3].
        """
        if isinstance(what, (str, os.PathLike)):
            self._handle.call("classify_file", os.fsencode(what))
        elif isinstance(what, np.ndarray) and what.dtype == np.uint8:
            pixels, width, height, channels, stride = pixels_of(what)
            self._handle.call("classify_picture", pixels.ctypes.data, width, height, channels, stride)
        else:
            samples = samples_of(what)
            self._handle.call("classify_samples", samples.ctypes.data, samples.size, rate or 0)
        return self._said(self._handle)

    def embed(self, what, rate: "int | None" = None) -> np.ndarray:
        """The same, but only what the model's head reads."""
        return self.classify(what, rate).embedding

    def stream(self, rate: "int | None" = None, **settings) -> "Stream":
        """A stream of sound, whose samples are pushed as they come, `rate` of them a second (the model's unless given).

        Settings, all in seconds but for `threshold` and `off_below`: `hop` (1), `threshold` (each label's own),
        `smooth`, `on_after`, `off_after`, `off_below` (what the model says; else 0, 0, 0 and 0.8).
        """
        return Stream(self, rate, settings)

    def listen(
        self, source: "str | os.PathLike | Iterable", rate: "int | None" = None, **settings
    ) -> "Iterator[Prediction | Event]":
        """Labels and events of a sound file, or of anything that gives arrays of samples, as they come."""
        if isinstance(source, (str, os.PathLike)):
            rate, source = blocks_of(Handle(), source, self.rate)
        with self.stream(rate, **settings) as stream:
            for samples in source:
                yield from stream.push(samples)
            yield from stream.finish()

    def _said(self, handle: Handle) -> Prediction:
        def vector(name, count):
            values = np.empty(count, np.float32)
            handle.call(name, values.ctypes.data, count, None)
            return values

        start, end = ctypes.c_double(), ctypes.c_double()
        handle.call("span", ctypes.byref(start), ctypes.byref(end))
        return Prediction(
            vector("scores", self._model.labels),
            vector("logits", self._model.labels),
            vector("embedding", self._model.width),
            (start.value, end.value) if self._model.sense == 1 else None,
            self.labels,
        )


class Stream:
    """A stream of sound. It has a handle of its own, so that a model may have several."""

    def __init__(self, model: Model, rate: "int | None", settings: dict):
        self._model = model
        self._handle = Handle()
        self._handle.load(model._source)
        given = _library.StreamSettings(
            size=ctypes.sizeof(_library.StreamSettings), sample_rate=rate or 0, threads=model._threads
        )
        known = {"hop", "threshold", "off_below", "smooth", "on_after", "off_after"}
        for name, value in settings.items():
            if name not in known:
                raise TypeError(f"no setting is called '{name}', expected one of {', '.join(sorted(known))}")
            # What is 0 there is the model's own, and what is shorter than a sample no time at all.
            none = name in ("smooth", "on_after", "off_after") and value == 0
            setattr(given, name, NO_TIME if none else value)
        self._handle.call("begin", ctypes.byref(given))

    def push(self, samples) -> "Iterator[Prediction | Event]":
        """The next mono samples; gives what they complete. To be iterated to the end, or the rest is not heard."""
        samples = samples_of(samples)
        start, taken, status = 0, ctypes.c_size_t(), READING
        while status == READING:
            status = self._handle.call(
                "push", samples.ctypes.data + 4 * start, samples.size - start, ctypes.byref(taken)
            )
            start += taken.value
            if status == READING:
                yield from self._news(status)

    def skip(self, count: int):
        """So many samples were lost: time goes on by them, and the model begins anew with the next push."""
        self._handle.call("skip", count)

    def finish(self) -> "Iterator[Prediction | Event]":
        """The stream is over; gives the end of every event that is on."""
        while (status := self._handle.call("finish")) != OK:
            yield from self._news(status)

    def _news(self, status: int) -> "Iterator[Prediction | Event]":
        if status == READING:
            yield self._model._said(self._handle)
        fresh = ctypes.c_int()
        event = _library.Event()
        while True:
            self._handle.call("next_event", ctypes.byref(event), ctypes.byref(fresh))
            if not fresh.value:
                return
            label = event.label
            name = self._model.labels[label.index]
            yield Event(bool(event.is_on), Label(label.index, name, label.score), event.time)

    def close(self):
        self._handle.close()

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_):
        self.close()
