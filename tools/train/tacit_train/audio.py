"""Sound files to mono float samples at the model's rate, decoded once and then mapped from disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .files import damaged, load_array, whole_file
from .library import decode_sound
from .readers import Clip


def load(path: Path, rate: int) -> np.ndarray:
    """Mono samples in -1..1 as f32: the very ones that `tacit` would hear in the file."""
    return decode_sound(path, rate)


class Recordings:
    """The samples of a list of clips. With a cache folder they are decoded once and mapped from there."""

    def __init__(self, clips: Sequence[Clip], rate: int, cache: Path | None = None):
        if cache is None or not clips:
            parts = [load(c.path, rate) for c in tqdm(clips, desc="decode", disable=None)]
            self.offsets = np.concatenate([[0], np.cumsum([len(p) for p in parts])]).astype(np.int64)
            self.samples = np.concatenate(parts) if parts else np.empty(0, np.float32)
            return
        cache.mkdir(parents=True, exist_ok=True)
        listing = json.dumps(["libtacit", rate, [(str(c.path.resolve()), c.path.stat().st_mtime_ns) for c in clips]])
        name = hashlib.sha256(listing.encode()).hexdigest()[:16]
        samples, offsets = cache / f"{name}.f32", cache / f"{name}.npy"
        if not (samples.exists() and offsets.exists()):
            lengths = []
            with whole_file(samples, several=True) as temporary, open(temporary, "wb") as stream:
                for clip in tqdm(clips, desc="decode", disable=None):
                    mono = load(clip.path, rate)
                    lengths.append(len(mono))
                    stream.write(mono.tobytes())
            with whole_file(offsets, several=True) as temporary, open(temporary, "wb") as stream:
                np.save(stream, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
        self.offsets, size = load_array(offsets), samples.stat().st_size
        if self.offsets.shape != (len(clips) + 1,) or size != 4 * self.offsets[-1]:
            raise damaged(samples)
        # Nothing can't be mapped from a file.
        self.samples = np.memmap(samples, dtype=np.float32, mode="r") if size else np.empty(0, np.float32)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, index: int) -> np.ndarray:
        return np.asarray(self.samples[self.offsets[index] : self.offsets[index + 1]])


def excerpt(samples: np.ndarray, start: int, length: int) -> np.ndarray:
    """`length` samples from `start`, padded with zeros at the end."""
    part = samples[start : start + length]
    return part if len(part) == length else np.pad(part, (0, length - len(part)))
