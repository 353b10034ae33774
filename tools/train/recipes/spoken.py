"""Words to learn a metric from: a listing for `--data listing:OUT` of single words and pairs of words that come up in a text,
each read by synthetic voices, a label a word.

    apt-get install espeak-ng flite
    pip install soxr
    python recipes/spoken.py --text DATA/gutenberg/heldout.txt.xz --out OUT

The wake words that tools/few-shot and tools/taught-streams are measured by are left out, and what they are made of.
"""

from __future__ import annotations

import argparse
import collections
import lzma
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import soxr  # noqa: E402
from tacit_train.__main__ import told  # noqa: E402
from tacit_train.arguments import COUNT, SEED  # noqa: E402
from tacit_train.augment import in_room  # noqa: E402
from tacit_train.readers import DataError, listing  # noqa: E402

RATE = 16_000
LEFT_OUT = {"alexa", "computer", "compute", "jarvis", "smart", "mirror", "snowboy", "snow", "view", "glass"}
FLITE = ["kal16", "awb", "rms", "slt"]
ACCENTS = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029"]
VARIANTS = ["", "+f1", "+f2", "+f3", "+f4", "+f5", "+m1", "+m2", "+m3", "+m4", "+m5", "+m6", "+m7"]


def words_of(text: Path, count: int, rng: np.random.Generator) -> list[str]:
    """Words of 4 to 11 letters that are neither rare nor the most frequent; two of five are pairs."""
    try:
        with lzma.open(text, "rt", encoding="utf-8") as stream:
            found = collections.Counter(re.findall(r"(?<![\w'])[a-z]{4,11}(?![\w'])", stream.read()))
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{text}: {error}; expected a text, .xz") from None
    known = [word for word, _ in found.most_common(6000)[300:] if word not in LEFT_OUT]
    chosen = [known[i] for i in rng.permutation(len(known))]
    pairs = count * 2 // 5
    if count + pairs > len(chosen):
        raise DataError(f"--words {count}: {text} has no more than {len(chosen)} words that fit, two for each pair")
    return [f"{chosen[2 * i]} {chosen[2 * i + 1]}" for i in range(pairs)] + chosen[2 * pairs : count + pairs]


def spoken(word: str, voice: int, rng: np.random.Generator) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "a.wav"
        if voice < len(FLITE):
            stretch = f"duration_stretch={rng.uniform(0.7, 1.3):.2f}"
            command = ["flite", "-voice", FLITE[voice], "--setf", stretch, "-t", word, "-o", target]
        else:
            name = rng.choice(ACCENTS) + rng.choice(VARIANTS)
            settings = ["-s", str(rng.integers(115, 215)), "-p", str(rng.integers(15, 85))]
            command = ["espeak-ng", "-v", name, *settings, "-w", target, word]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not target.exists():
            raise DataError(f"{command[0]} failed: {done.stderr.strip()[-200:]}")
        samples, own = soundfile.read(target, dtype="float32", always_2d=True)
    # A head of another size.
    return soxr.resample(samples.mean(1), own * float(np.exp(rng.uniform(-0.12, 0.12))), RATE)


def read_aloud(word: str, number: int, args: argparse.Namespace) -> list[list]:
    """Writes the word's clips; rows of the listing."""
    rows, name = [], word.replace(" ", "-")
    (args.out / name).mkdir(parents=True, exist_ok=True)
    for voice in range(args.times):
        rng = np.random.default_rng([args.seed, number, voice])
        samples = spoken(word, voice, rng)
        over = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
        if not len(over):
            continue
        samples = samples[max(0, over[0] - RATE // 20) : over[-1] + RATE // 20]
        if rng.random() < 0.5:
            samples = in_room(samples, RATE, rng)
        samples = samples / np.abs(samples).max() * 10 ** (-rng.uniform(0, 18) / 20)
        file = f"{name}/{voice:02}.ogg"
        soundfile.write(args.out / file, samples, RATE)
        rows.append([file, name, "train", f"voice-{voice}", "CC0", 1.0])
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, required=True, help="a text, .xz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--words", type=COUNT, default=300)
    parser.add_argument("--times", type=COUNT, default=16, help="that each is read")
    parser.add_argument("--seed", type=SEED, default=1)
    args = parser.parse_args()
    words = words_of(args.text, args.words, np.random.default_rng(args.seed))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = [row for read in pool.map(lambda number: read_aloud(words[number], number, args), range(len(words))) for row in read]
    listing.write(args.out, (word.replace(" ", "-") for word in words), rows)
    print(f"{len(rows)} clips of {len(words)} words")


if __name__ == "__main__":
    with told("recipes/spoken.py"):
        main()
