"""A folder per class, of sounds, of images or of token files. With folders named train, val, validation or test on top,
those are the splits; else all is `train`."""

from __future__ import annotations

from pathlib import Path

from .base import IMAGE_SUFFIXES, SOUND_SUFFIXES, TOKEN_SUFFIXES, Clip, DataError, DataSet, files_of, tell_left_out

SPLITS = ("train", "val", "validation", "test")


def read(root: Path) -> DataSet:
    if not root.is_dir():
        raise DataError(f"{root}: no such folder")
    tops = sorted(p for p in root.iterdir() if p.is_dir())
    parts = [(p.name, p) for p in tops] if tops and all(p.name in SPLITS for p in tops) else [("train", root)]
    folders = [(split, p) for split, top in parts for p in sorted(top.iterdir()) if p.is_dir()]
    # What the first folder with files in it holds, all hold.
    kinds = (SOUND_SUFFIXES, IMAGE_SUFFIXES, TOKEN_SUFFIXES)
    suffixes = next((s for _, p in folders for s in kinds if files_of(p, s)), SOUND_SUFFIXES)
    for _, folder in folders:
        tell_left_out(folder, suffixes)
    classes = [(split, p, files) for split, p in folders if (files := files_of(p, suffixes))]
    labels = tuple(sorted({p.name for _, p, _ in classes}))
    if not labels:
        raise DataError(f"{root}: no folder with sound files, images or token files in it")
    clips = [Clip(f, (labels.index(p.name),), split) for split, p, files in classes for f in files]
    return DataSet("folder", labels, False, tuple(clips))
