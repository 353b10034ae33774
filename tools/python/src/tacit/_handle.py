"""A handle of the library's, as an object whose failures are exceptions."""

import os

from ._library import EVENTS, OK, READING, library


class Error(Exception):
    """What went wrong, in words; `status` is what the command would exit with (sysexits.h)."""

    def __init__(self, words: str, status: int):
        super().__init__(words)
        self.status = status


# Calls that take bytes with their number, not a text that ends with a 0.
_BINARY = ("load_bytes", "picture_decode")


class Handle:
    """One thread's at a time."""

    def __init__(self):
        self._library = library()
        self._pointer = self._library.tacit_create()
        if not self._pointer:
            raise MemoryError("no memory for a handle of libtacit")

    def call(self, name: str, *arguments) -> int:
        """OK, READING or EVENTS; anything else is raised."""
        # C would take the text up to there for all of it.
        if name not in _BINARY and any(isinstance(argument, bytes) and 0 in argument for argument in arguments):
            raise ValueError("embedded null byte")
        status = getattr(self._library, f"tacit_{name}")(self._pointer, *arguments)
        if status not in (OK, READING, EVENTS):
            words = self._library.tacit_error(self._pointer).decode(errors="replace")
            raise Error(words, status)
        return status

    def load(self, source: "str | os.PathLike | bytes"):
        if isinstance(source, (bytes, bytearray, memoryview)):
            contents = bytes(source)
            self.call("load_bytes", contents, len(contents))
        else:
            self.call("load", os.fsencode(source))

    def close(self):
        if self._pointer:
            self._library.tacit_close(self._pointer)
        self._pointer = None

    def __del__(self):
        if getattr(self, "_pointer", None):
            self.close()
