"""Counts what a model tells of falsely where nothing happens, before and after it has heard the place. Started by `place`."""

import argparse
import subprocess
import sys
import tempfile
import wave
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines, show  # noqa: E402
from own import clips_of, is_told  # noqa: E402
from recordings import mono, recordings  # noqa: E402


def write(path: Path, samples: np.ndarray, rate: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


class Listener:
    """`listen` with one model and the flags of all runs."""

    def __init__(self, model: Path, flags: list[str]):
        self.model, self.flags = model, flags

    def lines(self, samples: np.ndarray, *more) -> list[dict]:
        command = [TACIT, "listen", self.model, "--input", "-", "--raw", "--json", *self.flags, *more]
        return json_lines(*command, given=samples.tobytes())

    def events(self, samples: np.ndarray, *more) -> list[str]:
        return [x["label"] for x in self.lines(samples, *more) if x["type"] == "event" and x["state"] == "on"]

    def tells(self, samples: np.ndarray, label: str, *more) -> bool:
        return is_told(self.lines(samples, *more), label, -1, np.inf)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/false-events/place", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("places", type=Path, help="recordings of places where nothing happens: a folder or a .txt of names")
    parser.add_argument("--first", type=float, default=20, metavar="SECONDS", help="of each are learned, the rest is listened to")
    parser.add_argument("--own", metavar="CLIPS.csv", help="clips of which the labels that are held back must go on being told")
    parser.add_argument("--listen", default="", metavar="FLAGS", help="for listen, as one argument")
    options = parser.parse_args()
    about = show(options.model)
    rate, names = about["input"]["sample_rate"], about["labels"]
    listener = Listener(options.model, options.listen.split())
    clips: dict[str, list[np.ndarray]] = {}
    for row in clips_of(options.own) if options.own else []:
        clips.setdefault(row["label"], []).append(mono(Path(row["file"]), rate))
    totals = Counter()
    print("| place | held back | events in the rest | after |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for number, place in enumerate(recordings(options.places)):
            samples, first = mono(place, rate), round(options.first * rate)
            labels = Path(folder) / f"{number}.labels"
            heard = write(Path(folder) / "heard.wav", samples[:first], rate)
            learn = [TACIT, "learn", options.model, "--background", heard, "--labels", labels]
            told = subprocess.run(list(map(str, learn)), capture_output=True, text=True, check=True).stdout
            _, found, tail = told.rpartition("held back where it is as in the background: ")
            # A label may have commas of its own.
            held = [label for label in names if found and f", {label}, " in f", {tail.strip()}, "]
            before = listener.events(samples[first:])
            after = listener.events(samples[first:], "--labels", labels)
            print(f"| {place.stem} | {', '.join(held)} | {', '.join(before)} | {', '.join(after)} |", flush=True)
            totals.update(seconds=len(samples[first:]) / rate, before=len(before), after=len(after))
            for label in held:
                own = [clip for clip in clips.get(label, []) if listener.tells(clip, label)]
                totals.update(told=len(own), still=sum(listener.tells(clip, label, "--labels", labels) for clip in own))
    print(f"\nIn {totals['seconds'] / 60:.1f} minutes {totals['before']} events, after a place was heard {totals['after']}.")
    if options.own:
        print(f"Of {totals['told']} clips told of by a label that is held back, {totals['still']} still are.")


if __name__ == "__main__":
    main()
