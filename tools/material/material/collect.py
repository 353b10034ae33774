"""The collection itself: package by package, from the table to files, meta/material.csv and CREDITS.txt."""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from pathlib import Path

from . import audio, catalogue, licence, package, plan

CACHE = Path("/var/tmp/material")
TABLE = Path(__file__).resolve().parent.parent / "packages.toml"


def terms_by_file(entry: dict, text: str, files: list[str]) -> dict[str, licence.Terms]:
    """The terms of each file whose licence is free; files of other licences and of none are left out."""
    if "says" in entry:
        if " ".join(entry["says"].split()) not in " ".join(text.split()):
            raise licence.LicenceError(f"{entry['name']}: its copyright file does not say '{entry['says']}'")
        terms = licence.Terms(entry["licence"], entry["holders"])
        return dict.fromkeys(files, terms) if licence.is_free(terms.licence) else {}
    stanzas = licence.stanzas(text)
    if not stanzas:
        raise licence.LicenceError(f"{entry['name']}: its copyright file lists no files; say in the table what it says")
    found = {}
    for file in files:
        if not file.startswith(entry["installed"]):
            continue
        terms = licence.terms_of(entry["source"] + file.removeprefix(entry["installed"]), stanzas)
        if terms and licence.is_free(terms.licence):
            found[file] = terms
    return found


def free_of(take: dict, name: str, files: list[str], terms: dict[str, licence.Terms], what: str) -> list[str]:
    """The files that a row of the table wants and whose licence is free; says how many are not."""
    wanted = [file for file in files if package.matches(file, take["files"], take.get("without", []))]
    free = [file for file in wanted if file in terms]
    if len(free) < len(wanted):
        print(f"{name}: {len(wanted) - len(free)} of {len(wanted)} {what} are not free", flush=True)
    return free


def items_of(take: dict, name: str, files: list[str], folder: Path) -> list[tuple[plan.Item, str, str]]:
    """Items of one row of the table, each with its group and split."""
    decoded = []

    def decode(file: str):
        try:
            return audio.decode(folder / file)
        except audio.AudioError as error:
            print(error, file=sys.stderr)
            return None

    if take["label"] == "speech":
        group = take["voice"]
        budget = take["minutes"] * 60
        total = 0.0
        for file in plan.shuffled(files, group):
            samples = decode(file)
            if samples is not None and not audio.fault(samples):
                decoded.append((file, samples))
                total += min(len(audio.trimmed(samples)) / audio.RATE, 20)
            if total >= budget:
                break
        items = plan.utterances(decoded, group, budget)
        return [(item, group, take.get("split") or plan.split_of(group)) for item in items]
    items = []
    for file in files:
        samples = decode(file)
        if samples is None:
            continue
        samples = audio.trimmed(samples, below=60)
        group = f"{name}/{plan.stem(file)}"
        for start, cut in audio.excerpts(samples, take["excerpts"], take["seconds"]):
            if audio.fault(cut) is None:
                item = plan.Item(f"{plan.stem(file)}-{start:03.0f}", cut, (file,), start)
                items.append((item, group, plan.split_of(group)))
    return items


def collect(entry: dict, out: Path, cache: Path, quality: float) -> list[dict[str, str]]:
    """Writes a package's files; gives its rows."""
    name = entry["name"]
    deb = package.archive_of(name, cache)
    rows, used = [], set()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        text, files = package.extract(deb, name, entry["take"], folder)
        terms = terms_by_file(entry, text, files)
        # No row is left of a file that is no more, or no longer the same, if this ends before its time.
        catalogue.replace(out, name, [])
        for file in out.glob(f"audio/*/{name}--*.ogg"):
            file.unlink()
        for take in entry["take"]:
            free = free_of(take, name, files, terms, f"{take['label']} files")
            for item, group, split in items_of(take, name, free, folder):
                own = terms[item.files[0]]
                path = f"audio/{take['label']}/{name}--{item.name}.ogg"
                while path in used:
                    path = f"{path.removesuffix('.ogg')}_.ogg"
                used.add(path)
                audio.encode(item.samples, out / path, quality)
                rows.append({
                    "file": path, "label": take["label"], "package": name, "version": package.version_of(deb),
                    "licence": own.licence, "source": item.source, "seconds": f"{len(item.samples) / audio.RATE:.2f}",
                    "split": split, "group": group, "joined": str(len(item.files)), "synthetic": "0", "holders": own.holders,
                })  # fmt: skip
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="collect", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder to write audio/, meta/material.csv and CREDITS.txt to")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the packages are kept")
    parser.add_argument("--quality", type=float, default=5, help="of the Vorbis encoder (-1 to 10; 5)")
    parser.add_argument("--only", nargs="*", metavar="PACKAGE", help="these packages alone; the rest stays as it is")
    parser.add_argument("--table", type=Path, default=TABLE, help="another table of packages")
    arguments = parser.parse_args()
    with arguments.table.open("rb") as file:
        table = tomllib.load(file)["package"]
    unknown = set(arguments.only or []) - {entry["name"] for entry in table}
    if unknown:
        print(f"collect: not in {arguments.table}: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 64
    failed = 0
    for entry in table:
        if arguments.only and entry["name"] not in arguments.only:
            continue
        try:
            with catalogue.of_package(arguments.out, entry["name"]):
                rows = collect(entry, arguments.out, arguments.cache.resolve(), arguments.quality)
                catalogue.replace(arguments.out, entry["name"], rows)
        except OSError as error:
            print(f"collect: {error.filename or arguments.out}: {error.strerror or error}", file=sys.stderr)
            return 1
        except (package.PackageError, licence.LicenceError, audio.AudioError) as error:
            print(f"collect: {error}", file=sys.stderr)
            failed += 1
            continue
        minutes = sum(float(row["seconds"]) for row in rows) / 60
        print(f"{entry['name']}: {len(rows)} files, {minutes:.1f} minutes", flush=True)
    return 1 if failed else 0
