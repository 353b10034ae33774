"""Data sets in their published layouts, by kind."""

from __future__ import annotations

from pathlib import Path

from . import cifar10, esc50, fashion_mnist, folder, fsd50k, gtzan, listing, speech_commands
from .base import Clip, DataError, DataSet, with_licences

READERS = {
    "esc-50": esc50.read,
    "speech-commands": speech_commands.read,
    "gtzan": gtzan.read,
    "fsd50k": fsd50k.read,
    "cifar-10": cifar10.read,
    "fashion-mnist": fashion_mnist.read,
    "folder": folder.read,
    "listing": listing.read,
}

__all__ = ["READERS", "Clip", "DataError", "DataSet", "open_data_set", "with_licences"]


def open_data_set(text: str) -> DataSet:
    """A data set named as KIND:PATH."""
    kind, _, path = text.partition(":")
    if kind not in READERS or not path:
        raise DataError(f"data set {text!r}; expected KIND:PATH with one of {', '.join(READERS)}")
    data = READERS[kind](Path(path))
    # Linux takes any bytes for a name; what is written of it in the end does not.
    for name in (*data.labels, *(clip.path.name for clip in data.clips)):
        if not is_text(name):
            raise DataError(f"{name!a}: a name that is not UTF-8; expected it to be renamed")
    # It would count double, or as two labels.
    seen = set()
    for clip in data.clips:
        if (place := (clip.path, clip.index, clip.split)) in seen:
            raise DataError(f"{clip.path}: is named twice for split {clip.split!r}; expected each once")
        seen.add(place)
    return data


def is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
