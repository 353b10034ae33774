"""A handle of the library's, as an object whose failures are exceptions."""

import ctypes
import operator
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from ._library import EVENTS, OK, READING, library

# sysexits.h: what was asked for makes no sense.
USAGE = 64


class Error(Exception):
    """What went wrong, in words; `status` is what the command would exit with (sysexits.h)."""

    def __init__(self, words: str, status: int):
        super().__init__(words)
        self.status = status

    def __reduce__(self):
        # Made again from `args` alone, as exceptions are, it would lack the status: a pool of processes waits for ever then.
        return type(self), (*self.args, self.status), self.__dict__


def whole(number, kind: type, what: str) -> int:
    """A number as C's `kind` has it, which ctypes would cut to size."""
    try:
        is_real = isinstance(number, (float, np.floating)) and float(number).is_integer()
        value = int(number) if is_real else operator.index(number)
    except TypeError:
        raise Error(f"{what}: {number!r}, expected a whole number", USAGE) from None
    if kind(value).value != value:
        raise Error(f"{what}: {value} is out of range", USAGE)
    return value


def real(number, what: str) -> float:
    """A number as C has it, whose own words for what is none say less."""
    try:
        if not isinstance(number, (str, bytes, bytearray)):
            return float(number)
    except OverflowError:
        raise Error(f"{what}: out of range", USAGE) from None
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{what}: {number!r}, expected a number")


def text(words, what: str) -> bytes:
    """A text as C has it."""
    if not isinstance(words, str):
        raise TypeError(f"{what}: {words!r}, expected a text")
    return words.encode()


# Calls that take bytes with their number, not a text that ends with a 0.
_BINARY = ("load_bytes", "picture_decode")


class Handle:
    """One thread's at a time: what another one wants of it meanwhile is refused, but for closing it, which waits for nobody
    and is done when the call that goes on is over."""

    def __init__(self):
        self._lock = threading.Lock()
        self._is_closed = False
        self._library = library()
        self._process = os.getpid()
        self._pointer = self._library.tacit_create()
        if not self._pointer:
            raise MemoryError("no memory for a handle of libtacit")

    def require_open(self):
        """Raises Error where there is nothing to be done with it."""
        # The threads that compute are not in a child that a process has forked, which would wait for them for ever.
        if self._process != os.getpid():
            raise Error("the model is of the process that this one was forked from: open one here", USAGE)
        if self._is_closed or not self._pointer:
            raise Error("the handle is closed", USAGE)

    @contextmanager
    def in_use(self) -> "Iterator[Callable[..., int]]":
        """Gives what calls the library, for calls that belong together: what one leaves behind is there for the next."""
        self.require_open()
        if not self._lock.acquire(blocking=False):
            self.require_open()
            raise Error("the handle is in use by another call: each thread needs a model or a stream of its own", USAGE)
        try:
            self.require_open()
            yield self._call
        finally:
            self._lock.release()
            if self._is_closed:
                self.close()

    def call(self, name: str, *arguments) -> int:
        """A call that stands alone. OK, READING or EVENTS; anything else is raised."""
        with self.in_use() as call:
            return call(name, *arguments)

    def _call(self, name: str, *arguments) -> int:
        # C would take the text up to there for all of it.
        if name not in _BINARY and any(isinstance(argument, bytes) and 0 in argument for argument in arguments):
            raise ValueError("embedded null byte")
        status = getattr(self._library, f"tacit_{name}")(self._pointer, *arguments)
        if status not in (OK, READING, EVENTS):
            words = self._library.tacit_error(self._pointer).decode(errors="replace")
            raise Error(words, status)
        return status

    def __reduce__(self):
        raise TypeError("a model or a stream can't be pickled: open it in the process that uses it")

    def load(self, source: "str | os.PathLike | bytes"):
        if isinstance(source, (bytes, bytearray, memoryview)):
            contents = bytes(source)
            self.call("load_bytes", contents, len(contents))
        else:
            self.call("load", os.fsencode(source))

    def share(self, other: "Handle"):
        """Loads what the other has loaded, without a second copy and whatever became of the files."""
        with other.in_use():
            self.call("load_shared", other._pointer)

    def close(self):
        # Whoever has it closes it: the library does nothing for a handle that another thread is using.
        self._is_closed = True
        if not self._lock.acquire(blocking=False):
            return
        try:
            # What is of another process is left to it.
            if self._pointer and self._process == os.getpid():
                self._library.tacit_close(self._pointer)
            self._pointer = None
        finally:
            self._lock.release()

    def __del__(self):
        if getattr(self, "_pointer", None):
            self.close()
