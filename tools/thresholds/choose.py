"""Chooses thresholds by false events an hour and by what is missed. Started by `run`."""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from choosing import STEP, grid_of, mistaken, place_of, quietest, recall  # noqa: E402
from events import Settings, smoothed, times_on, readings_in  # noqa: E402
from executables import TACIT, json_lines, show  # noqa: E402
from recordings import mono, recordings  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from tacit_train.arguments import RATE, WEIGHT, number  # noqa: E402
from tacit_train.files import load_json  # noqa: E402
from tacit_train.noises import coloured, played, steady_noises  # noqa: E402
from tacit_train.readers import DataError  # noqa: E402
from tacit_train.readers.base import read_table  # noqa: E402

# Each stream is heard as it is and as something like it would sound: further off, nearer, slower, faster. Level in dB, speed.
VARIANTS = ((0.0, 1.0), (-12.0, 1.0), (6.0, 1.0), (-4.0, 0.84), (-4.0, 1.19))
SCORE = number(0.01, 0.99)


def heard(model: Path, samples: np.ndarray) -> tuple[np.ndarray, float]:
    """Scores [readings, labels] of samples -1...1, a reading a second, as `listen` gives them; seconds between two."""
    whole = np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2")
    lines = json_lines(TACIT, "listen", model, "--input", "-", "--raw", "--json", "--logits", given=whole.tobytes())
    lines = [line for line in lines if line["type"] == "labels"]
    if len(lines) < 2:
        sys.exit(f"a stream gives {len(lines)} readings; expected recordings of some minutes")
    scores = 1 / (1 + np.exp(-np.array([line["logits"] for line in lines])))
    return scores, lines[1]["time"] - lines[0]["time"]


def variants(place: Path, rate: int, minutes: float, rng: np.random.Generator) -> list[np.ndarray]:
    parts = [mono(path, rate) / 32768 for path in recordings(place)]
    whole = np.concatenate(parts)
    made = [played(whole, speed) * 10 ** (level / 20) for level, speed in VARIANTS]
    return made + ([coloured(parts, minutes, rate, rng)] if minutes else [])


