"""What a model tells of in an hour of several things, label by label, as a table. Started by `table`."""

import argparse
import collections
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from count import interval  # noqa: E402
from executables import TACIT, json_lines, show  # noqa: E402
from recordings import stream  # noqa: E402


def told(model: Path, samples: np.ndarray) -> collections.Counter:
    lines = json_lines(TACIT, "listen", model, "--input", "-", "--raw", "--json", given=samples.tobytes())
    return collections.Counter(it["label"] for it in lines if it["type"] == "event" and it["state"] == "on")


def row(name: str, right: set[str], events: collections.Counter, minutes: float) -> str:
    """A line of the table: how often something else than `right` was told, and what, most often first."""
    wrong = sum(count for label, count in events.items() if label not in right)
    low, high = (60 * bound / minutes for bound in interval(wrong))
    what = ", ".join(f"{label} {count}" for label, count in sorted(events.items(), key=lambda it: (-it[1], it[0])))
    rate = f"{60 * wrong / minutes:.1f} an hour ({low:.1f} to {high:.1f})"
    return f"| {name} | {minutes:.1f} | {wrong}: {rate} | {what or 'nothing'} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/false-events/table", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("streams", nargs="+", metavar="NAME=RIGHT=PLACE", help="RIGHT: labels with commas, or nothing")
    parser.add_argument("--silence", type=float, default=0, metavar="MINUTES", help="of zeros, as a last row")
    parser.add_argument("--out", type=Path, metavar="FILE.md")
    options = parser.parse_args()
    about = show(options.model)
    rate = about["input"]["sample_rate"]
    lines = ["| an hour of | minutes | events that are something else (95 %) | all events, by label |", "| --- | --- | --- | --- |"]
    for text in options.streams:
        name, right, place = (*text.split("=", 2), "", "")[:3]
        labels = {label for label in right.split(",") if label}
        if not place or labels - set(about["labels"]):
            sys.exit(f"{text}: expected a name, =, labels of the model with commas between, =, and recordings")
        samples = stream([Path(place)], rate)
        lines.append(row(name, labels, told(options.model, samples), len(samples) / rate / 60))
    if options.silence:
        silence = np.zeros(round(options.silence * 60 * rate), "<i2")
        lines.append(row("silence", set(), told(options.model, silence), options.silence))
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
