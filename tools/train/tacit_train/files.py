"""Writing files so that neither a crash nor a full disk leaves half of one, and reading those that may be damaged."""

from __future__ import annotations

import contextlib
import csv
import ctypes
import errno
import fnmatch
import glob
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import locks
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from .readers import DataError
from .readers.base import read_text

ADAPTER = ("adapter_config.json", "adapter_model.safetensors", "tacit.json", "tacit.safetensors")
BASE = (
    *("config.json", "generation_config.json", "model*.safetensors", "model.safetensors.index.json"),
    *("tokenizer*.json", "special_tokens_map.json"),
)
TEACHER = ("teacher.json", "teacher.safetensors")
"""What each kind of folder holds, all of it: a folder with anything else in it is none that may be replaced."""


@contextlib.contextmanager
def whole_file(path: Path, several: bool = False) -> Iterator[Path]:
    """A file beside `path` to write; when it is written it takes the place of `path`, and where it can't be nothing is left.
    `several`: processes may do so at a time."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp" if several else path.name + ".tmp")
    try:
        yield temporary
        with open(temporary, "rb") as stream:
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        # What fails in the midst of writing bears no name; what bears another's is no matter of writing.
        if error.filename not in (None, str(temporary)):
            raise
        raise unwritable(path, error) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def unwritable(path: Path, error: Exception) -> DataError:
    reason = error.strerror if isinstance(error, OSError) else None
    return DataError(f"{path}: {reason or error}; expected a place that can be written, with room in it")


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """A folder, made if it isn't there, that no other process that holds it works in meanwhile: DataError where one does. What
    is empty at the end is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    remedy = "expected another folder, or to wait until it has ended"
    with locks.held(folder, DataError(f"{folder}: another process is at work there; {remedy}")):
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                folder.rmdir()


def save_torch(value: Any, path: Path) -> None:
    with whole_file(path) as temporary:
        try:
            with open(temporary, "wb") as stream:
                torch.save(value, stream)
        except RuntimeError as error:
            # PyTorch's writer ends with an error of its own, behind which is what the disk said.
            said: BaseException | None = error
            while said is not None and not isinstance(said, OSError):
                said = said.__context__
            raise said or OSError(str(error).splitlines()[0]) from None


def save_json(value: Any, path: Path) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def load_json(path: Path) -> dict[str, Any]:
    """An object, or DataError with what is wrong and where."""
    try:
        value = json.loads(read_text(path), parse_constant=refuse_constant)
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: not JSON: {error}") from None
    if not isinstance(value, dict):
        raise DataError(f"{path}: expected an object")
    return value


def refuse_constant(name: str) -> None:
    raise ValueError(f"{name}, which is Python's alone")


def load_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, or DataError with its name."""
    try:
        return load_file(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except SafetensorError as error:
        raise DataError(f"{path}: damaged, or no safetensors: {error}") from None


def load_array(path: Path, **how: Any) -> np.ndarray:
    """What a cache keeps, or DataError with its name."""
    try:
        return np.load(path, **how)
    except (ValueError, EOFError):
        raise damaged(path) from None


def damaged(path: Path) -> DataError:
    return DataError(f"{path}: damaged; remove it, and what it holds is decoded anew")


def not_finite(tensors: Iterable[tuple[str, Tensor]]) -> str | None:
    """What is wrong with the first that holds an infinity or no number; none where all are finite."""
    name = next((name for name, tensor in tensors if not torch.isfinite(tensor).all()), None)
    return None if name is None else f"{name}: holds a number that is not finite"


def check_file(option: str, path: Path) -> None:
    if not path.is_file():
        raise DataError(f"{option} {path}: no such file")


def temporary_of(out: Path) -> Path:
    return out.with_name(out.name + ".tmp")


def old_of(out: Path) -> Path:
    return out.with_name(out.name + ".old.tmp")


def check_replaceable(option: str, out: Path, holds: tuple[str, ...], kept: dict[str, Path | None]) -> None:
    """Refuses, before anything is done, a folder to write that can't be replaced: one that holds anything but `holds`, one
    that what is `kept` lies in, and one that can't be made."""
    there = out.resolve()
    for name, path in kept.items():
        if path is not None and there in (path.resolve(), *path.resolve().parents):
            raise DataError(f"{option} {out}: is replaced, and {name} {path} lies there; expected a folder of its own")
    try:
        check_contents(there, holds)
        if there.parent.exists() and not there.parent.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there.parent))
        there.parent.mkdir(parents=True, exist_ok=True)
        # Whether one can be made is best known by making one, of a name that no other process of this run has.
        os.rmdir(tempfile.mkdtemp(prefix=f"{out.name}.", suffix=".tmp", dir=there.parent))
    except DataError as error:
        raise DataError(f"{option} {error}") from None
    except OSError as error:
        raise unwritable(out, error) from None


def check_contents(out: Path, holds: tuple[str, ...]) -> None:
    """Refuses a folder that holds anything but `holds`, and such a one in a place that writing it needs."""
    # PEFT writes a README.md, which is taken out again.
    for folder, known in ((out, holds), *((f, (*holds, "README.md")) for f in (temporary_of(out), old_of(out)))):
        if folder.is_dir():
            strangers = sorted(p.name for p in folder.iterdir() if p.is_dir() or not belongs(p.name, known))
            if strangers:
                more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
                told = f"is replaced, and holds {strangers[0]}{more}, which this command does not write"
                raise DataError(f"{folder}: {told}; expected an empty folder, or none")
        elif folder.exists():
            raise DataError(f"{folder}: is a file; expected a folder, or none")


