"""Noises that every house has and nobody wants to be told of, made up: a listing for recipes/house.py of running water, clatter
and rubbing. Those of the split `choose` are not for training but for tools/thresholds.

    python recipes/chores.py --out OUT

Every clip has a seed of its own.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from tacit_train.__main__ import told  # noqa: E402
from tacit_train.arguments import COUNT  # noqa: E402
from tacit_train.augment import in_room  # noqa: E402
from tacit_train.noises import at_level, clatter, rubbing, running_water  # noqa: E402
from tacit_train.readers import listing  # noqa: E402

RATE = 16_000
KINDS = {"water": running_water, "clatter": clatter, "rubbing": rubbing}
# Seconds of a clip: long enough to choose by that labels come and go.
SPLITS = {"train": 8, "choose": 20}


def clip(kind: str, seconds: int, rng: np.random.Generator) -> np.ndarray:
    """Near or far, in a room or not, often two of a kind at once; the loudest are cut off at full scale here and there, as a
    microphone would."""
    length = seconds * RATE
    sound = KINDS[kind](length, RATE, rng)
    if rng.random() < 0.3:
        sound = sound + at_level(KINDS[kind](length, RATE, rng), rng.uniform(-12, 6))
    if rng.random() < 0.3:
        sound = in_room(sound.astype(np.float32), RATE, rng)
    return np.clip(at_level(sound, rng.uniform(-45, -12)), -1, 1).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=COUNT, default=200, help="of each kind to train on; to choose by a quarter of them")
    args = parser.parse_args()
    rows = []
    for split, (name, seconds) in enumerate(SPLITS.items()):
        for number, kind in enumerate(KINDS):
            (args.out / name / kind).mkdir(parents=True, exist_ok=True)
            for index in range(args.clips if name == "train" else max(1, args.clips // 4)):
                file = f"{name}/{kind}/{index:03}.flac"
                samples = clip(kind, seconds, np.random.default_rng([split, number, index]))
                soundfile.write(args.out / file, samples, RATE)
                rows.append([file, kind, name, f"{name}/{kind}/{index}", "CC0", 1.0])
    listing.write(args.out, KINDS, rows)
    print(f"{len(rows)} clips of {len(KINDS)} kinds")


if __name__ == "__main__":
    with told("recipes/chores.py"):
        main()