def own_clips(model: Path, path: Path, labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Scores of the first window of each recording, and which label is its own."""
    try:
        rows = read_table(path, ("file", "label"))
    except DataError as error:
        sys.exit(str(error))
    for number, row in enumerate(rows, start=2):
        if row["label"] not in labels:
            sys.exit(f"{path}, line {number}: {model} has no label {row['label']!r}")
    if not rows:
        sys.exit(f"{path}: no recordings in it")
    lines = json_lines(TACIT, "classify", model, *[row["file"] for row in rows], "--windows", "--json", "--logits")
    first: dict[str, list[float]] = {}
    for line in lines:
        first.setdefault(line["path"], line["logits"])
    scores = 1 / (1 + np.exp(-np.array([first[row["file"]] for row in rows])))
    return scores, np.array([labels.index(row["label"]) for row in rows])


def kept_part(text: str) -> tuple[str, float]:
    """`LABEL=PART`, a part of the whole."""
    label, _, part = text.partition("=")
    if not 0 < float(part or -1) <= 1:
        raise ValueError(text)
    return label, float(part)


def allowed_in(text: str) -> tuple[Path, float]:
    """`PLACE=N`, so many false events an hour, more than none."""
    place, _, number = text.rpartition("=")
    if not place or not 0 < float(number) < np.inf:
        raise ValueError(text)
    return Path(place), float(number)


def sure_of(right: str) -> set[str]:
    """The labels of RIGHT that are right all the time."""
    return {name for name in right.split("+") if name and name[0] != "~"}


def misplaced(options: argparse.Namespace) -> str | None:
    """Why limits of single labels don't go with those of all, or with one another."""
    at_least = dict(options.at_least)
    sure = {name for text in options.stream for name in sure_of(text.partition("=")[0])}
    if found := sure & {name for name, _ in options.at_most}:
        return f"--at-most {min(found)}: streams where it is right give its threshold; --keep is what lowers it"
    for name, score in options.lowest_of:
        if score > options.lowest:
            return f"--lowest-of {name}={score}: above --lowest {options.lowest}; --at-least is what raises it"
    for name, score in options.at_least:
        if score > options.highest:
            return f"--at-least {name}={score}: above --highest {options.highest}"
    for name, score in options.at_most:
        if score < at_least.get(name, dict(options.lowest_of).get(name, options.lowest)):
            return f"--at-most {name}={score}: below the label's lowest"
    return None


@dataclass(frozen=True)
class Stream:
    """What is listened to: RIGHT and PLACE as they are given, no place for noises that are made up, and how many false events an
    hour are allowed in it."""

    right: str
    place: Path | None
    allowed: float
    varied: bool = False
    """Whether it is heard as what sounds like it as well."""


def streams_of(options: argparse.Namespace) -> list[Stream]:
    given = [(right, Path(place)) for right, _, place in (text.partition("=") for text in options.stream)]
    streams = [Stream(right, place, options.allowed, varied=True) for right, place in given]
    # Of what is hard or made up there are no variants.
    streams += [Stream("", *each) for each in options.hard]
    return streams + [Stream("", None, options.allowed)] * bool(options.noises)


@dataclass(frozen=True)
class Heard:
    """What a model made of a stream."""

    rates: np.ndarray
    """[thresholds, labels]: false events an hour."""
    minutes: float
    own: dict[str, list[np.ndarray]]
    """Readings of the labels that are right all the time."""


@dataclass(frozen=True)
class Listener:
    """The model that thresholds are chosen for, and what it is heard with."""

    options: argparse.Namespace
    labels: list[str]
    rate: int
    grid: np.ndarray
    settings: Settings
    rng: np.random.Generator

    def sounds(self, stream: Stream) -> list[np.ndarray]:
        if stream.place is None:
            return [steady_noises(self.options.noises, self.rate, self.rng)]
        if not stream.varied:
            return [np.concatenate([mono(path, self.rate) / 32768 for path in recordings(stream.place)])]
        return variants(stream.place, self.rate, 0 if sure_of(stream.right) else self.options.coloured, self.rng)

    def hear(self, stream: Stream) -> Heard:
        labels, settings = self.labels, self.settings
        names = {name.lstrip("~") for name in stream.right.split("+") if name}
        if names - set(labels):
            sys.exit(f"--stream {stream.right}={stream.place}: expected labels of the model, =, and recordings")
        counts, hours, own = 0, 0.0, {name: [] for name in sure_of(stream.right)}
        for samples in self.sounds(stream):
            scores, hop = heard(self.options.model, samples)
            counts = counts + times_on(scores, self.grid, settings, hop)
            hours += len(scores) * hop / 3600
            for name, readings in own.items():
                plain = scores[:, labels.index(name)]
                even = smoothed(plain[:, None], readings_in(settings.smooth, hop))[:, 0]
                readings.append(np.concatenate([plain, even]))
        counts[:, [labels.index(name) for name in names]] = 0
        return Heard(counts / hours, 60 * hours, own)


def lowest_of_each(options: argparse.Namespace, labels: list[str]) -> dict[str, float]:
    return {label: options.lowest for label in labels} | dict(options.lowest_of)


def bounds(
    options: argparse.Namespace, labels: list[str], grid: np.ndarray, streams: list[Heard]
) -> tuple[np.ndarray, np.ndarray]:
    """[labels], [labels]: the first and the last place in the grid that each may have."""
    highest = np.full(len(labels), len(grid) - 1)
    lowest = np.zeros(len(labels), int)
    own: dict[str, list[np.ndarray]] = {}
    for stream in streams:
        for name, parts in stream.own.items():
            own.setdefault(name, []).extend(parts)
    for name, parts in own.items():
        # Where a label is known to be right its threshold is as high as nearly all of its own readings are.
        limit = np.quantile(np.concatenate(parts), 1 - dict(options.keep).get(name, 0.95))
        place = int(np.clip((limit - grid[0]) / STEP, 0, len(grid) - 1))
        highest[labels.index(name)] = lowest[labels.index(name)] = place
    for name, score in [*lowest_of_each(options, labels).items(), *options.at_least]:
        lowest[labels.index(name)] = max(lowest[labels.index(name)], place_of(score, grid))
    for name, score in options.at_most:
        highest[labels.index(name)] = min(highest[labels.index(name)], int(np.searchsorted(grid, score + 1e-9)) - 1)
    return lowest, np.maximum(lowest, highest)


def write(path: Path, value: dict, chosen: np.ndarray, settings: Settings) -> None:
    """Puts thresholds and settings into what `tacit.json` holds, before what is said of the whole model."""
    value["thresholds"] = [round(float(t), 2) for t in chosen]
    value["events"] = settings.to_json()
    ordered = {key: value[key] for key in value if key not in ("metrics", "license", "sources")}
    ordered |= {key: value[key] for key in ("metrics", "license", "sources") if key in value}
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def most_of(numbers: np.ndarray, labels: list[str], count: int) -> str:
    """The labels that have most, but for those that have none."""
    return ", ".join(f"{labels[k]} {numbers[k]:.1f}" for k in np.argsort(-numbers)[:count] if numbers[k])


def tell_thresholds(chosen: np.ndarray, labels: list[str], lowest: float) -> None:
    raised = sorted(((t, label) for t, label in zip(chosen, labels) if abs(t - lowest) > STEP / 2), reverse=True)
    print(", ".join(f"{label} {t:.2f}" for t, label in raised), f"; all others {lowest:.2f}")


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/thresholds/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--stream", action="append", required=True, metavar="RIGHT=PLACE")
    hard = "recordings in which nothing is right, harder than any hour of life, and how many false events an hour are allowed in them"
    parser.add_argument("--hard", type=allowed_in, action="append", default=[], metavar="PLACE=N", help=hard)
    parser.add_argument("--own", type=Path, required=True, metavar="CLIPS.csv")
    parser.add_argument("--allowed", type=RATE, default=3, help="false events an hour, of all labels, in each stream")
    parser.add_argument("--mistaken", type=RATE, default=30, help="wrong labels that 100 of the clips may reach")
    parser.add_argument("--noises", type=WEIGHT, default=0, metavar="MINUTES", help="of made-up steady noise, where nothing is right")
    parser.add_argument("--coloured", type=WEIGHT, default=0, metavar="MINUTES", help="of each background in other colours")
    keep = "part of a label's own readings, in the streams where it is right, that its threshold leaves"
    parser.add_argument("--keep", type=kept_part, action="append", default=[], metavar="LABEL=PART", help=keep + " (0.95)")
    parser.add_argument("--lowest", type=SCORE, default=0.4)
    lower = "a label's own --lowest, below that of all: for labels that were lowered; what --keep says may be higher"
    parser.add_argument("--lowest-of", type=kept_part, action="append", default=[], metavar="LABEL=SCORE", help=lower)
    least = "a label's own lowest threshold, for what is known to fire and is in no stream"
    parser.add_argument("--at-least", type=kept_part, action="append", default=[], metavar="LABEL=SCORE", help=least)
    most = "a label's own highest threshold, for what is known to be right and is in no stream"
    parser.add_argument("--at-most", type=kept_part, action="append", default=[], metavar="LABEL=SCORE", help=most)
    parser.add_argument("--highest", type=SCORE, default=0.96)
    for name, standard in (("smooth", 0.0), ("on-after", 0.0), ("off-below", 0.8), ("off-after", 0.0)):
        kind = number(0, 1) if name == "off-below" else WEIGHT
        parser.add_argument(f"--{name}", type=kind, default=standard, help="as of `tacit listen`")
    options = parser.parse_args()
    if options.lowest > options.highest:
        parser.error(f"--lowest {options.lowest:g} is above --highest {options.highest:g}; expected it to be no more")
    return options


def main() -> None:
    options = parsed()
    settings = Settings(options.smooth, options.on_after, options.off_below, options.off_after)
    path = options.adapter / "tacit.json"
    try:
        value = load_json(path)
    except DataError as error:
        sys.exit(str(error))
    about = show(options.model)
    labels, rate = about["labels"], about["input"]["sample_rate"]
    if value.get("labels") != labels:
        sys.exit(f"{path}: the labels are not those of {options.model}")
    own_lowest = lowest_of_each(options, labels)
    if unknown := [name for name in (*own_lowest, *dict(options.at_least), *dict(options.at_most)) if name not in labels]:
        sys.exit(f"--lowest-of, --at-least, --at-most: {options.model} has no label {unknown[0]}")
    if refused := misplaced(options):
        sys.exit(refused)

    grid = grid_of(options.lowest, min(own_lowest.values()), options.highest)
    listener = Listener(options, labels, rate, grid, settings, np.random.default_rng(0))
    streams = streams_of(options)
    told = [listener.hear(stream) for stream in streams]
    scores, truth = own_clips(options.model, options.own, labels)
    wrong = mistaken(scores, truth, len(labels), grid)
    rates, allowed = [each.rates for each in told] + [wrong], [each.allowed for each in streams] + [options.mistaken]
    places = quietest(rates, recall(scores, truth, len(labels), grid), allowed, *bounds(options, labels, grid, told))
    chosen = grid[places]
    write(path, value, chosen, settings)

    tell_thresholds(chosen, labels, options.lowest)
    reached = scores[np.arange(len(truth)), truth] >= chosen[truth]
    print(f"own label reached by {reached.mean():.1%} of {len(truth)} clips")
    false = wrong[places, np.arange(len(labels))]
    print(f"a hundred clips reach {false.sum():.1f} wrong labels: {most_of(false, labels, 8)}")
    for stream, each in zip(streams, told):
        false = each.rates[places, np.arange(len(labels))]
        count = f"{false.sum():.1f} false events an hour: {most_of(false, labels, 5) or 'none'}"
        print(f"{stream.place or 'made-up noises'}: {each.minutes:.0f} minutes, {count}")


if __name__ == "__main__":
    main()