def belongs(name: str, holds: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(name.removesuffix(".tmp"), known) for known in holds)


@contextlib.contextmanager
def whole_folder(out: Path, holds: tuple[str, ...]) -> Iterator[Path]:
    """An empty folder beside `out` to write `holds` into; when all is written it takes the place of `out` at one blow,
    readable by all (safetensors writes for its owner alone). DataError, and nothing done, where `out` holds anything else."""
    out = out.resolve()
    check_contents(out, holds)
    with replacing(out) as temporary:
        yield temporary


@contextlib.contextmanager
def changed_folder(folder: Path) -> Iterator[Path]:
    """A copy of an adapter folder to change; it takes the folder's place when all is changed."""
    folder = folder.resolve()
    # What lies in an adapter's folder besides is copied, and so may lie where a kill has left the copy.
    known = (*ADAPTER, *(glob.escape(path.name) for path in folder.iterdir()))
    for beside in (temporary_of(folder), old_of(folder)):
        check_contents(beside, known)
    with replacing(folder) as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        yield copy


@contextlib.contextmanager
def replacing(out: Path) -> Iterator[Path]:
    temporary = temporary_of(out)
    try:
        with held(temporary):
            take_back(out)
            # What a kill has left.
            for rest in (*temporary.iterdir(), old_of(out)):
                shutil.rmtree(rest) if rest.is_dir() else rest.unlink(missing_ok=True)
            yield temporary
            for file in temporary.iterdir():
                if file.is_file():
                    if belongs(file.name, (*ADAPTER, *BASE, *TEACHER)):
                        file.chmod(0o644)
                    with open(file, "rb") as stream:
                        os.fsync(stream.fileno())
            replace_folder(temporary, out)
    except OSError as error:
        if error.filename is not None and not str(error.filename).startswith(str(temporary)):
            raise
        raise unwritable(out, error) from None
    except Exception as error:
        # The writer of tokenizers has no class of its own for what the disk said.
        if not (isinstance(error, SafetensorError) or type(error) is Exception):
            raise
        raise unwritable(out, error) from None
    finally:
        # What bears this name now is the replaced folder, or what failed; or another process has begun to write there.
        with contextlib.suppress(DataError, OSError), held(temporary):
            take_back(out)
            for rest in (temporary, old_of(out)):
                shutil.rmtree(rest, ignore_errors=True)


def replace_folder(new: Path, out: Path) -> None:
    """Gives `new` the name `out`. Killed at any moment, `out` is what it was or what it is to be."""
    if not out.exists():
        os.rename(new, out)
    elif not exchange(new, out):
        # Some file systems can't: for a moment neither is there and both lie beside, the old one to be taken back.
        os.rename(out, old_of(out))
        os.rename(new, out)


def take_back(out: Path) -> None:
    """Gives a folder its name again where it was put aside and nothing has taken its place."""
    if old_of(out).exists() and not out.exists():
        os.rename(old_of(out), out)


def exchange(one: Path, two: Path) -> bool:
    """Swaps the names of two folders; whether this system can."""
    at_here, exchange_both = -100, 2
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return rename(at_here, os.fsencode(one), at_here, os.fsencode(two), exchange_both) == 0


def whole_lines(path: Path) -> str:
    """The text of a table that grows line by line, without a last line that a kill has cut short; empty where there is none."""
    data = path.read_bytes() if path.exists() else b""
    try:
        return data[: data.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8: {error.reason} at byte {error.start}") from None


class CSVLog:
    """A table that grows by one row a report. Rows from beyond `resume_at` (steps that a resumed run will repeat)
    are dropped when it is opened, so that no step has two. What was added up since the last row goes with a run that ends:
    the first row after it is of the steps since the run went on."""

    def __init__(self, path: Path, columns: list[str], resume_at: int = 0):
        self.path, self.columns = path, columns
        kept: list[dict[str, str]] = []
        if resume_at > 0:
            rows = csv.DictReader(io.StringIO(whole_lines(path), newline=""))
            kept = [row for row in rows if (row.get(columns[0]) or "").isdigit() and int(row[columns[0]]) <= resume_at]
        with whole_file(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(kept)

    def add(self, **row: Any) -> None:
        text = {k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()}
        append_row(self.path, self.columns, text)


def append_row(path: Path, columns: list[str], row: dict[str, Any]) -> None:
    """Adds a row to a table, which it begins where there is none; a line that a kill has cut short before makes way."""
    line = io.StringIO(newline="")
    writer = csv.DictWriter(line, columns)
    try:
        with open(path, "ab+") as stream:
            # No line is longer than what is looked at of the end.
            start = max(0, stream.seek(0, os.SEEK_END) - (1 << 16))
            stream.seek(start)
            end = start + stream.read().rfind(b"\n") + 1
            stream.truncate(end)
            if end == 0:
                writer.writeheader()
            writer.writerow(row)
            stream.write(line.getvalue().encode("utf-8"))
    except OSError as error:
        raise unwritable(path, error) from None
