"""Small pictures to train on without labels: squares cut at random out of larger ones, package by package.

A few large pictures, cut at many places and sizes, stand for a great many small ones where a network learns what another makes of them
(Asano and Saeed 2023, "The Augmented Image Prior: Distilling 1000 Classes by Extrapolating from a Single Image").
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import numpy as np
from PIL import Image

from . import catalogue, licence, package
from .collect import CACHE, terms_by_file

TABLE = Path(__file__).resolve().parent.parent / "pictures.toml"
COLUMNS = ["file", "package", "version", "licence", "source", "holders"]
SMALLEST = 96  # pixels a side, of what is cut from
LARGEST = 1 << 26  # pixels of a picture
FLAT = 6.0  # the deviation of a colour over a square, in bytes, below which there is nothing to see
HOLES = 0.6  # the part that may not be seen through
HEAD = "Pictures that were trained on: changed (cut, made smaller) by this project."


def opened(path: Path) -> Image.Image | None:
    """In colour; None of what isn't a picture, is too small, or is mostly transparent."""
    try:
        with Image.open(path) as image:
            if min(image.size) < SMALLEST or image.size[0] * image.size[1] > LARGEST:
                return None
            image.load()
            if image.has_transparency_data and (np.asarray(image.convert("RGBA"))[..., 3] < 128).mean() > HOLES:
                return None
            return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, NotImplementedError, Image.DecompressionBombError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return None


def is_of_normals(pixels: np.ndarray) -> bool:
    """Whether it holds the directions of a surface as colours, as games keep them: light blue all over."""
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    return blue > 180 and abs(red - 128) < 30 and abs(green - 128) < 30


def squares(image: Image.Image, count: int, side: int, rng: np.random.Generator) -> list[np.ndarray]:
    """At most so many, from all of the picture's shorter side down to a twelfth of it, but to no less than three quarters of what
    they become."""
    width, height = image.size
    out, shorter = [], min(width, height)
    least = min(shorter, max(side * 3 // 4, shorter // 12))
    for _ in range(count):
        size = int(round(np.exp(rng.uniform(np.log(least), np.log(shorter)))))
        left, top = int(rng.integers(width - size + 1)), int(rng.integers(height - size + 1))
        cut = image.crop((left, top, left + size, top + size))
        cut = np.asarray(cut.resize((side, side), Image.Resampling.BOX if size > side else Image.Resampling.BILINEAR))
        if cut.std((0, 1)).max() >= FLAT and not is_of_normals(cut):
            out.append(cut)
    return out


def collect(entry: dict, out: Path, cache: Path, side: int) -> list[dict[str, str]]:
    """Writes a package's squares; gives a row for each."""
    name = entry["name"]
    deb, rows = package.archive_of(name, cache), []
    folder_of_squares = out / "pictures" / name
    shutil.rmtree(folder_of_squares, ignore_errors=True)
    folder_of_squares.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        text, files = package.extract(deb, name, entry["take"], Path(folder))
        terms, version = terms_by_file(entry, text, files), package.version_of(deb)
        for take in entry["take"]:
            wanted = [file for file in files if package.matches(file, take["files"], take.get("without", []))]
            free = [file for file in wanted if file in terms]
            if len(free) < len(wanted):
                print(f"{name}: {len(wanted) - len(free)} of {len(wanted)} pictures are not free", flush=True)
            for file in free:
                image = opened(Path(folder) / file)
                if image is None:
                    continue
                digest = hashlib.sha256(file.encode())
                rng = np.random.default_rng(int.from_bytes(digest.digest()[:8], "little"))
                for number, square in enumerate(squares(image, take["cuts"], side, rng)):
                    path = folder_of_squares / f"{Path(file).stem}-{digest.hexdigest()[:8]}-{number}.png"
                    Image.fromarray(square).save(path)
                    rows.append({
                        "file": str(path.relative_to(out)), "package": name, "version": version,
                        "licence": terms[file].licence, "source": file, "holders": terms[file].holders,
                    })  # fmt: skip
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="pictures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder to write pictures/, pictures.csv and CREDITS.txt to")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the packages are kept")
    parser.add_argument("--side", type=int, default=64, help="pixels of a square each way (64)")
    parser.add_argument("--table", type=Path, default=TABLE, help="another table of packages")
    arguments = parser.parse_args()
    if arguments.side < 1:
        parser.error(f"--side {arguments.side}: expected 1 or more")
    with arguments.table.open("rb") as file:
        table = tomllib.load(file)["package"]
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows, failed = [], 0
    for entry in table:
        try:
            found = collect(entry, arguments.out, arguments.cache.resolve(), arguments.side)
        except (package.PackageError, licence.LicenceError) as error:
            print(f"pictures: {error}", file=sys.stderr)
            failed += 1
            continue
        print(f"{entry['name']}: {len(found)} squares", flush=True)
        rows += found
    with (arguments.out / "pictures.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (arguments.out / "CREDITS.txt").write_text(catalogue.credits(rows, HEAD), encoding="utf-8")
    return 1 if failed else 0
