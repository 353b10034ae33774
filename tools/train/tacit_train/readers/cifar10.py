"""CIFAR-10 (Krizhevsky 2009): the binary batches, or `{train,test}/CLASS/*` images; splits train, test."""

from __future__ import annotations

from pathlib import Path

from .base import IMAGE_SUFFIXES, Clip, DataError, DataSet, files_of, tell_left_out

LABELS = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCHES = {"train": [f"data_batch_{n}.bin" for n in range(1, 6)], "test": ["test_batch.bin"]}
SIDE = 32
RECORD = 1 + 3 * SIDE * SIDE


def read(root: Path) -> DataSet:
    inner = root / "cifar-10-batches-bin"
    folder = inner if inner.is_dir() else root
    if (folder / BATCHES["test"][0]).exists():
        return _read_batches(folder)
    return _read_folders(root)


def _read_batches(folder: Path) -> DataSet:
    clips = []
    for split, names in BATCHES.items():
        for name in names:
            path = folder / name
            if not path.exists():
                raise DataError(f"{path}: no such file")
            data = path.read_bytes()
            if not data or len(data) % RECORD:
                raise DataError(f"{path}: {len(data)} bytes; expected records of {RECORD}")
            for index, target in enumerate(data[::RECORD]):
                if target >= len(LABELS):
                    raise DataError(f"{path}, record {index}: label {target}; expected 0 to {len(LABELS) - 1}")
                clips.append(Clip(path, (target,), split, index=index))
    return DataSet("cifar-10", LABELS, False, tuple(clips))


def _read_folders(root: Path) -> DataSet:
    clips = []
    for split in BATCHES:
        for index, label in enumerate(LABELS):
            folder = root / split / label
            files = files_of(folder, IMAGE_SUFFIXES) if folder.is_dir() else []
            if not files:
                raise DataError(f"{folder}: no images; expected the binary batches, or a folder per class")
            tell_left_out(folder, IMAGE_SUFFIXES)
            clips += [Clip(path, (index,), split) for path in files]
    return DataSet("cifar-10", LABELS, False, tuple(clips))
