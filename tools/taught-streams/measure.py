"""Taught labels and corrections in streams. Started by `run`."""

import argparse
import shlex
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT, json_lines, output, show  # noqa: E402
from recordings import mono, recordings  # noqa: E402

NAME = "taught"
# Seconds between occurrences, and how much behind the end of one its event may come.
BETWEEN, LATE = 8, 2


def events(
    model: Path, labels: Path | None, name: str, samples: np.ndarray, options: argparse.Namespace
) -> list[float]:
    """When events of a label turn on, in seconds."""
    words = ["--labels", labels] if labels else []
    words += ["--threshold", options.threshold] if options.threshold is not None else []
    words += shlex.split(options.listen)
    lines = json_lines(
        TACIT, "listen", model, "--input", "-", "--raw", "--json", "--only", name, *words, given=samples.astype("<i2").tobytes()
    )
    return [line["time"] for line in lines if line["type"] == "event" and line["state"] == "on"]


def loud(samples: np.ndarray, rate: int) -> np.ndarray:
    """From the first to the last tenth of a second within 30 dB of the loudest, at most four seconds."""
    size = rate // 10
    frames = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    power = (frames**2).mean(1)
    there = np.flatnonzero(power > 1e-3 * power.max()) if len(power) else np.array([0])
    return samples[there[0] * size : (there[-1] + 1) * size][: 4 * rate]


def mixed(
    background: np.ndarray, sounds: list[np.ndarray], level: float, rate: int
) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """One sound after another in the background, each `level` dB above what it is mixed into, and where they are."""
    gap, spans, parts, place = BETWEEN * rate, [], [], 0
    for sound in sounds:
        length = gap + len(sound) + gap // 2
        bed = np.take(background, np.arange(place, place + length), mode="wrap").astype(np.float64)
        place += length
        under = bed[gap : gap + len(sound)]
        gain = 10 ** (level / 20) * np.sqrt((under**2).mean() / max((sound.astype(np.float64) ** 2).mean(), 1e-9))
        bed[gap : gap + len(sound)] += gain * sound
        start = sum(map(len, parts)) + gap
        spans.append((start / rate, (start + len(sound)) / rate))
        parts.append(bed * min(1, 32000 / max(np.abs(bed).max(), 1)))
    return np.round(np.concatenate(parts)), spans


def measure_events(options: argparse.Namespace, rate: int) -> None:
    rng = np.random.default_rng(options.seed)
    files = recordings(options.events)
    files = [files[i] for i in rng.permutation(len(files))]
    taught, heard = files[: options.examples], files[options.examples : options.examples + options.count]
    places = recordings(options.background)
    # What it is taught to be quiet in is not what it is heard in.
    known, others = places[::2], places[1::2]
    background = np.concatenate([mono(path, rate) for path in others])
    samples, spans = mixed(background, [loud(mono(path, rate), rate) for path in heard], options.level, rate)
    with tempfile.TemporaryDirectory() as scratch:
        labels = Path(scratch) / "my.labels"
        pieces = []
        for path in known:
            sound = mono(path, rate)
            # Ten seconds of each recording, in four pieces.
            for index in range(4):
                piece = Path(scratch) / f"{len(pieces)}.wav"
                start = len(sound) * index // 4
                soundfile.write(piece, sound[start : start + 5 * rate // 2], rate)
                pieces.append(piece)
        output(TACIT, "learn", options.model, "--background", *pieces, "--labels", labels)
        output(TACIT, "learn", options.model, NAME, *taught, "--labels", labels)
        found = events(options.model, labels, NAME, samples, options)
        hit = sum(any(start <= time <= end + LATE for time in found) for start, end in spans)
        stray = sum(not any(start <= time <= end + LATE for start, end in spans) for time in found)
        print(f"{options.events.name}, {options.examples} examples: {hit} of {len(spans)} occurrences at {options.level:g} dB; "
              f"{stray} events beside them in {len(samples) / rate / 60:.1f} minutes")  # fmt: skip
        own = {path.resolve() for path in files}
        for place in options.other:
            # A list of speech may hold what is taught, too.
            paths = [path for path in recordings(place) if path.resolve() not in own]
            other = np.concatenate([mono(path, rate) for path in paths])
            count, hours = len(events(options.model, labels, NAME, other, options)), len(other) / rate / 3600
            print(f"  in {place.name}: {count} events in {60 * hours:.1f} minutes, {count / hours:.1f} an hour")


def measure_corrections(options: argparse.Namespace, rate: int) -> None:
    wrong = [mono(path, rate) for path in recordings(options.wrong)]
    first, second = np.concatenate(wrong[::2]), np.concatenate(wrong[1::2])
    window = show(options.model)["input"]
    times = events(options.model, None, options.correct, first, options)[: options.examples]
    if not times:
        sys.exit(f"{options.correct} is never said in every other recording of {options.wrong}: there is nothing to correct")
    right = [mono(path, rate) for path in recordings(options.right)]

    def heard(labels: Path | None) -> int:
        silence = np.zeros(BETWEEN * rate, "<i2")
        samples = np.concatenate([part for sound in right for part in (sound, silence)])
        starts = np.cumsum([0] + [len(sound) + len(silence) for sound in right])
        found = np.array(events(options.model, labels, options.correct, samples, options)) * rate
        return len({int(np.searchsorted(starts, time, "right")) for time in found})

    with tempfile.TemporaryDirectory() as scratch:
        labels = Path(scratch) / "my.labels"
        for index, time in enumerate(times):
            piece = Path(scratch) / f"{index}.wav"
            end = int(time * rate)
            soundfile.write(piece, first[max(0, end - 5 * rate) : end], rate)
            output(TACIT, "learn", options.model, "--not", options.correct, piece, "--labels", labels)
        before, after = (len(events(options.model, it, options.correct, second, options)) for it in (None, labels))
        print(f"{options.correct}, {len(times)} corrections ({window['kind']}): {before} events in {len(second) / rate / 60:.1f} "
              f"minutes of {options.wrong.name} before, {after} after; of {len(right)} true ones {heard(None)} heard before, "
              f"{heard(labels)} after")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/taught-streams/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--events", type=Path, help="recordings of what is taught: some to teach by, the others to hear")
    parser.add_argument("--background", type=Path, help="recordings of a household: every other one to teach by")
    parser.add_argument("--other", type=Path, nargs="+", default=[], help="recordings in which no event belongs")
    parser.add_argument("--correct", metavar="LABEL", help="one of the model's own")
    parser.add_argument("--wrong", type=Path, help="recordings in which it is said wrongly")
    parser.add_argument("--right", type=Path, help="recordings of it")
    parser.add_argument("--threshold", type=float, help="of the label, instead of its own")
    parser.add_argument("--listen", default="", metavar="OPTIONS", help="further options of `tacit listen`, as one text")
    parser.add_argument("--examples", type=int, default=5)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--level", type=float, default=10, help="dB above the background")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rate = show(options.model)["input"]["sample_rate"]
    if options.correct:
        measure_corrections(options, rate)
    else:
        measure_events(options, rate)


if __name__ == "__main__":
    main()
