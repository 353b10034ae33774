"""GTZAN (Tzanetakis and Cook 2002): `genres/GENRE/GENRE.NNNNN.au`, as first published, or `genres_original` with .wav,
as the copy that is passed around today has it.

The set has no published split. Here clips whose number ends in 0 are `test`, in 1 `val`, the others `train`:
stratified and the same for everyone, though GTZAN's known repeated recordings and artists (Sturm 2013) may cross it.
"""

from __future__ import annotations

from pathlib import Path

from .base import SOUND_SUFFIXES, Clip, DataError, DataSet, sound_files, tell_left_out


FOLDERS = ("genres", "genres_original")
BROKEN = ("genres_original", "jazz.00054.wav")
"""That copy's one file without sound in it."""


def read(root: Path) -> DataSet:
    genres = next((root / name for name in FOLDERS if (root / name).is_dir()), None)
    if genres is None:
        raise DataError(f"{root}: no folder {' or '.join(FOLDERS)}")
    labels = tuple(sorted(p.name for p in genres.iterdir() if p.is_dir()))
    clips = []
    for index, label in enumerate(labels):
        tell_left_out(genres / label, SOUND_SUFFIXES)
        for path in sound_files(genres / label):
            if (genres.name, path.name) == BROKEN:
                continue
            number = path.stem.rsplit(".", 1)[-1]
            if not number.isdigit():
                raise DataError(f"{path}: expected a name like {label}.00000{path.suffix}")
            split = {"0": "test", "1": "val"}.get(number[-1], "train")
            clips.append(Clip(path, (index,), split))
    if not clips:
        raise DataError(f"{genres}: no sound files in a folder per genre")
    return DataSet("gtzan", labels, False, tuple(clips))
