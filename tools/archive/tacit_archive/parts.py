"""Rows in Parquet files, each written whole or not at all; which files have rows already.

A part's name follows from its files' paths alone: two workers that do the same part, as when one was thought dead,
write the same file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields

import pyarrow as pa
import pyarrow.parquet as pq

from .sources import File, Problem, is_local, open_store

METADATA = b"tacit_archive"
SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
        pa.field("start", pa.float64()),
        pa.field("end", pa.float64()),
        pa.field("labels", pa.list_(pa.string())),
        pa.field("scores", pa.list_(pa.float32())),
        pa.field("damage", pa.string()),
        pa.field("error", pa.string()),
        pa.field("model", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True)
class Settings:
    """What all rows of an archive have in common."""

    model: str
    """SHA-256 of the model file."""
    hop: float = 0.0
    top: int = 5
    threshold: float = 0.0


def text(path: str) -> str:
    """A path as a row has it: bytes of a name that are no UTF-8 are written as \\xNN."""
    return os.fsencode(path).decode(errors="backslashreplace")


def divide(files: Sequence[File], size: int) -> Iterator[list[File]]:
    """Always from the whole listing, so that what is left of a run has the parts that the run would have had."""
    for start in range(0, len(files), size):
        yield list(files[start : start + size])


def name_of(files: Sequence[File]) -> str:
    paths = "\0".join(text(file.path) for file in files)
    return f"part-{hashlib.sha256(paths.encode()).hexdigest()[:32]}.parquet"


def write(rows: list[dict], name: str, settings: Settings, out: str) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA.with_metadata({METADATA: json.dumps(asdict(settings)).encode()}))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    store, folder = open_store(out)
    target = f"{folder}/{name}"
    if not is_local(store):
        # An object is there when all of it is.
        store.pipe_file(target, buffer.getvalue())
        return
    temporary = f"{folder}/.{name}.{os.getpid()}.{threading.get_ident()}.tmp"
    with open(temporary, "wb") as stream:
        stream.write(buffer.getvalue())
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, target)


class Archive:
    """The folder of the parts."""

    def __init__(self, out: str, settings: Settings):
        self.out, self.settings = out, settings
        self.store, self.folder = open_store(out)
        try:
            self.store.makedirs(self.folder, exist_ok=True)
        except Exception as error:
            raise Problem(f"{out}: cannot be made: {error}") from None

    def paths(self) -> Counter[str]:
        """How many rows there are of each path. `Problem` where a part is none, or was made with other settings."""
        # What was listed before is not what is there now.
        self.store.invalidate_cache()
        try:
            found = [p for p in self.store.ls(self.folder, detail=False) if is_part(p)]
        except FileNotFoundError:
            # A store knows no empty folders.
            found = []
        with ThreadPoolExecutor(16) as pool:
            return Counter(path for some in pool.map(self._paths_of, found) for path in some)

    def _paths_of(self, part: str) -> list[str]:
        try:
            with self.store.open(part, "rb") as stream:
                file = pq.ParquetFile(stream)
                made = json.loads((file.schema_arrow.metadata or {})[METADATA])
                paths = file.read(["path"])["path"].to_pylist()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise Problem(f"{part}: no part of an archive ({reason}); remove it to have its files labelled anew") from None
        for field in fields(Settings):
            before, now = made.get(field.name), getattr(self.settings, field.name)
            if before != now:
                raise Problem(f"{part}: its rows were made with {field.name} {before}, not {now}; use another --out")
        return paths


def is_part(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("part-") and name.endswith(".parquet")
