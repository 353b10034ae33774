"""Engines, aircraft, horns and sirens, made up: a listing for recipes/house.py, labels ESC-50's. A sound is kept if YAMNet, which
has heard two million recordings, takes it for what it is meant to be, and for none of the others here more.

    python recipes/traffic.py --yamnet YAMNET --out OUT

YAMNET is what `python -m tacit_train.yamnet` wrote; OUT is emptied. Every attempt has a seed of its own.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import torch  # noqa: E402
from tacit_train.arguments import COUNT  # noqa: E402
from tacit_train.noises import at_level  # noqa: E402
from tacit_train.readers import listing  # noqa: E402
from tacit_train.traffic import engine, horn, siren  # noqa: E402
from tacit_train.yamnet import YAMNet, load_yamnet  # noqa: E402

RATE, SECONDS = 16_000, 5
# What YAMNet has to give one of the names at one moment at least.
SCORE = 0.3
# Attempts a clip that is wanted, on the average.
PATIENCE = 30
BATCH = 16


@dataclass(frozen=True)
class Kind:
    make: Callable[[int, int, np.random.Generator], np.ndarray]
    names: tuple[int, ...]  # places in YAMNet's class map


KINDS = {
    # Motorcycle, engine, light, medium and heavy engine, engine knocking, engine starting, idling, accelerating.
    "engine": Kind(engine, (320, 337, 338, 342, 343, 344, 345, 346, 347)),
    # What thumps like an engine and isn't one for YAMNet.
    "helicopter": Kind(engine, (333,)),
    # Aircraft, aircraft engine, jet engine, propeller, airplane.
    "airplane": Kind(engine, (329, 330, 331, 332, 334)),
    # Vehicle horn, air horn.
    "car_horn": Kind(horn, (302, 312)),
    # Police car, ambulance, fire engine, siren, civil defence siren.
    "siren": Kind(siren, (317, 318, 319, 390, 391)),
}


def attempt(kind: Kind, seed: list[int]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    sound = kind.make(SECONDS * RATE, RATE, rng)
    return np.clip(at_level(sound, rng.uniform(-40, -12)), -1, 1).astype(np.float32)


@torch.no_grad()
def recognised(sounds: np.ndarray, name: str, yamnet: YAMNet) -> np.ndarray:
    """Which of the sounds [n, samples] YAMNet takes for the kind of that name: [n]."""
    scores = yamnet(torch.from_numpy(sounds)).sigmoid().amax(1)
    kinds = torch.stack([scores[:, list(kind.names)].amax(1) for kind in KINDS.values()])
    own = kinds[list(KINDS).index(name)]
    return ((own >= SCORE) & (own == kinds.amax(0))).numpy()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--yamnet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=COUNT, default=100, help="of each kind")
    args = parser.parse_args()
    if args.out.resolve() in args.yamnet.resolve().parents:
        raise SystemExit(f"{args.out}: is emptied; expected a folder that doesn't hold {args.yamnet}")
    try:
        yamnet = load_yamnet(args.yamnet).eval()
        listing.begin(args.out, [])
    except (OSError, ValueError, ImportError) as error:
        raise SystemExit(str(error)) from None
    rows, attempts = [], {}
    for place, (name, kind) in enumerate(KINDS.items()):
        (args.out / name).mkdir()
        found = tried = 0
        while found < args.clips:
            if tried >= PATIENCE * args.clips:
                raise SystemExit(f"{name}: of {tried} attempts YAMNet takes {found} for one")
            numbers = range(tried, tried + BATCH)
            sounds = np.stack([attempt(kind, [place, number]) for number in numbers])
            tried += BATCH
            for number, sound, is_one in zip(numbers, sounds, recognised(sounds, name, yamnet)):
                if not is_one or found == args.clips:
                    continue
                file = f"{name}/{number:05}.flac"
                soundfile.write(args.out / file, sound, RATE)
                rows.append([file, name, "train", f"{name}/{number}", "CC0", 1.0])
                found += 1
        attempts[name] = tried
    listing.write(args.out, KINDS, rows)
    print("; ".join(f"{name}: {args.clips} of {tried} attempts" for name, tried in attempts.items()))


if __name__ == "__main__":
    main()
