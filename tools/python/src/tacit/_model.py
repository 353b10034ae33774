"""Models and what they say."""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from . import _library
from ._handle import USAGE, Error, Handle, real, text, whole
from ._library import OK, READING
from ._media import (
    array_of,
    blocks_of,
    chunks_of,
    damage_of,
    decode_picture,
    is_picture,
    pictures_of,
    pixels_of,
    rate_of,
    samples_of,
    warn_of_damage,
)

# Seconds that are shorter than any sample.
NO_TIME = 1e-9


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


class Model:
    """A model file, or the bytes of one. One thread's at a time: what another asks of it meanwhile is refused."""

    def __init__(
        self,
        source: "str | os.PathLike | bytes",
        *,
        labels: "str | os.PathLike | None" = None,
        hop: float = 0,
        threads: int = 1,
    ):
        """`labels`: a file of learned labels, which stand behind the model's own. `hop`: seconds from one window of a file to
        the next; 0 is the model's own. `threads` changes no result."""
        self._learned = None
        self._threads = whole(threads, ctypes.c_int, "threads")
        self._handle = Handle()
        self._handle.load(source)
        with self._handle.in_use() as call:
            call("configure", real(hop, "hop"), self._threads)
            if labels is None:
                self._described = Described(call)
        if labels is not None:
            self.load_labels(labels)

    @property
    def labels(self) -> "list[str]":
        """Their names, the learned ones last."""
        return list(self._described.names)

    @property
    def thresholds(self) -> np.ndarray:
        """From which score each of them holds."""
        return self._described.thresholds.copy()

    @property
    def sense(self) -> str:
        """"sound", "pictures" or "tokens"."""
        return self._described.sense

    @property
    def rate(self) -> int:
        """Of a model of sound, in hertz; else 0."""
        return self._described.sizes.sample_rate

    def verify(self):
        """Checks every digest of the model file, which opening does not."""
        self._handle.call("verify")

    def classify(self, what, rate: "int | None" = None) -> Prediction:
        """A file by its path, mono samples (`rate` in hertz; the model's unless given), or a picture as uint8.

        Samples are floats, -1...1, or int16; floats beyond -64...64 are refused, as they are integers that were not divided.
        Pictures are [height, width] or [height, width, 3]. A file has a rate of its own, and a picture none: there `rate`
        must be one, and is not needed.
        """
        kind, given, _kept = self._given(what, rate)
        with self._handle.in_use() as call:
            call(f"classify_{kind}", *given)
            said = self._described.said(call)
            damage = self._damage(call, kind)
        # Behind it all: who hears of it may ask this model for something else.
        warn_of_damage(what, damage)
        return said

    def embed(self, what, rate: "int | None" = None) -> np.ndarray:
        """The same, but only what the model's head reads."""
        return self.classify(what, rate).embedding

    def stream(self, rate: "float | None" = None, **settings) -> "Stream | PictureStream":
        """A stream of sound or, of a model that sees, of pictures, which are pushed as they come. It runs the model as it was
        loaded, with the labels that the model has now, whatever became of the files.

        `rate` is samples a second (the model's unless given), or pictures a second (25). Settings, all in seconds but for
        `threshold` and `off_below`: `hop` (1; for pictures 0, every one), `threshold` (each label's own),
        `smooth`, `on_after`, `off_after`, `off_below` (what the model says; else 0, 0, 0 and 0.8). `smooth` is the model's own
        labels' alone unless it is given.
        """
        return (PictureStream if self.sense == "pictures" else Stream)(self, rate, settings)

    def listen(
        self, source: "str | os.PathLike | Iterable", rate: "int | None" = None, **settings
    ) -> "Iterator[Prediction | Event]":
        """Labels and events of a sound file, of an array of samples, or of anything that gives such arrays, as they come.

        A file has a rate of its own: there `rate` must be one, and is not needed.
        """
        if self.sense != "sound":
            raise Error(f"a model of {self.sense} does not hear", USAGE)
        if isinstance(source, (str, os.PathLike)):
            rate_of(rate)
            rate, source = blocks_of(Handle(), source, self.rate)
        else:
            source = chunks_of(source)
        with self.stream(rate, **settings) as stream:
            for samples in source:
                yield from stream.push(samples)
            yield from stream.finish()

    def watch(
        self, source: "Iterable[np.ndarray | str | os.PathLike]", rate: "float | None" = None, **settings
    ) -> "Iterator[Prediction | Event]":
        """Labels and events of anything that gives pictures, as arrays or as PNG, JPEG, WebP and GIF files, `rate` of them a
        second. An array of several pictures gives them as well.
        """
        if self.sense != "pictures":
            raise Error(f"a model of {self.sense} does not see", USAGE)
        with self.stream(rate, **settings) as stream:
            for picture in pictures_of(source):
                yield from stream.push(decode_picture(picture) if isinstance(picture, (str, os.PathLike)) else picture)
            yield from stream.finish()

    def load_labels(self, labels: "str | os.PathLike"):
        """Puts the labels of a file behind the model's own, or takes over what has changed in it. Streams that have begun
        take it over when they are told to by their own `load_labels`."""
        with self._handle.in_use() as call:
            call("load_labels", os.fsencode(labels))
            # Streams read it again, wherever the program has gone meanwhile.
            self._learned = os.path.abspath(os.fsencode(labels))
            self._described = Described(call)

    def teach(self, labels: "str | os.PathLike", name: str, what, rate: "int | None" = None):
        """Teaches a label one example: a file by its path, mono samples or a picture, as `classify` takes them.

        What is taught stands in the file `labels`, which a first label makes; `load_labels` has it heard.
        """
        self._teach(labels, _library.EXAMPLE, name, what, rate)

    def correct(self, labels: "str | os.PathLike", name: str, what, rate: "int | None" = None):
        """This is not `name`, which may be a learned label or one of the model's own."""
        self._teach(labels, _library.CORRECTION, name, what, rate)

    def hear_background(self, labels: "str | os.PathLike", what, rate: "int | None" = None):
        """This is what the place sounds or looks like when nothing happens."""
        self._teach(labels, _library.BACKGROUND, "", what, rate)

    def forget(self, labels: "str | os.PathLike", name: str):
        """A learned label, or the corrections of one of the model's own."""
        self._handle.call("forget", os.fsencode(labels), text(name, "name"))

    def rename(self, labels: "str | os.PathLike", name: str, new_name: str):
        """Gives a learned label another name."""
        self._handle.call("rename", os.fsencode(labels), text(name, "name"), text(new_name, "new_name"))

    def _teach(self, labels, purpose: int, name: str, what, rate):
        taught = os.fsencode(labels), purpose, text(name, "name")
        kind, given, _kept = self._given(what, rate)
        with self._handle.in_use() as call:
            call(f"teach_{kind}", *taught, *given)
            damage = self._damage(call, kind)
        warn_of_damage(what, damage)

    def _damage(self, call: "Callable[..., int]", kind: str) -> str:
        return damage_of(call) if kind == "file" and self.sense == "sound" else ""

    def _given(self, what, rate: "int | None") -> tuple:
        """What the library is given of it: the kind, by which its functions are called, their arguments, and an array that
        must be there for as long."""
        rate = rate_of(rate)
        if isinstance(what, (str, os.PathLike)):
            return "file", (os.fsencode(what),), None
        array = array_of(what)
        if array.ndim == 0:
            raise TypeError(f"a {type(what).__name__}, expected a path, an array of mono samples or a picture")
        if is_picture(array, self.sense):
            pixels, *sizes = pixels_of(array)
            return "picture", (pixels.ctypes.data, *sizes), pixels
        samples = samples_of(array)
        return "samples", (samples.ctypes.data, samples.size, rate), samples


