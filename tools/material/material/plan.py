"""From decoded recordings to items: which share, which split, which short ones are joined."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from . import audio


@dataclass(frozen=True)
class Item:
    """One file to write: its name, samples, the recordings it was made from and where in the only one it begins."""

    name: str
    samples: np.ndarray
    files: tuple[str, ...]
    start: float | None = None

    @property
    def source(self) -> str:
        return " ".join(self.files) + ("" if self.start is None else f" from {self.start:.1f} s")


def number(text: str) -> int:
    """A number that depends on a text alone, the same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def shuffled(names: list[str], seed: str) -> list[str]:
    return sorted(names, key=lambda name: (number(f"{seed}/{name}"), name))


def split_of(group: str, share: int = 5) -> str:
    """One group in `share` is test; a group is whatever must not be on both sides (a track, a voice, a series)."""
    return "test" if number(f"split/{group}") % share == 0 else "train"


def utterances(recordings: list[tuple[str, np.ndarray]], seed: str, seconds: float, below: float = 2) -> list[Item]:
    """Trimmed recordings of one voice, `seconds` in all; those under `below` seconds are joined to about 3 to 6 s."""
    items, short, total = [], [], 0.0
    for source, samples in recordings:
        samples = audio.trimmed(samples)
        if audio.fault(samples):
            continue
        length = len(samples) / audio.RATE
        if length < below:
            short.append((source, samples))
            gathered = sum(len(part) for _, part in short) / audio.RATE + 0.2 * (len(short) - 1)
            if gathered >= 3:
                items.append(one(short, seed))
                total += len(items[-1].samples) / audio.RATE
                short = []
        else:
            items.append(Item(stem(source), samples[: 20 * audio.RATE], (source,)))
            total += min(length, 20)
        if total >= seconds:
            return items
    if short:
        items.append(one(short, seed))
    return items


def one(short: list[tuple[str, np.ndarray]], seed: str) -> Item:
    """Short recordings as one item with pauses of 0.1 to 0.3 s."""
    pauses = [0.1 + 0.2 * (number(f"{seed}/{source}") % 1000) / 1000 for source, _ in short[1:]]
    samples = audio.joined([part for _, part in short], pauses)
    return Item(stem(short[0][0]), samples, tuple(source for source, _ in short))


def stem(path: str) -> str:
    """A file's last two path components as a plain name."""
    parts = path.rsplit(".", 1)[0].split("/")[-2:]
    return "-".join("".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in part) for part in parts)
