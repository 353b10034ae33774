"""ESC-50 (Piczak 2015): `meta/esc50.csv` and `audio/`; splits fold-1 to fold-5.

A column `licence`, where there is one, is each clip's own licence; the published table has none.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from .base import Clip, DataError, DataSet, inside, read_table


def read(root: Path) -> DataSet:
    table = root / "meta" / "esc50.csv"
    rows = read_table(table, ["filename", "fold", "target", "category", "src_file"])
    names: dict[int, str] = {}
    clips = []
    for number, row in enumerate(rows, start=2):
        place = f"{table}, line {number}"
        try:
            target, fold = int(row["target"]), int(row["fold"])
        except ValueError:
            raise DataError(f"{place}: fold and target must be whole numbers") from None
        if names.setdefault(target, row["category"]) != row["category"]:
            raise DataError(f"{place}: target {target} is {names[target]!r} and {row['category']!r}")
        path = inside(root / "audio", row["filename"], place)
        clips.append(Clip(path, (target,), f"fold-{fold}", row["src_file"], row.get("licence") or ""))
    if len(set(names.values())) < len(names):
        name = next(name for name, count in Counter(names.values()).items() if count > 1)
        targets = " and ".join(str(t) for t in sorted(names) if names[t] == name)
        raise DataError(f"{table}: {name!r} is the category of targets {targets}; expected one for each")
    if sorted(names) != list(range(len(names))):
        raise DataError(f"{table}: targets are not 0 to {len(names) - 1}")
    return DataSet("esc-50", tuple(names[i] for i in range(len(names))), False, tuple(clips))
