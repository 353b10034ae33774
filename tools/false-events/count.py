"""Streams recordings through `tacit listen`, with the model's own thresholds and waits, and counts how often an event turns
on. Started by `run`."""

import argparse
import collections
import sys
from pathlib import Path

from scipy.stats import chi2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines, show  # noqa: E402
from recordings import stream  # noqa: E402


def interval(count: int) -> tuple[float, float]:
    """95 % interval of the mean of a Poisson number (Garwood 1936)."""
    low = chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
    return float(low), float(chi2.ppf(0.975, 2 * count + 2) / 2)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/false-events/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("places", type=Path, nargs="+", metavar="PLACE", help="a recording, a folder, or a .txt of names")
    parser.add_argument("--right", default="", help="labels that are no mistake here, commas between")
    options = parser.parse_args()
    about = show(options.model)
    right = {name for name in options.right.split(",") if name}
    if unknown := right - set(about["labels"]):
        sys.exit(f"{options.model}: no label {', '.join(sorted(unknown))}")
    samples = stream(options.places, about["input"]["sample_rate"])
    lines = json_lines(TACIT, "listen", options.model, "--input", "-", "--json", given=samples.tobytes())
    events = collections.Counter(it["label"] for it in lines if it["type"] == "event" and it["state"] == "on")
    minutes = len(samples) / about["input"]["sample_rate"] / 60
    wrong = sum(count for label, count in events.items() if label not in right)
    low, high = (60 * bound / minutes for bound in interval(wrong))
    print(f"{minutes:.1f} minutes, {sum(events.values())} events; not {options.right or 'anything'}: {wrong}, "
          f"{60 * wrong / minutes:.1f} an hour (95 %: {low:.1f} to {high:.1f})")  # fmt: skip
    print(", ".join(f"{label} {count}" for label, count in events.most_common()))


if __name__ == "__main__":
    main()