class _Pushed:
    """What the streams have in common. Each has a handle of its own, so that a model may have several."""

    def __init__(self, model: Model, settings: dict):
        self._learned = model._learned
        self._handle = Handle()
        self._handle.share(model._handle)
        # The labels that it has itself: the model's may be others since.
        with self._handle.in_use() as call:
            self._described = Described(call)
        self._settings = _library.StreamSettings(
            size=ctypes.sizeof(_library.StreamSettings), threads=model._threads
        )
        known = {"hop", "threshold", "off_below", "smooth", "on_after", "off_after"}
        for name, value in settings.items():
            if name not in known:
                raise TypeError(f"no setting is called '{name}', expected one of {', '.join(sorted(known))}")
            setattr(self._settings, name, real(value, name))
            # What is 0 there, as C has it, is the model's own.
            if name in ("threshold", "off_below") and getattr(self._settings, name) == 0:
                raise Error(f"{name}: {value}, with which an event could never end", USAGE)
            # What is shorter than a sample is no time at all.
            if name in ("smooth", "on_after", "off_after") and getattr(self._settings, name) == 0:
                setattr(self._settings, name, NO_TIME)

    def load_labels(self):
        """Takes over, with the next reading, what was taught, renamed or forgotten meanwhile in the file of learned labels that
        it began with. Each label keeps its index: new ones stand behind all others, those that are gone keep a score of 0
        and are told to be off. Nothing for a stream that began without."""
        with self._handle.in_use() as call:
            if self._learned is not None:
                call("load_labels", self._learned)
                self._described = Described(call)

    def skip(self, count: int):
        """So many samples or pictures were lost: time goes on by them, and the model begins anew with the next push."""
        self._handle.call("skip", whole(count, ctypes.c_size_t, "count"))

    def finish(self) -> "Iterator[Prediction | Event]":
        """The stream is over; gives the end of every event that is on."""
        status = READING
        while status != OK:
            with self._handle.in_use() as call:
                status = call("finish")
                news = self._news(call, status)
            yield from news

    def _news(self, call: "Callable[..., int]", status: int) -> "list[Prediction | Event]":
        """What there is to be told after a call that came back with `status`."""
        if status == OK:
            return []
        news = [self._described.said(call, timed=True)] if status == READING else []
        fresh = ctypes.c_int()
        event = _library.Event()
        while True:
            call("next_event", ctypes.byref(event), ctypes.byref(fresh))
            if not fresh.value:
                return news
            label = event.label
            name = self._described.names[label.index]
            news.append(Event(bool(event.is_on), Label(label.index, name, label.score), event.time))

    def close(self):
        """Gives back what it has; while another thread's call goes on, as soon as that is over."""
        self._handle.close()

    def __enter__(self):
        self._handle.require_open()
        return self

    def __exit__(self, *_):
        self.close()


