"""The decoders of `tacit` itself, by its library: what is trained on is what will be heard and seen."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np

from .readers import DataError

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "src"


@cache
def package() -> ModuleType:
    """`tools/python`'s package with its library loaded."""
    if str(PACKAGE) not in sys.path:
        sys.path.insert(0, str(PACKAGE))
    import tacit
    from tacit._library import library

    try:
        library()
    except OSError as error:
        reasons = "; ".join(str(error).splitlines()[1:])
        raise DataError(f"sounds and pictures are decoded by libtacit.so: run tools/build-library first ({reasons})") from None
    return tacit


def decode_sound(path: Path, rate: int) -> np.ndarray:
    """Mono samples in -1..1 as f32, at `rate`."""
    tacit = package()
    try:
        return tacit.decode(path, rate)[0]
    except tacit.Error as error:
        raise DataError(str(error)) from None


def decode_picture(path: Path) -> np.ndarray:
    """Upright pixels as bytes, [height, width] or [height, width, 3], alpha over black."""
    tacit = package()
    try:
        return tacit.decode_picture(path)
    except tacit.Error as error:
        raise DataError(str(error)) from None
