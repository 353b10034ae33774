"""Instruments to learn from, their sound's features or a metric: a listing for `--data listing:OUT` of short phrases and single
notes, rendered by FluidSynth from free sound fonts, a label a General MIDI program or percussion key.

    apt-get install fluidsynth fluid-soundfont-gm musescore-general-soundfont
    pip install soxr
    python recipes/instruments.py --out OUT

What is among the ten classes of FSDKaggle2018 that tools/few-shot is measured by is left out, whole programs of it and the
ensembles it is part of, so that these stay classes that no training saw. Every clip has a seed of its own.
"""

from __future__ import annotations

import argparse
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
import soxr  # noqa: E402
from tacit_train.__main__ import told  # noqa: E402
from tacit_train.arguments import COUNT  # noqa: E402
from tacit_train.augment import coloured_noise, in_room  # noqa: E402
from tacit_train.readers import listing  # noqa: E402

RATE, SECONDS, SPACING = 16_000, 5.0, 7.0
FONTS = {
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"): "Fluid (R3) GM, Frank Wen and contributors [MIT]",
    Path("/usr/share/sounds/sf3/MuseScore_General_Full.sf3"): (
        "MuseScore General, S. Christian Collins, after Fluid (R3) by Frank Wen and Fluid (R3) Mono by Michael Cowgill, with "
        "samples by Ethan Winer, Michael Schorsch, Amir Oosman, Sam Gossner, Simon Dalzell and Elan Hickler [MIT, parts CC0 or "
        "public domain]"
    ),
}
"""Sound fonts of Debian, all under LICENCE, and who made them. Others aren't taken: nobody would be credited for them."""
LICENCE = "MIT"
LEFT_OUT = {
    **dict.fromkeys((24, 25), "acoustic guitar"), **dict.fromkeys((32, 43), "double bass"), 42: "cello", 71: "clarinet",
    73: "flute", **dict.fromkeys((64, 65, 66, 67), "saxophone"), **dict.fromkeys((40, 110), "violin"),
    **dict.fromkeys((44, 45, 48, 49), "violins and cellos"), **dict.fromkeys((*range(96, 104), *range(120, 128)), "effects"),
}  # fmt: skip
"""Programs, counted from 0."""
LEFT_OUT_KEYS = {40, 42, 44, 46}
"""Keys of the percussion channel: snare drum and hi-hat; those of the bass drum and the other snare lie below PERCUSSION."""
PERCUSSION = range(39, 82)
RANGES = {0: (36, 90), 1: (60, 96), 2: (36, 84), 3: (40, 76), 4: (28, 52), 5: (43, 84), 6: (40, 80), 7: (40, 80), 8: (50, 84),
          9: (60, 90), 10: (45, 84), 11: (40, 80), 12: (40, 84), 13: (45, 80), 14: (45, 80), 15: (40, 84)}  # fmt: skip
"""Lowest and highest key of each eight programs."""

Note = tuple[float, float, int, int]  # start and length in seconds, key, velocity


