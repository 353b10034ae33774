"""meta/material.csv and CREDITS.txt: what each file is, whose it is and under which licence."""

from __future__ import annotations

import csv
import fcntl
from collections import defaultdict
from pathlib import Path

COLUMNS = [
    "file", "label", "package", "version", "licence", "source", "seconds", "split", "group", "joined", "synthetic",
    "holders",
]  # fmt: skip
HEAD = "Sounds that were trained on: changed (resampled to 16 kHz mono, cut, joined, encoded) by this project."


def read(folder: Path) -> list[dict[str, str]]:
    path = folder / "meta" / "material.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def replace(folder: Path, package: str, rows: list[dict[str, str]]) -> None:
    """Puts a package's rows in place of the ones it had, keeps all others, writes the credits anew."""
    path = folder / "meta" / "material.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two collections of different packages may run at once.
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = [row for row in read(folder) if row["package"] != package]
        every = sorted(kept + rows, key=lambda row: row["file"])
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(every)
        (folder / "CREDITS.txt").write_text(credits(every), encoding="utf-8")


def credits(rows: list[dict[str, str]], head: str = HEAD) -> str:
    """One paragraph a package, in it one line a licence and holder."""
    packages = defaultdict(lambda: defaultdict(int))
    for row in rows:
        packages[f"{row['package']} {row['version']}"][f"{row['licence']}: {row['holders']}"] += 1
    paragraphs = []
    for package in sorted(packages):
        lines = [f"    {terms} ({count} files)" for terms, count in sorted(packages[package].items())]
        paragraphs.append("\n".join([package, *lines]))
    return "\n\n".join([head, *paragraphs]) + "\n"