class Stream(_Pushed):
    """A stream of sound."""

    def __init__(self, model: Model, rate: "int | None", settings: dict):
        super().__init__(model, settings)
        self._settings.sample_rate = rate_of(rate)
        self._handle.call("begin", ctypes.byref(self._settings))

    def push(self, samples) -> "Iterator[Prediction | Event]":
        """The next mono samples; gives what they complete. To be iterated to the end, or the rest is not heard."""
        samples = samples_of(samples)
        start, taken, status = 0, ctypes.c_size_t(), READING
        while status == READING:
            with self._handle.in_use() as call:
                status = call("push", samples.ctypes.data + 4 * start, samples.size - start, ctypes.byref(taken))
                news = self._news(call, status)
            start += taken.value
            yield from news


class PictureStream(_Pushed):
    """A stream of pictures."""

    def __init__(self, model: Model, rate: "float | None", settings: dict):
        super().__init__(model, settings)
        self._handle.call("begin_pictures", ctypes.byref(self._settings), real(0 if rate is None else rate, "rate"))

    def push(self, picture: np.ndarray, time: "float | None" = None) -> "list[Prediction | Event]":
        """The next picture, uint8 [height, width] or [height, width, 3]; gives what comes of it.

        `time`: when it was taken, in seconds since the start of the stream; None for one step of the rate after the one
        before.
        """
        pixels, width, height, channels, stride = pixels_of(array_of(picture))
        seconds = -1.0 if time is None else real(time, "time")
        # What stands for no time in C is a time before the start here.
        if time is not None and seconds == -1:
            raise Error("a picture at -1 s, expected seconds since the start of the stream", USAGE)
        with self._handle.in_use() as call:
            return self._news(call, call("push_picture", pixels.ctypes.data, width, height, channels, stride, seconds))