def phrase(rng: np.random.Generator, low: int, high: int) -> list[Note]:
    """One note, a run of notes, or chords."""
    centre = int(rng.integers(low, high + 1))
    loud = int(rng.integers(40, 125))

    def note(start: float, length: float, key: int) -> Note:
        return start, length, min(max(key, low - 5), high + 5), int(np.clip(loud + rng.integers(-15, 16), 20, 127))

    kind = rng.random()
    if kind < 0.45:
        return [note(0, float(np.exp(rng.uniform(np.log(0.1), np.log(4.5)))), centre)]
    beat, at, notes = float(np.exp(rng.uniform(np.log(0.12), np.log(0.9)))), 0.0, []
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.5 else np.array([0, 2, 3, 5, 7, 8, 10])
    degree, held = 0, rng.uniform(0.4, 1.1)
    while at < SECONDS - 0.2:
        step = beat * rng.choice([0.5, 1, 1, 2])
        degree = int(np.clip(degree + rng.integers(-3, 4), -7, 7))
        for above in (0, 2, 4) if kind > 0.8 else (0,):
            place = degree + above
            notes.append(note(at, step * held, centre + 12 * (place // 7) + int(scale[place % 7])))
        at += step
    return notes


def beats(rng: np.random.Generator, key: int) -> list[Note]:
    loud, kind = int(rng.integers(50, 127)), rng.random()
    if kind < 0.5:
        return [(0.0, 0.5, key, loud)]
    beat, at, notes = float(np.exp(rng.uniform(np.log(0.1), np.log(0.8)))), 0.0, []
    while at < SECONDS - 0.2:
        notes.append((at, 0.1, key, int(np.clip(loud + rng.integers(-25, 15), 20, 127))))
        at += beat * rng.choice([0.5, 1, 1, 1])
    return notes


def midi(phrases: list[list[Note]], channel: int, program: int) -> bytes:
    """Format 0, 1000 ticks a second, one phrase after the other, SPACING apart."""

    def length(value: int) -> bytes:
        out = [value & 0x7F]
        while value := value >> 7:
            out.append(value & 0x7F | 0x80)
        return bytes(reversed(out))

    events = [(0, 0, b"\xff\x51\x03" + (500_000).to_bytes(3, "big")), (0, 0, bytes([0xC0 | channel, program]))]
    for index, notes in enumerate(phrases):
        for start, held, key, velocity in notes:
            first = round(1000 * (index * SPACING + start))
            last = max(first + 1, round(1000 * (index * SPACING + min(start + held, SECONDS))))
            events += [(first, 2, bytes([0x90 | channel, key, velocity])), (last, 1, bytes([0x80 | channel, key, 0]))]
    events.append((round(1000 * len(phrases) * SPACING), 3, b"\xff\x2f\x00"))
    body, now = b"", 0
    for at, _, message in sorted(events):
        body, now = body + length(at - now) + message, at
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 500) + b"MTrk" + struct.pack(">I", len(body)) + body


def rendered(font: Path, content: bytes) -> np.ndarray:
    """Mono, at RATE."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.mid", Path(folder) / "a.wav"
        source.write_bytes(content)
        command = ["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "44100", "-R", "0", "-C", "0",
                   "-o", "synth.dynamic-sample-loading=1", "-F", target, font, source]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not target.exists():
            raise SystemExit(f"fluidsynth failed: {done.stderr.strip()[-200:]}")
        samples, rate = soundfile.read(target, dtype="float32", always_2d=True)
    return soxr.resample(samples.mean(1), rate, RATE)


def recorded(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """As somebody may have recorded it: cut, in a room, with noise, without the highest frequencies, soft or loud."""
    peak = np.abs(samples).max()
    if peak < 1e-4:
        return None
    over = np.flatnonzero(np.abs(samples) > 0.01 * peak)
    samples = samples[max(0, over[0] - int(rng.uniform(0, 0.1) * RATE)) : over[-1] + RATE // 10]
    samples = samples[: int(np.exp(rng.uniform(np.log(0.6), np.log(SECONDS))) * RATE)] / peak
    if rng.random() < 0.4:
        samples = in_room(samples, RATE, rng)
    if rng.random() < 0.3:
        spectrum = np.fft.rfft(samples)
        spectrum[int(len(spectrum) * rng.uniform(0.4, 0.95)) :] = 0
        samples = np.fft.irfft(spectrum, len(samples)).astype(np.float32)
    if rng.random() < 0.5:
        level = samples.std() * 10 ** (-rng.uniform(15, 50) / 20)
        samples = samples + level * coloured_noise(len(samples), float(rng.choice([0, 1, 2])), rng)
    fade = min(len(samples), RATE // 50)
    samples[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    return samples / np.abs(samples).max() * 10 ** (-rng.uniform(0, 22) / 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fonts", type=Path, nargs="+", default=list(FONTS), help="some of those that FONTS credits")
    parser.add_argument("--clips", type=COUNT, default=20, help="of each label from each sound font, of percussion from the first")
    args = parser.parse_args()
    for font in args.fonts:
        if font.resolve() not in FONTS:
            raise SystemExit(f"{font}: expected one of {', '.join(map(str, FONTS))}")
    kinds = [(f"program-{it:03}", 0, it, None) for it in range(128) if it not in LEFT_OUT]
    kinds += [(f"percussion-{it}", 9, 0, it) for it in PERCUSSION if it not in LEFT_OUT_KEYS]
    rows, labels = [], []
    for number, (name, channel, program, key) in enumerate(kinds):
        (args.out / name).mkdir(parents=True, exist_ok=True)
        count = 0
        for place, font in enumerate(args.fonts if key is None else args.fonts[:1]):
            rng = np.random.default_rng([number, place])
            clips = args.clips
            phrases = [beats(rng, key) if key else phrase(rng, *RANGES[program // 8]) for _ in range(clips)]
            sound = rendered(font, midi(phrases, channel, program))
            for index in range(clips):
                start = int(index * SPACING * RATE)
                samples = recorded(sound[start : start + int(SPACING * RATE)], rng)
                if samples is None:  # not every font has every percussion key
                    continue
                file = f"{name}/{font.stem}-{index:02}.ogg"
                soundfile.write(args.out / file, samples, RATE)
                rows.append([file, name, "train", f"{font.stem}/{name}", LICENCE, 1.0])
                count += 1
        if count:
            labels.append(name)
    listing.write(args.out, labels, rows)
    makers = [f"- {FONTS[font.resolve()]}\n" for font in args.fonts]
    (args.out / "credits.md").write_text(
        "\n# Sound fonts that notes and phrases were rendered from\n\n" + "".join(makers), encoding="utf-8"
    )
    print(f"{len(rows)} clips of {len(labels)} instruments")


if __name__ == "__main__":
    with told("recipes/instruments.py"):
        main()
