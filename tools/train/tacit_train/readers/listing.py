"""A table of clips from anywhere: `listing.csv` with the columns file, labels, split, group, licence and weight, and
`labels.txt`, a label a line.

`labels` are separated by `|`; none means that no label fits. `weight` is how often the clip is drawn in training, where
that goes by weight. Files lie inside the folder of the table.
"""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Iterable
from pathlib import Path

from .base import Clip, DataError, DataSet, inside, read_table, read_text


COLUMNS = ("file", "labels", "split", "group", "licence", "weight")


def read(root: Path) -> DataSet:
    names = root / "labels.txt"
    labels = tuple(line.strip() for line in read_text(names).splitlines() if line.strip())
    if not labels or len(set(labels)) != len(labels):
        raise DataError(f"{names}: expected labels, each once")
    table = root / "listing.csv"
    clips = []
    for number, row in enumerate(read_table(table, COLUMNS), start=2):
        place = f"{table}, line {number}"
        said = [name for name in row["labels"].split("|") if name]
        if unknown := [name for name in said if name not in labels]:
            raise DataError(f"{place}: {unknown[0]!r} is not in {names.name}")
        try:
            weight = float(row["weight"])
        except ValueError:
            weight = math.nan
        if not (math.isfinite(weight) and weight >= 0):
            raise DataError(f"{place}: weight {row['weight']!r}; expected a number that is not negative")
        targets = tuple(labels.index(name) for name in said)
        path = inside(root, row["file"], place)
        clips.append(Clip(path, targets, row["split"], row["group"], row["licence"], weight=weight))
    return DataSet("listing", labels, True, tuple(clips))


def begin(root: Path, sources: Iterable[Path]) -> None:
    """Makes `root`, or where it leads, an empty folder, whatever was in it.

    Raises DataError, and empties nothing, where one of the sources lies in it, it lies in one of them, or one is no folder.
    """
    place = root.resolve()
    for source in sources:
        if not source.is_dir():
            raise DataError(f"{source}: no such folder")
        there = source.resolve()
        if place in (there, *there.parents) or there in (place, *place.parents):
            raise DataError(f"{root}: is emptied; expected a folder that neither holds {source} nor lies in it")
    try:
        for old in place.iterdir() if place.is_dir() else ():
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{root}: {error.strerror}; expected a folder, or none, that can be written") from None


def write(root: Path, labels: Iterable[object], rows: Iterable[Iterable]) -> None:
    """`labels.txt` and `listing.csv`; `rows` as `COLUMNS` has them."""
    (root / "labels.txt").write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
    with open(root / "listing.csv", "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
