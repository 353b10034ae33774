"""Writing files so that a crash never leaves half of one."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch


def save_torch(value: Any, path: Path) -> None:
    """`torch.save` to a temporary file beside `path`, then a rename."""
    temporary = path.with_name(path.name + ".tmp")
    with open(temporary, "wb") as stream:
        torch.save(value, stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)


def save_json(value: Any, path: Path) -> None:
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)


@contextlib.contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """An empty folder beside `out` to write into; when all is written it takes the place of `out`, readable by all
    (safetensors writes for its owner alone)."""
    temporary = out.with_name(out.name + ".tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    yield temporary
    for file in temporary.iterdir():
        file.chmod(0o644)
    if out.exists():
        shutil.rmtree(out)
    os.replace(temporary, out)


class CSVLog:
    """A table that grows by one row a report. Rows from beyond `resume_at` (steps that a resumed run will repeat)
    are dropped when it is opened, so the file reads as if the run had never stopped."""

    def __init__(self, path: Path, columns: list[str], resume_at: int = 0):
        self.path, self.columns = path, columns
        kept: list[dict[str, str]] = []
        if resume_at > 0 and path.exists():
            with open(path, newline="", encoding="utf-8") as stream:
                kept = [row for row in csv.DictReader(stream) if int(row[columns[0]]) <= resume_at]
        temporary = path.with_name(path.name + ".tmp")
        with open(temporary, "w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(kept)
        os.replace(temporary, path)

    def add(self, **row: Any) -> None:
        text = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
        with open(self.path, "a", newline="", encoding="utf-8") as stream:
            csv.DictWriter(stream, self.columns).writerow(text)
