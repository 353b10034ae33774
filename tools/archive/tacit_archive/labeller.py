"""What a worker does: one model, whole parts of files, a row for each file whatever it holds."""

from __future__ import annotations

import os
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import parts
from .sources import File, is_local, open_store


told = threading.local()
"""`damage`: what the thread's file has lost, in words."""


def note(message: Warning | str, *_: Any) -> None:
    """In place of `warnings.showwarning`, which all threads share."""
    if hasattr(told, "damage"):
        told.damage.append(str(message))


class Labeller:
    """One a thread, with the model loaded once."""

    def __init__(self, model: bytes, settings: parts.Settings, out: str):
        import tacit

        self.tacit, self.settings, self.out = tacit, settings, out
        self.model = tacit.Model(model, hop=settings.hop, threads=1)
        warnings.simplefilter("always", tacit.DamageWarning)
        warnings.showwarning = note

    def part(self, files: list[File]) -> dict[str, int]:
        """Labels the files of a part and writes it; how many there were, and how many could not be labelled."""
        rows = [self.row(file) for file in files]
        parts.write(rows, parts.name_of(files), self.settings, self.out)
        return {"files": len(rows), "broken": sum(row["error"] is not None for row in rows)}

    def row(self, file: File) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(parts.SCHEMA.names)
        row |= {"path": parts.text(file.path), "size": file.size, "model": self.settings.model}
        told.damage = []
        try:
            with at_hand(file.path) as place:
                try:
                    said = self.model.classify(place)
                except self.tacit.Error as error:
                    return row | {"error": reason(str(error), place, file.path)}
                damage = "; ".join(reason(words, place, file.path) for words in told.damage)
        # A store has errors of its own kinds; none of them may take the part's other files along.
        except Exception as error:
            words = f"cannot be read: {type(error).__name__}: {error}"
            return row | {"error": reason(words, file.path, file.path)}
        labels = said.top(self.settings.top or len(said.scores))
        labels = [label for label in labels if label.score >= self.settings.threshold]
        start, end = said.span or (None, None)
        row |= {"start": start, "end": end, "damage": damage or None}
        return row | {"labels": [label.name for label in labels], "scores": [label.score for label in labels]}


def reason(words: str, place: str, path: str) -> str:
    """A message without the file's name in front, which the row has already. `place` is where the file was read: one from
    a store lay elsewhere, and under another name."""
    words = words.removeprefix(f"{place}: ")
    if place != path:
        words = words.replace(place, path).replace(os.path.splitext(place)[0], os.path.splitext(path)[0])
    return words.encode(errors="backslashreplace").decode()


@contextmanager
def at_hand(path: str) -> Iterator[str]:
    """The path of the file on this machine; of a file in a store, of a copy that is gone afterwards."""
    store, inner = open_store(path)
    if is_local(store):
        yield path
        return
    handle, copy = tempfile.mkstemp(suffix=os.path.splitext(inner)[1])
    os.close(handle)
    try:
        store.get_file(inner, copy)
        yield copy
    finally:
        os.unlink(copy)
