"""Recordings as one stream of samples, for the measuring tools beside this file."""

import sys
from pathlib import Path

import numpy as np
import soundfile

SUFFIXES = {".wav", ".flac", ".ogg", ".oga", ".mp3"}


def recordings(place: Path) -> list[Path]:
    """A sound file; all below a folder; or the files that a .txt names, one a line."""
    if place.is_file() and place.suffix != ".txt":
        return [place]
    if place.suffix == ".txt":
        found = [Path(line) for line in place.read_text(encoding="utf-8").splitlines() if line]
    else:
        found = [path for path in sorted(place.rglob("*")) if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
    if not found:
        sys.exit(f"no recordings in {place}")
    return found


def mono(path: Path, rate: int) -> np.ndarray:
    """Samples as 16-bit integers, channels averaged."""
    samples, own = soundfile.read(path, dtype="float32", always_2d=True)
    if own != rate:
        sys.exit(f"{path}: {own} Hz; the model wants {rate} Hz")
    return np.clip(np.round(samples.mean(1) * 32768), -32768, 32767).astype("<i2")


def stream(places: list[Path], rate: int) -> np.ndarray:
    return np.concatenate([mono(path, rate) for place in places for path in recordings(place)])
