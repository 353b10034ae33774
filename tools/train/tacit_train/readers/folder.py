"""A folder per class. With folders named train, val, validation or test on top, those are the splits; else all is
`train`."""

from __future__ import annotations

from pathlib import Path

from .base import Clip, DataError, DataSet, sound_files

SPLITS = ("train", "val", "validation", "test")


def read(root: Path) -> DataSet:
    if not root.is_dir():
        raise DataError(f"{root}: no such folder")
    tops = sorted(p for p in root.iterdir() if p.is_dir())
    parts = [(p.name, p) for p in tops] if tops and all(p.name in SPLITS for p in tops) else [("train", root)]
    classes = [(split, p) for split, top in parts for p in sorted(top.iterdir()) if p.is_dir() and sound_files(p)]
    labels = tuple(sorted({p.name for _, p in classes}))
    if not labels:
        raise DataError(f"{root}: no folder with sound files in it")
    clips = [Clip(f, (labels.index(p.name),), split) for split, p in classes for f in sound_files(p)]
    return DataSet("folder", labels, False, tuple(clips))
