"""Copies a fold of ESC-50, changed in one way at a time, and has `tacit eval` label it. Started by `run`."""

import argparse
import csv
import io
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from executables import TACIT, json_lines  # noqa: E402
from tacit_train.augment import in_room  # noqa: E402
from tacit_train.metrics import wilson  # noqa: E402


def coded(*encode: str):
    """Through an encoder and back, by ffmpeg."""

    def change(samples: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
        sound = io.BytesIO()
        soundfile.write(sound, samples, rate, format="WAV", subtype="PCM_16")
        quiet = ["ffmpeg", "-v", "error", "-nostdin"]
        with tempfile.TemporaryDirectory() as folder:
            # Named by the container: what comes back has to be a file, since some decoders need its length.
            packed = Path(folder) / ("a." + encode[0])
            subprocess.run([*quiet, "-i", "-", *encode[1:], packed], input=sound.getvalue(), check=True, capture_output=True)
            command = [*quiet, "-i", packed, "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"]
            out = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, "<f4")
        return np.pad(out, (0, max(0, len(samples) - len(out))))[: len(samples)]

    return change


def gained(decibels: float):
    return lambda samples, rate, rng: samples * np.float32(10 ** (decibels / 20))


def alone(seconds: float):
    """So much of a clip, where it is loudest, and nothing else: a short file."""

    def change(samples: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
        length = min(len(samples), int(seconds * rate))
        energy = np.concatenate([[0], np.cumsum(np.square(samples, dtype=np.float64))])
        start = int(np.argmax(energy[length:] - energy[:-length]))
        return samples[start : start + length]

    return change


# What is done to a clip: samples -1...1, their rate, draws that are the clip's own. What is beyond full scale is cut off.
CONDITIONS = {
    "as it is": lambda samples, rate, rng: samples,
    "in a room": lambda samples, rate, rng: in_room(samples, rate, rng),
    "20 dB quieter": gained(-20),
    "20 dB louder, cut off at full scale": gained(20),
    "MP3, 32 kbit/s": coded("mp3", "-b:a", "32k"),
    "Opus, 16 kbit/s": coded("opus", "-b:a", "16k"),
    "telephone (8 kHz, G.711)": coded("wav", "-ar", "8000", "-c:a", "pcm_mulaw"),
    "its loudest 2 s alone": alone(2),
    "its loudest second alone": alone(1),
}


def changed_copy(root: Path, split: str, change, out: Path) -> int:
    """The fold's clips, changed, in the data set's own layout; how many."""
    (out / "meta").mkdir(parents=True)
    (out / "audio").mkdir()
    with open(root / "meta/esc50.csv", newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream)]
    kept = [row for row in rows if split == "all" or split == f"fold-{row['fold']}"]
    with open(out / "meta/esc50.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        for row in kept:
            samples, rate = soundfile.read(root / "audio" / row["filename"], dtype="float32")
            # By the clip's name, so that every run and every split draws the same.
            rng = np.random.default_rng(zlib.crc32(row["src_file"].encode() + row["take"].encode()))
            name = str(Path(row["filename"]).with_suffix(".wav"))
            made = np.clip(change(samples, rate, rng), -1, 1 - 2**-15)
            soundfile.write(out / "audio" / name, made, rate, subtype="PCM_16")
            writer.writerow(row | {"filename": name})
    return len(kept)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/conditions/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path, metavar="ESC-50")
    parser.add_argument("--split", default="fold-5")
    parser.add_argument("--only", nargs="*", default=list(CONDITIONS), metavar="NAME", help=", ".join(CONDITIONS))
    options = parser.parse_args()
    if unknown := set(options.only) - set(CONDITIONS):
        sys.exit(f"no condition is called '{min(unknown)}', expected one of: {', '.join(CONDITIONS)}")
    if not (options.data / "meta/esc50.csv").is_file():
        sys.exit(f"{options.data}: no meta/esc50.csv in it")
    print("| heard | right | 95 % |\n| --- | --- | --- |")
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "set"
            count = changed_copy(options.data, options.split, CONDITIONS[name], place)
            if not count:
                sys.exit(f"{options.data}: no clips of {options.split}")
            summary = json_lines(
                TACIT, "eval", options.model, "--dataset", f"esc-50:{place}", "--split", options.split, "--json"
            )[0]
        low, high = wilson(round(summary["accuracy"] * count), count)
        print(f"| {name} | {summary['accuracy']:.2%} of {count} | {low:.1%} to {high:.1%} |", flush=True)


if __name__ == "__main__":
    main()
