"""Recordings of three made-up sounds of a house, a doorbell, three knocks and a machine's beeps, each the same every time but heard
from other places in other rooms: OUT/{doorbell,knocks,beeps}/NN.wav.

    python tools/taught-streams/chimes.py OUT

Two seconds at most, so far shorter than a window of `sound`. They are heard once to teach by and then as they come.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from tacit_train.augment import coloured_noise, in_room  # noqa: E402

RATE = 16_000


def seconds(length: float) -> np.ndarray:
    return np.arange(int(length * RATE)) / RATE


def at(length: float, parts: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Parts from their times on, together as loud as can be."""
    whole = np.zeros(int(length * RATE))
    for start, part in parts:
        begin = int(start * RATE)
        whole[begin : begin + len(part)] += part
    return whole / np.abs(whole).max()


def doorbell() -> np.ndarray:
    """Two strokes of a bell, a third apart."""

    def stroke(pitch: float, length: float) -> np.ndarray:
        t = seconds(length)
        partials = [(1, 1, 2.2), (2.01, 0.5, 3.5), (2.98, 0.35, 5), (4.1, 0.2, 8), (5.4, 0.12, 12)]
        return sum(loud * np.exp(-decay * t) * np.sin(2 * np.pi * pitch * times * t) for times, loud, decay in partials)

    return at(1.9, [(0, stroke(659, 1.2)), (0.55, stroke(523, 1.3))])


def knocks() -> np.ndarray:
    """Three knocks on a box."""
    rng, t = np.random.default_rng(3), seconds(0.25)

    def knock() -> np.ndarray:
        ring = np.exp(-30 * t) * np.sin(2 * np.pi * 410 * t) + 0.6 * np.exp(-60 * t) * np.sin(2 * np.pi * 1130 * t)
        return ring + 0.5 * np.exp(-200 * t) * rng.standard_normal(len(t))

    return at(1.0, [(0.28 * k, knock()) for k in range(3)])


def beeps() -> np.ndarray:
    """Four beeps of a machine that is done."""
    t = seconds(0.22)
    beep = np.sin(2 * np.pi * 2048 * t) * (1 + 0.3 * np.sin(2 * np.pi * 4096 * t))
    return at(1.6, [(0.4 * k, beep) for k in range(4)])


def heard(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In a room, softer or louder, with a little noise, and some silence around it."""
    before, behind = (np.zeros(int(length * RATE)) for length in (rng.uniform(0.1, 0.8), rng.uniform(0.2, 0.8)))
    sound = in_room(np.concatenate([before, sound, behind]).astype(np.float32), RATE, rng)
    sound = sound / np.abs(sound).max() * 10 ** (-rng.uniform(3, 20) / 20)
    return (sound + 10 ** (-rng.uniform(50, 65) / 20) * coloured_noise(len(sound), 1.0, rng)).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=45, help="recordings of each")
    options = parser.parse_args()
    for kind, make in enumerate((doorbell, knocks, beeps)):
        folder = options.out / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for index in range(options.count):
            rng = np.random.default_rng([kind, index])
            soundfile.write(folder / f"{index:02}.wav", heard(make(), rng), RATE)


if __name__ == "__main__":
    main()
