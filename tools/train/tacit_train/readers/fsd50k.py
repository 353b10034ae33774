"""FSD50K (Fonseca et al. 2020): `FSD50K.dev_audio`, `FSD50K.eval_audio`, `FSD50K.ground_truth`.

Splits train and val are those of dev.csv, eval is eval.csv; labels come from vocabulary.csv. Several labels a clip.
Licences, where `FSD50K.metadata/dev_clips_info_FSD50K.json` and its eval counterpart are present, are each clip's own.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from .base import Clip, DataError, DataSet, inside, read_table, read_text


def read(root: Path) -> DataSet:
    truth = root / "FSD50K.ground_truth"
    labels = _vocabulary(truth / "vocabulary.csv")
    index = {label: i for i, label in enumerate(labels)}
    clips = []
    for part in ("dev", "eval"):
        table = truth / f"{part}.csv"
        columns = ["fname", "labels"] + (["split"] if part == "dev" else [])
        licences, uploaders = _info(root / "FSD50K.metadata" / f"{part}_clips_info_FSD50K.json")
        for number, row in enumerate(read_table(table, columns), start=2):
            place = f"{table}, line {number}"
            names = [n for n in row["labels"].split(",") if n]
            if unknown := [n for n in names if n not in index]:
                raise DataError(f"{place}: label {unknown[0]!r} is not in vocabulary.csv")
            split = row["split"] if part == "dev" else "eval"
            if split not in ("train", "val", "eval"):
                raise DataError(f"{place}: split {split!r}; expected train or val")
            path = inside(root / f"FSD50K.{part}_audio", row["fname"] + ".wav", place)
            targets = tuple(sorted({index[n] for n in names}))
            clips.append(Clip(path, targets, split, uploaders.get(row["fname"], ""), licences.get(row["fname"], "")))
    return DataSet("fsd50k", labels, True, tuple(clips))


def _vocabulary(path: Path) -> tuple[str, ...]:
    """Rows of index, label, AudioSet id, without a header."""
    rows = [row for row in csv.reader(io.StringIO(read_text(path), newline="")) if row]
    for number, row in enumerate(rows, start=1):
        if len(row) < 2 or row[0] != str(number - 1):
            raise DataError(f"{path}, line {number}: expected {number - 1},LABEL,ID")
    return tuple(row[1] for row in rows)


def _info(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Licence and uploader by clip; the licence's address is turned into its usual short name."""
    if not path.exists():
        return {}, {}
    try:
        table = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise DataError(f"{path}: not JSON: {error}") from None
    short = {"publicdomain/zero": "CC0", "licenses/by/": "CC-BY", "licenses/by-nc/": "CC-BY-NC"}
    licences, uploaders = {}, {}
    for name, entry in table.items():
        address = entry.get("license", "")
        licences[name] = next((s for part, s in short.items() if part in address), address)
        uploaders[name] = entry.get("uploader", "")
    return licences, uploaders
