"""Streams that a program pushes samples or pictures to."""

import ctypes
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from . import _library
from ._handle import USAGE, Error, Handle, real, whole
from ._library import OK, READING
from ._media import array_of, pixels_of, rate_of, samples_of
from ._said import Described, Event, Label, Prediction

if TYPE_CHECKING:
    from ._model import Model

# Seconds that are shorter than any sample.
NO_TIME = 1e-9


class _Pushed:
    """What the streams have in common. Each has a handle of its own, so that a model may have several."""

    def __init__(self, model: "Model", settings: dict):
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

    def __init__(self, model: "Model", rate: "int | None", settings: dict):
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

    def __init__(self, model: "Model", rate: "float | None", settings: dict):
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
