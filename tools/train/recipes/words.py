"""What `words` is trained on: a listing for `--data listing:OUT`, labels Speech Commands'.

    python recipes/words.py --speech-commands DATA/speech-commands --spoken SPOKEN --house HOUSE --out OUT

Speech Commands' training speakers with their labels; and without labels, so that nothing but features is learned of them, what
recipes/spoken.py wrote, and of what recipes/house.py wrote all but music, instruments, chores and traffic. Of all only what is
CC0, CC BY or public domain. Files are linked; `credits.md` in HOUSE says who made them. The speech is there once more as a split
of its own, for `learning`: people who say something else are what a taught word must be told from.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
from tacit_train.readers import DataError, listing, open_data_set  # noqa: E402
from tacit_train.readers.base import read_table  # noqa: E402

FREE = re.compile(r"CC0(-1\.0)?|CC-BY(-[1-4](\.[05])?)?|public-domain", re.IGNORECASE)
# How much of what is drawn is of these; each of Speech Commands' clips counts 1, some 4,000 in all.
WEIGHTS = {"spoken": 2400.0, "speech": 600.0, "sounds": 300.0, "backgrounds": 300.0}


def labelled(folder: Path) -> tuple[list[list], list[str]]:
    """Rows of Speech Commands' training speakers, and its labels in their order."""
    data = open_data_set(f"speech-commands:{folder}")
    rows = []
    for clip in data.split("train"):
        file = f"speech_commands/{clip.path.relative_to(folder)}"
        rows.append([file, data.labels[clip.targets[0]], "train", clip.group or file, "CC-BY", 1.0])
    return rows, list(data.labels)


def part_of(name: str, row: dict[str, str]) -> str | None:
    """Which part a row of a listing belongs to, if any."""
    if not FREE.fullmatch(row["licence"]) or "music" in row["labels"].split("|"):
        return None
    if row["file"].startswith(("instruments/", "chores/", "traffic/")):
        return None
    if name == "spoken":
        return "spoken"
    if row["labels"] == "speech":
        return "speech"
    return "backgrounds" if row["file"].startswith("background/") else "sounds"


def unlabelled(args: argparse.Namespace) -> dict[str, list[list]]:
    """Rows of what has no label here, by part."""
    parts: dict[str, list[list]] = {name: [] for name in WEIGHTS}
    for name in ("spoken", "house"):
        folder = getattr(args, name)
        for row in read_table(folder / "listing.csv", listing.COLUMNS):
            if (part := part_of(name, row)) is not None:
                if not (folder / row["file"]).is_file():
                    raise DataError(f"{folder / row['file']}: no such file")
                parts[part].append([f"{name}/{row['file']}", "", "train", f"{name}/{row['group']}", row["licence"], 0.0])
    for name, found in parts.items():
        if not found:
            raise DataError(f"{args.spoken if name == 'spoken' else args.house}: no free recordings of {name} in listing.csv")
        for row in found:
            row[5] = round(WEIGHTS[name] / len(found), 6)
    return parts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("speech-commands", "spoken", "house", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    args = parser.parse_args()
    sources = {name: getattr(args, name) for name in ("speech_commands", "spoken", "house")}
    try:
        (rows, labels), parts = labelled(args.speech_commands), unlabelled(args)
        listing.begin(args.out, sources.values())
    except DataError as error:
        raise SystemExit(str(error)) from None
    for name, place in sources.items():
        (args.out / name).symlink_to(place.resolve())
    for found in parts.values():
        rows += found
    rows += [[*row[:2], "speech", *row[3:]] for row in parts["speech"]]
    listing.write(args.out, labels, rows)
    print(f"{len(rows)} recordings: " + ", ".join(f"{len(found)} of {name}" for name, found in parts.items()))


if __name__ == "__main__":
    main()
