"""Tables of what was collected, and the credits: what each file is, whose it is and under which licence."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import locks

COLUMNS = [
    "file", "label", "package", "version", "licence", "source", "seconds", "split", "group", "joined", "synthetic",
    "holders",
]  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """Where in a folder the table of one kind of material lies, and its credits."""

    table: str
    credits: str
    columns: list[str]
    head: str


SOUNDS = Kind(
    "meta/material.csv",
    "CREDITS.txt",
    COLUMNS,
    "Sounds that were trained on: changed (resampled to 16 kHz mono, cut, joined, encoded) by this project.",
)


def held(place: Path) -> contextlib.AbstractContextManager[None]:
    """A file, or a folder that is there, that one process at a time has; another is ended with a line."""
    place.parent.mkdir(parents=True, exist_ok=True)
    return locks.held(place, SystemExit(f"{place}: held by another process that collects the same to the same folder"))


def of_package(folder: Path, package: str, kind: Kind = SOUNDS) -> contextlib.AbstractContextManager[None]:
    """What a process holds while it writes a package's files."""
    return held((folder / kind.table).parent / f".{package}.lock")


def read(folder: Path, kind: Kind = SOUNDS) -> list[dict[str, str]]:
    path = folder / kind.table
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def replace(folder: Path, package: str, rows: list[dict[str, str]], kind: Kind = SOUNDS) -> None:
    """Puts a package's rows in place of the ones it had, keeps all others, writes the credits anew."""
    path = folder / kind.table
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two collections of different packages may run at once.
    with (path.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = [row for row in read(folder, kind) if row["package"] != package]
        every = sorted(kept + rows, key=lambda row: row["file"])
        made = path.with_name(f".{path.name}")
        with made.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, kind.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(every)
        os.replace(made, path)
        told = folder / kind.credits
        made = told.with_name(f".{told.name}")
        made.write_text(credits(every, kind.head), encoding="utf-8")
        os.replace(made, told)


def credits(rows: list[dict[str, str]], head: str) -> str:
    """One paragraph a package, in it one line a licence and holder."""
    packages = defaultdict(lambda: defaultdict(int))
    for row in rows:
        packages[f"{row['package']} {row['version']}"][f"{row['licence']}: {row['holders']}"] += 1
    paragraphs = []
    for package in sorted(packages):
        lines = [f"    {terms} ({count} files)" for terms, count in sorted(packages[package].items())]
        paragraphs.append("\n".join([package, *lines]))
    return "\n\n".join([head, *paragraphs]) + "\n"
