"""Token files: JSON Lines (one array a patch, one id a codebook) or raw little-endian u16 in the same order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .inputs import TokensInput
from .readers import Clip, DataError
from .readers.base import read_text


def load(path: Path, d: TokensInput) -> np.ndarray:
    """Ids [patches, codebooks]."""
    ids = _lines(path, d.codebooks) if path.suffix == ".jsonl" else _raw(path, d.codebooks)
    if not len(ids):
        raise DataError(f"{path}: no tokens in it")
    if ids.min() < 0 or ids.max() >= d.vocabulary:
        raise DataError(f"{path}: ids from {ids.min()} to {ids.max()}; expected 0 to {d.vocabulary - 1}")
    return ids


def _lines(path: Path, codebooks: int) -> np.ndarray:
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, list) or len(row) != codebooks or any(type(i) is not int for i in row):
            raise DataError(f"{path}, line {number}: expected an array of {codebooks} whole numbers")
        rows.append(row)
    return np.array(rows, np.int64).reshape(-1, codebooks)


def _raw(path: Path, codebooks: int) -> np.ndarray:
    data = path.read_bytes()
    if len(data) % (2 * codebooks):
        raise DataError(f"{path}: {len(data)} bytes; expected a multiple of {2 * codebooks}")
    return np.frombuffer(data, "<u2").astype(np.int64).reshape(-1, codebooks)


class TokenFiles:
    """The ids of a list of clips."""

    def __init__(self, clips: Sequence[Clip], description: TokensInput):
        self.rows = [load(c.path, description) for c in clips]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.rows[index]
