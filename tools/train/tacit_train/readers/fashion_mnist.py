"""Fashion-MNIST (Xiao et al. 2017): four idx files, gzipped or not; splits train, test."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from .base import Clip, DataError, DataSet

LABELS = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
FILES = {"train": "train", "test": "t10k"}


def read(root: Path) -> DataSet:
    clips = []
    for split, prefix in FILES.items():
        labels = _find(root / f"{prefix}-labels-idx1-ubyte")
        targets = read_idx(labels, 1)
        images = _find(root / f"{prefix}-images-idx3-ubyte")
        if (count := idx_sizes(images, 3)[0]) != len(targets):
            raise DataError(f"{images}: {count} images for {len(targets)} labels")
        if len(targets) and targets.max() >= len(LABELS):
            raise DataError(f"{labels}: label {targets.max()}; expected 0 to {len(LABELS) - 1}")
        clips += [Clip(images, (int(t),), split, index=i) for i, t in enumerate(targets)]
    return DataSet("fashion-mnist", LABELS, False, tuple(clips))


def _find(path: Path) -> Path:
    packed = path.with_name(path.name + ".gz")
    if path.exists() or packed.exists():
        return path if path.exists() else packed
    raise DataError(f"{path}: no such file, nor with .gz")


def _open(path: Path):
    return gzip.open(path) if path.suffix == ".gz" else open(path, "rb")


def _header(stream, path: Path, dimensions: int) -> tuple[int, ...]:
    data = stream.read(4 + 4 * dimensions)
    if len(data) < 4 + 4 * dimensions or data[:4] != bytes([0, 0, 8, dimensions]):
        raise DataError(f"{path}: not an idx file of bytes in {dimensions} dimensions")
    return struct.unpack(f">{dimensions}I", data[4:])


def idx_sizes(path: Path, dimensions: int) -> tuple[int, ...]:
    try:
        with _open(path) as stream:
            return _header(stream, path, dimensions)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: {error}") from None


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """The bytes of an idx file, in its sizes."""
    try:
        with _open(path) as stream:
            sizes = _header(stream, path, dimensions)
            data = stream.read()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: {error}") from None
    expected = int(np.prod(sizes, dtype=object))
    if len(data) != expected:
        raise DataError(f"{path}: {len(data)} bytes after the header; expected {expected}")
    return np.frombuffer(data, np.uint8).reshape(sizes)
