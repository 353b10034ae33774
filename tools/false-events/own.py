"""Counts the recordings whose own label turns on. Started by `own`."""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines, show  # noqa: E402
from recordings import mono, recordings  # noqa: E402

# Faint noise, as of a quiet room: deviation in steps of 16 bits.
FLOOR = 10


def spans(clips: list[np.ndarray], rate: int, quiet: float, seed: int = 0) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """All clips as one stream, and from when to when in seconds each may be told of: until the next begins."""
    rng = np.random.default_rng(seed)
    parts, starts, position = [], [], 0
    for clip in clips:
        pause = np.round(rng.standard_normal(round(quiet * rate)) * FLOOR).astype("<i2")
        parts += [pause, clip]
        starts.append((position + len(pause)) / rate)
        position += len(pause) + len(clip)
    return np.concatenate(parts), list(zip(starts, [*starts[1:], position / rate]))


def is_told(lines: list[dict], label: str, begin: float, end: float) -> bool:
    """Whether the label is on at any time within: turned on there, or on from before."""
    on = False
    for line in lines:
        if line["type"] == "event" and line["label"] == label:
            if line["time"] > end:
                break
            on = line["state"] == "on"
            if on and line["time"] > begin:
                return True
        elif line["type"] == "labels" and on and begin < line["time"] <= end:
            return True
    return False


def clips_of(text: str) -> list[dict[str, str]]:
    """`file` and `label` of each, from a list or of all recordings in a place."""
    label, _, place = text.partition("=")
    if place:
        return [{"file": str(path), "label": label} for path in recordings(Path(place))]
    with open(text, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/false-events/own", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("clips", metavar="CLIPS.csv|LABEL=PLACE")
    parser.add_argument("--quiet", type=float, default=0, metavar="SECONDS")
    options = parser.parse_args()
    about = show(options.model)
    rows = clips_of(options.clips)
    if unknown := {row["label"] for row in rows} - set(about["labels"]):
        sys.exit(f"{options.clips}: no label of the model is called {min(unknown)}")
    rate = about["input"]["sample_rate"]
    clips = [mono(Path(row["file"]), rate) for row in rows]
    command = [TACIT, "listen", options.model, "--input", "-", "--raw", "--json"]
    if options.quiet:
        samples, places = spans(clips, rate, options.quiet)
        lines = json_lines(*command, given=samples.tobytes())
        found = [(row["label"], is_told(lines, row["label"], *place)) for row, place in zip(rows, places)]
    else:
        told = [json_lines(*command, given=clip.tobytes()) for clip in clips]
        # What is shorter than a window is never labelled, and counts for nothing.
        found = [(row["label"], is_told(it, row["label"], -1, np.inf)) for it, row in zip(told, rows) if it]
    right = [label for label, is_found in found if is_found]
    print(f"{len(right)} of {len(found)} clips are told of by their own label: {np.mean([it for _, it in found]):.2%}")
    never = {label for label, _ in found} - set(right)
    print(f"of no clip: {', '.join(sorted(never)) or 'none'}")


if __name__ == "__main__":
    main()
