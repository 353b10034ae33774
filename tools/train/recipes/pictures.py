"""What `image` is trained on: a listing for `--data listing:OUT`, labels CIFAR-10's.

    python recipes/pictures.py --cifar-10 DATA/cifar-10 --pictures PICTURES --out OUT

CIFAR-10's training pictures with their labels; and without labels what tools/material/pictures wrote. With `--task multiclass`, as
`image` is, nothing but features is learned of the latter (of several labels at once none would be said to fit). Files are linked;
`pictures/CREDITS.txt` in PICTURES says who made them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
from tacit_train.readers import DataError, listing, open_data_set  # noqa: E402
from tacit_train.readers.base import inside, read_table  # noqa: E402

COLUMNS = ("file", "package", "licence", "source")
SHARE = 0.8
"""How often one without a label is drawn for each that has one."""


def labelled(folder: Path) -> tuple[list[list], list[str]]:
    """Rows of CIFAR-10's training pictures, and its labels in their order."""
    data = open_data_set(f"cifar-10:{folder}")
    clips = data.split("train")
    if any(clip.index >= 0 for clip in clips):
        raise DataError(f"{folder}: expected a folder of pictures a class, as train/LABEL/NAME.jpg")
    files = [f"cifar_10/{clip.path.relative_to(folder)}" for clip in clips]
    return [[file, data.labels[clip.targets[0]], "train", file, "", 1.0] for file, clip in zip(files, clips)], list(data.labels)


def unlabelled(folder: Path) -> list[list]:
    rows = []
    table = folder / "pictures.csv"
    for number, row in enumerate(read_table(table, COLUMNS), start=2):
        if not inside(folder, row["file"], f"{table}, line {number}").is_file():
            raise DataError(f"{folder / row['file']}: no such file")
        # Squares of one picture overlap: they are held out together.
        rows.append([f"pictures/{row['file']}", "", "train", f"{row['package']}/{row['source']}", row["licence"], 0.0])
    if not rows:
        raise DataError(f"{folder}/pictures.csv: no pictures in it")
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("cifar-10", "pictures", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    try:
        (rows, labels), others = labelled(args.cifar_10), unlabelled(args.pictures)
        listing.begin(args.out, [args.cifar_10, args.pictures])
    except DataError as error:
        raise SystemExit(str(error)) from None
    for row in others:
        row[5] = round(SHARE * len(rows) / len(others), 6)
    for name, place in (("cifar_10", args.cifar_10), ("pictures", args.pictures)):
        (args.out / name).symlink_to(place.resolve())
    listing.write(args.out, labels, rows + others)
    print(f"{len(rows)} pictures with a label, {len(others)} without")


if __name__ == "__main__":
    main()
