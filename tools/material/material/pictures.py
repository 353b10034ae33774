"""Small pictures to train on without labels: squares cut at random out of larger ones, package by package.

A few large pictures, cut at many places and sizes, stand for a great many small ones where a network learns what another makes of them
(Asano and Saeed 2023, "The Augmented Image Prior: Distilling 1000 Classes by Extrapolating from a Single Image").
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from . import catalogue, licence, package
from .collect import CACHE, free_of, terms_by_file

TABLE = Path(__file__).resolve().parent.parent / "pictures.toml"
SMALLEST = 96  # pixels a side, of what is cut from
LARGEST = 1 << 26  # pixels of a picture
SIDES = range(8, 1025)  # of a square
FLAT = 6.0  # the deviation of a colour over a square, in bytes, below which there is nothing to see
HOLES = 0.6  # the part that may not be seen through
PICTURES = catalogue.Kind(
    "pictures.csv",
    "pictures/CREDITS.txt",
    ["file", "package", "version", "licence", "source", "holders"],
    "Pictures that were trained on: changed (cut, made smaller) by this project.",
)


def opened(path: Path) -> Image.Image | None:
    """In colour, the right way up, over black; None of what isn't a picture, is too small, or is mostly transparent."""
    try:
        with Image.open(path) as image:
            if min(image.size) < SMALLEST or image.size[0] * image.size[1] > LARGEST:
                return None
            if image.mode.startswith(("I", "F")):
                print(f"{path.name}: {image.mode} pixels are not read", file=sys.stderr)
                return None
            image = ImageOps.exif_transpose(image)
            if not image.has_transparency_data:
                return image.convert("RGB")
            image = image.convert("RGBA")
            alpha = image.getchannel("A")
            if (np.asarray(alpha) < 128).mean() > HOLES:
                return None
            return Image.composite(image.convert("RGB"), Image.new("RGB", image.size), alpha)
    except (OSError, ValueError, SyntaxError, NotImplementedError, Image.DecompressionBombError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return None


def is_of_normals(pixels: np.ndarray) -> bool:
    """Whether it holds the directions of a surface as colours, as games keep them: light blue all over."""
    red, green, blue = pixels.reshape(-1, 3).mean(0)
    return blue > 180 and abs(red - 128) < 30 and abs(green - 128) < 30


def squares(image: Image.Image, count: int, side: int, rng: np.random.Generator) -> list[np.ndarray]:
    """At most so many, bytes [side, side, 3], from all of the picture's shorter side down to a twelfth of it, but to no less than three
    quarters of what they become."""
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
    """Writes a package's squares in place of those that it had; gives a row for each."""
    name = entry["name"]
    deb, rows = package.archive_of(name, cache), []
    whole, made = out / "pictures" / name, out / "pictures" / f".{name}"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        text, files = package.extract(deb, name, entry["take"], Path(folder))
        terms, version = terms_by_file(entry, text, files), package.version_of(deb)
        for take in entry["take"]:
            for file in free_of(take, name, files, terms, "pictures"):
                image = opened(Path(folder) / file)
                if image is None:
                    continue
                digest = hashlib.sha256(file.encode())
                rng = np.random.default_rng(int.from_bytes(digest.digest()[:8], "little"))
                for number, square in enumerate(squares(image, take["cuts"], side, rng)):
                    square_name = f"{Path(file).stem}-{digest.hexdigest()[:8]}-{number}.png"
                    Image.fromarray(square).save(made / square_name)
                    rows.append({
                        "file": f"pictures/{name}/{square_name}", "package": name, "version": version,
                        "licence": terms[file].licence, "source": file, "holders": terms[file].holders,
                    })  # fmt: skip
    shutil.rmtree(whole, ignore_errors=True)
    made.rename(whole)
    return rows


def entries(table: Path) -> list[dict]:
    """What the table says, if it says all that is needed."""
    with table.open("rb") as file:
        found = tomllib.load(file).get("package")
    if not (isinstance(found, list) and found):
        raise ValueError("expected [[package]], one a package")
    for entry in found:
        name = entry.get("name", "")
        if lacking := {"name", "source", "installed", "take"} - set(entry):
            raise ValueError(f"package '{name}': expected {', '.join(sorted(lacking))}")
        for take in entry["take"]:
            if not (isinstance(take.get("cuts"), int) and take["cuts"] > 0 and isinstance(take.get("files"), list)):
                raise ValueError(f"package '{name}': expected of each take cuts, a whole number above 0, and files, a list")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="pictures", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder to write pictures/, pictures/CREDITS.txt and pictures.csv to")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the packages are kept")
    parser.add_argument("--side", type=int, default=64, help="pixels of a square each way (64)")
    parser.add_argument("--table", type=Path, default=TABLE, help="another table of packages")
    arguments = parser.parse_args()
    if arguments.side not in SIDES:
        parser.error(f"--side {arguments.side}: expected {SIDES.start} to {SIDES.stop - 1}")
    try:
        table = entries(arguments.table)
    except (OSError, ValueError) as error:
        print(f"pictures: {arguments.table}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
        return 1
    failed = 0
    for entry in table:
        try:
            with catalogue.of_package(arguments.out, entry["name"], PICTURES):
                found = collect(entry, arguments.out, arguments.cache.resolve(), arguments.side)
                catalogue.replace(arguments.out, entry["name"], found, PICTURES)
        except (package.PackageError, licence.LicenceError) as error:
            print(f"pictures: {error}", file=sys.stderr)
            failed += 1
        except OSError as error:
            print(f"pictures: {error.filename or arguments.out}: {error.strerror or error}", file=sys.stderr)
            return 1
        else:
            print(f"{entry['name']}: {len(found)} squares", flush=True)
    return 1 if failed else 0
