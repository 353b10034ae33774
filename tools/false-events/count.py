"""Streams recordings through `tacit listen` and counts how often an event turns on. Started by `run`."""

import argparse
import collections
import sys
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines, show  # noqa: E402

SUFFIXES = {".wav", ".flac", ".ogg", ".oga", ".mp3"}


def recordings(folders: list[Path]) -> list[Path]:
    found = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    if not found:
        sys.exit(f"no recordings below {', '.join(map(str, folders))}")
    return found


def mono(path: Path, rate: int) -> np.ndarray:
    samples, own = soundfile.read(path, dtype="float32", always_2d=True)
    if own != rate:
        sys.exit(f"{path}: {own} Hz; the model wants {rate} Hz")
    return np.clip(np.round(samples.mean(1) * 32768), -32768, 32767).astype("<i2")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/false-events/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    rate = show(options.model)["input"]["sample_rate"]
    stream = np.concatenate([mono(path, rate) for path in recordings(options.folders)])
    lines = json_lines(TACIT, "listen", options.model, "--input", "-", "--json", given=stream.tobytes())
    events = collections.Counter(it["label"] for it in lines if it["type"] == "event" and it["state"] == "on")
    hours = len(stream) / rate / 3600
    total = sum(events.values())
    print(f"{hours:.3f} hours, {total} events: {total / hours:.1f} an hour")
    print(", ".join(f"{label} {count}" for label, count in events.most_common()))


if __name__ == "__main__":
    main()
