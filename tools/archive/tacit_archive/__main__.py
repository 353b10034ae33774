"""Labels every recording or picture of folders and object stores, into Parquet: the same command goes on where it was stopped."""

from __future__ import annotations

import argparse
import hashlib
import math
import signal
import sys
import time
from pathlib import Path

try:
    from . import engine, parts, sources
    from .sources import Problem
except ModuleNotFoundError as missing:
    raise SystemExit(f"tacit_archive: {missing}: pip install -r tools/archive/requirements.txt") from None

PACKAGE = Path(__file__).resolve().parents[2] / "python" / "src"
TOLD_EVERY = 10.0
"""Seconds between two lines on how far it is."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tacit_archive", description=__doc__)
    add = parser.add_argument
    add("model", type=Path, help="the model file, .gguf")
    add("source", nargs="+", help="a folder, a file, or a URL that fsspec knows (s3://bucket/prefix)")
    add("--out", required=True, help="the folder of the Parquet files, or its URL")
    add("--top", type=int, default=5, help="labels in a row, best first; 0: all")
    add("--threshold", type=float, default=0.0, help="leave out labels that score less")
    add("--hop", type=float, default=0.0, metavar="SECONDS", help="from one window to the next; default: the model's own")
    add("--part", type=int, default=128, metavar="FILES", help="files in a task and in a Parquet file")
    add("--cores", type=int, help="of this machine; default: all")
    add("--address", help="of a Dask scheduler, tcp://HOST:8786; default: this machine alone")
    add("--wait", type=float, default=30.0, metavar="SECONDS", help="for the scheduler and for its first worker")
    args = parser.parse_args()
    for name in ("part", "cores"):
        if getattr(args, name) is not None and getattr(args, name) < 1:
            parser.error(f"--{name} must be at least 1")
    # Written so that what is no number is refused as well.
    if args.top < 0 or not 0 <= args.hop < math.inf or not 0 <= args.wait < math.inf or not 0 <= args.threshold <= 1:
        parser.error("--top, --hop and --wait must be at least 0, --threshold 0 to 1")
    return args


def open_model(path: Path) -> tuple[bytes, str, str]:
    """The file's bytes, their SHA-256, and the model's sense; `Problem` if it is none."""
    if not any((Path(p) / "tacit").is_dir() for p in sys.path if p):
        sys.path.append(str(PACKAGE))
    try:
        import tacit

        contents = path.read_bytes()
        sense = tacit.Model(contents).sense
    except OSError as error:
        raise Problem(str(error).splitlines()[0]) from None
    except tacit.Error as error:
        raise Problem(f"{path}: {error}") from None
    if sense not in sources.SUFFIXES:
        raise Problem(f"{path}: a model of {sense}; expected one of sound or pictures")
    return contents, hashlib.sha256(contents).hexdigest(), sense


def label(args: argparse.Namespace) -> None:
    model, digest, sense = open_model(args.model)
    settings = parts.Settings(digest, args.hop, args.top, args.threshold)
    files, others = sources.list_files(args.source, sources.SUFFIXES[sense])
    archive = parts.Archive(args.out, settings)
    done = archive.paths()
    left = [[f for f in some if parts.text(f.path) not in done] for some in parts.divide(files, args.part)]
    work = [some for some in left if some]
    count = sum(map(len, work))
    say(f"{len(files)} files of {sense}, {len(files) - count} labelled already; {others} others passed over")
    if work:
        run(args, work, count, model, settings)
    verify(files, archive)


def run(args: argparse.Namespace, work: list, count: int, model: bytes, settings: parts.Settings) -> None:
    began = time.monotonic()
    done = broken = 0
    with engine.Engine(args.address, args.cores, args.wait) as workers:
        started = told = time.monotonic()
        say(f"{workers.cores} cores, {len(work)} parts")
        for result in workers.results(work, model, settings, args.out):
            done, broken = done + result["files"], broken + result["broken"]
            if (now := time.monotonic()) - told >= TOLD_EVERY:
                say(f"{done} of {count} files, {done / (now - started):.1f} a second")
                told = now
    took = time.monotonic() - began
    say(f"{done} files in {took:.1f} s, {done / took:.1f} a second; {broken} could not be labelled, their rows say why")


def verify(files: list[sources.File], archive: parts.Archive) -> None:
    """Every file that was listed has one row."""
    rows = archive.paths()
    wrong = [(f.path, n) for f in files if (n := rows[parts.text(f.path)]) != 1]
    if wrong:
        path, count = wrong[0]
        # No run by itself gives a file two: parts that differ were made at the same time.
        helps = "; another run wrote there too: remove the parts that hold it, and run again" if count > 1 else ""
        raise Problem(f"{archive.out}: {len(wrong)} files have not one row, {path} has {count}{helps}")


def say(line: str) -> None:
    print(line, flush=True)


def terminated(number: int, _: object) -> None:
    raise KeyboardInterrupt(number)


def main() -> None:
    args = arguments()
    # Ends as Ctrl-C does: through the engine, so that no process stays behind.
    signal.signal(signal.SIGTERM, terminated)
    try:
        label(args)
    except Problem as problem:
        raise SystemExit(f"tacit_archive: {problem}") from None
    except KeyboardInterrupt as stop:
        print("tacit_archive: stopped; the same command goes on", file=sys.stderr)
        raise SystemExit(128 + (stop.args or (signal.SIGINT,))[0]) from None


if __name__ == "__main__":
    main()
