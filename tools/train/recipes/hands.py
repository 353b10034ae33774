"""Hand signs to train and test on: a listing for `--data listing:OUT`, and `OUT/test` and `OUT/train` as folders a class.

    python recipes/hands.py --signs DATA/sign-digits --out OUT [--others FOLDER...]

The pictures of a person follow one another by number, so the split is by blocks of ten people: every fifth block is for
testing. `--others` are folders of pictures of anything else (any depth), which no label fits: for training only.
"""

from __future__ import annotations

import argparse
import re
import sys
from bisect import bisect_right
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
from tacit_train.readers import DataError, listing  # noqa: E402

PEOPLE, EVERY = 10, 5
COUNT = 2400
"""Pictures of other things at most from each folder, evenly spread over it."""


def number(path: Path) -> int:
    found = re.search(r"\d+", path.stem)
    if found is None:
        raise SystemExit(f"{path}: expected a picture's number in its name")
    return int(found[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--signs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--others", type=Path, nargs="*", default=[])
    args = parser.parse_args()
    signs = {str(d): sorted((args.signs / str(d)).glob("*.jpg"), key=number) for d in range(10)}
    if not all(signs.values()):
        raise SystemExit(f"{args.signs}: expected folders 0 to 9 with .jpg pictures in them")
    # Each person shows 0 first.
    begins = [number(p) for p in signs["0"]][::PEOPLE]
    try:
        listing.begin(args.out, [args.signs, *args.others])
    except DataError as error:
        raise SystemExit(str(error)) from None
    rows = []

    def take(path: Path, name: str, labels: str, split: str, group: str, weight: float) -> None:
        place = args.out / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(path.resolve())
        rows.append([name, labels, split, group, "Apache-2.0" if labels else "", weight])

    for label, pictures in signs.items():
        for picture in pictures:
            block = max(0, bisect_right(begins, number(picture)) - 1)
            split = "test" if block % EVERY == EVERY - 1 else "train"
            take(picture, f"{split}/{label}/{picture.name}", label, split, f"block-{block}", 1.0)
    train = sum(row[2] == "train" for row in rows)
    for folder in args.others:
        found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        chosen = found[:: max(1, len(found) // COUNT)][:COUNT]
        weight = 0.4 * train / (len(args.others) * max(1, len(chosen)))
        for picture in chosen:
            name = "-".join(picture.relative_to(folder).parts)
            take(picture, f"others/{folder.name}/{name}", "", "train", f"{folder.name}-{name}", weight)
    listing.write(args.out, range(10), rows)
    print(f"{train} pictures of signs to train on, {sum(r[2] == 'test' for r in rows)} to test on, "
          f"{sum(not r[1] for r in rows)} of other things")


if __name__ == "__main__":
    main()
