"""Chooses thresholds by false events an hour. Started by `run`."""

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines, show  # noqa: E402
from recordings import stream  # noqa: E402

# Each stream is heard as it is and as something like it would sound: further off, nearer, slower, faster. Level in dB, speed.
VARIANTS = ((0.0, 1.0), (-12.0, 1.0), (6.0, 1.0), (-4.0, 0.84), (-4.0, 1.19))


def scores(model: Path, samples: np.ndarray) -> np.ndarray:
    """[readings, labels] in 0..1, a reading a second, as `listen` gives them."""
    lines = json_lines(TACIT, "listen", model, "--input", "-", "--json", "--logits", given=samples.tobytes())
    logits = np.array([it["logits"] for it in lines if it["type"] == "labels"])
    return 1 / (1 + np.exp(-logits))


def turns_on(row: np.ndarray, threshold: float, off_below: float = 0.8) -> int:
    """How often an event begins in a row of scores: at the threshold, until one is under `off_below` of it."""
    count, on = 0, False
    for score in row:
        if not on and score >= threshold:
            count, on = count + 1, True
        elif on and score < off_below * threshold:
            on = False
    return count


def variant(samples: np.ndarray, level: float, speed: float) -> np.ndarray:
    places = np.arange(int((len(samples) - 1) / speed)) * speed
    changed = samples if speed == 1 else np.interp(places, np.arange(len(samples)), samples)
    return np.clip(np.round(changed * 10 ** (level / 20)), -32768, 32767).astype("<i2")


def steady_noises(minutes: float, rate: int, seed: int = 0) -> np.ndarray:
    """Made-up machines, pipes and ventilation, 15 s each: noise of a random spectrum, often with the harmonics of something
    that turns, often throbbing slowly. Nobody wants to be told of them."""
    rng, made, length = np.random.default_rng(seed), [], 15 * rate
    frequency = np.fft.rfftfreq(length, 1 / rate)
    for _ in range(round(minutes * 4)):
        octaves = np.log2(np.maximum(frequency, 20) / 1000)
        curve = -rng.uniform(0, 9) * octaves
        for _ in range(int(rng.integers(0, 5))):
            curve += rng.uniform(-12, 12) * np.exp(-(((octaves - rng.uniform(-5, 3)) / rng.uniform(0.2, 1.2)) ** 2))
        noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * 10 ** (curve / 20), length)
        noise /= noise.std()
        t = np.arange(length) / rate
        if rng.random() < 0.5:
            base = np.exp(rng.uniform(np.log(25), np.log(400)))
            tones = [np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6.3)) / k ** rng.uniform(0, 2) for k in range(1, 12)]
            noise = noise + sum(tones) * 10 ** (rng.uniform(-20, 6) / 20)
        if rng.random() < 0.5:
            noise = noise * (1 + rng.uniform(0, 0.6) * np.sin(2 * np.pi * np.exp(rng.uniform(-2, 2.3)) * t))
        made.append(noise / noise.std() * 10 ** (rng.uniform(-50, -12) / 20))
    return np.concatenate(made) * 32768


def lowest_quiet(rows: list[np.ndarray], hours: float, allowed: float, lowest: float, highest: float) -> float:
    """The lowest threshold at which these rows' events stay within `allowed` an hour."""
    for threshold in np.arange(lowest, highest, 0.01):
        if sum(turns_on(row, threshold) for row in rows) <= allowed * hours:
            return round(float(threshold), 2)
    return highest


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/thresholds/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--stream", action="append", required=True, metavar="RIGHT=PLACE")
    parser.add_argument("--allowed", type=float, default=0.1, help="false events of a label an hour")
    keep = "part of a label's own readings, in the streams where it is right, that a higher threshold must leave"
    parser.add_argument("--noises", type=float, default=0, metavar="MINUTES", help="of made-up steady noise, where nothing is right")
    parser.add_argument("--keep", type=float, default=0.95, help=keep)
    parser.add_argument("--lowest", type=float, default=0.4)
    parser.add_argument("--highest", type=float, default=0.92)
    options = parser.parse_args()
    about = show(options.model)
    labels, rate = about["labels"], about["input"]["sample_rate"]
    heard: list[tuple[set[str], np.ndarray]] = []
    for text in options.stream:
        right, _, place = text.partition("=")
        names = {name for name in right.split("+") if name}
        if not place or names - set(labels):
            sys.exit(f"--stream {text}: expected labels of the model, =, and recordings")
        samples = stream([Path(place)], rate).astype(np.float64)
        heard += [(names, scores(options.model, variant(samples, *change))) for change in VARIANTS]
    if options.noises:
        heard.append((set(), scores(options.model, variant(steady_noises(options.noises, rate), 0.0, 1.0))))
    chosen = []
    for index, label in enumerate(labels):
        rows = [table[:, index] for names, table in heard if label not in names]
        hours = sum(map(len, rows)) / 3600
        quiet = lowest_quiet(rows, hours, options.allowed, options.lowest, options.highest)
        # Where the label is known to be right a threshold may be as high as nearly all of its own readings are.
        own = [table[:, index] for names, table in heard if label in names]
        kept = float(np.quantile(np.concatenate(own), 1 - options.keep)) if own else 0.0
        chosen.append(max(quiet, min(options.highest, round(kept, 2))))
    path = options.adapter / "tacit.json"
    value = json.loads(path.read_text(encoding="utf-8"))
    if value["labels"] != labels:
        sys.exit(f"{path}: the labels are not those of {options.model}")
    value["thresholds"] = chosen
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)
    raised = sorted(((t, label) for t, label in zip(chosen, labels) if t > options.lowest), reverse=True)
    print(", ".join(f"{label} {t:.2f}" for t, label in raised), f"; all others {options.lowest:.2f}")


if __name__ == "__main__":
    main()
