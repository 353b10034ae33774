"""Models: what they say of files, samples and pictures, and what they are taught."""

import ctypes
import os
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from . import _library
from ._handle import USAGE, Error, Handle, real, text, whole
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
from ._said import Described, Event, Prediction
from ._stream import PictureStream, Stream


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
