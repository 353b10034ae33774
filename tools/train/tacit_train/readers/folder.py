"""A folder per class, of sounds, of images or of token files. With folders named train, val, validation or test on top,
those are the splits; else all is `train`."""

from __future__ import annotations

from pathlib import Path

from .base import (
    IMAGE_SUFFIXES, SOUND_SUFFIXES, TOKEN_SUFFIXES, Clip, DataError, DataSet, files_of, shown_files, shown_folders, tell_left_out,
    tell_loose,
)  # fmt: skip

SPLITS = ("train", "val", "validation", "test")


def read(root: Path) -> DataSet:
    if not root.is_dir():
        raise DataError(f"{root}: no such folder")
    parts = parts_of(root)
    folders = [(split, p) for split, top in parts for p in shown_folders(top)]
    # What the first folder with files in it holds, all hold.
    kinds = (SOUND_SUFFIXES, IMAGE_SUFFIXES, TOKEN_SUFFIXES)
    suffixes = next((s for _, p in folders for s in kinds if files_of(p, s)), SOUND_SUFFIXES)
    for _, folder in folders:
        tell_left_out(folder, suffixes)
    for place in dict.fromkeys((root, *(top for _, top in parts))):
        tell_loose(place, suffixes)
    classes = [(split, p, files) for split, p in folders if (files := files_of(p, suffixes))]
    labels = tuple(sorted({p.name for _, p, _ in classes}))
    if not labels:
        raise DataError(f"{root}: no folder with sound files, images or token files in it")
    clips = [Clip(f, (labels.index(p.name),), split) for split, p, files in classes for f in files]
    return DataSet("folder", labels, False, tuple(clips))


def parts_of(root: Path) -> list[tuple[str, Path]]:
    """The splits and their folders. Where one folder's name keeps others from being splits, that is no choice of anybody's: a
    folder `train` with files in it may be a class beside others, one with folders in it is none."""
    tops = shown_folders(root)
    if tops and all(p.name in SPLITS for p in tops):
        return [(p.name, p) for p in tops]
    alike = [p for p in tops if p.name.lower() in SPLITS and shown_folders(p) and not shown_files(p)]
    if alike:
        odd = next(p for p in tops if p.name not in SPLITS)
        if odd.name.lower() in SPLITS:
            raise DataError(f"{odd}: no split, for its name; expected {odd.name.lower()}")
        others = f"{alike[0].name} and others" if len(alike) > 1 else alike[0].name
        raise DataError(f"{odd}: keeps {others} from being splits; expected {', '.join(SPLITS)} and no other folder beside them")
    return [("train", root)]
