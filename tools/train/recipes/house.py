"""The sounds of a house to train `sound` on: a listing for `--data listing:OUT`, labels ESC-50's, `speech` and `music`.

    python recipes/house.py --esc-50 DATA/esc-50 --speech-commands DATA/speech-commands --background DATA/background \\
        --material MATERIAL --out OUT [--wake-words DATA/wake-words] [--instruments INSTRUMENTS] [--chores CHORES] \\
        [--traffic TRAFFIC]

ESC-50's folds 1 to 4 under CC0 and CC BY; words of Speech Commands' training speakers, joined to phrases by speaker;
half of the recordings in `background`; what `tools/material/collect` gathered; and, where asked, phrases and notes that
recipes/instruments.py rendered, `music` but for percussion, noises that recipes/chores.py made up, which are nothing, and
engines, aircraft, horns and sirens of recipes/traffic.py. Files are linked, phrases written.

`OUT/streams` gets lists of what is left, for tools/thresholds and tools/false-events: NAME-choose.txt to choose thresholds
by, NAME-measure.txt to measure with. None of it is in the listing, but for the background to choose by, which is trained
on: the other half is for measuring alone. `OUT/streams/own.csv` has the clips of folds 1 to 4 whose licences aren't free, by
which is seen what thresholds miss, and `own-measure.csv` fold 5.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(folder) for folder in Path(__file__).resolve().parents[1:3]]
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/train/requirements.txt")
import numpy as np  # noqa: E402
import soundfile  # noqa: E402
from tacit_train.readers import DataError, listing  # noqa: E402
from tacit_train.readers.base import read_table  # noqa: E402

FREE = {"CC0", "CC-BY"}
SPEAKERS, WORDS = 420, 5
RATE = 16_000
# How much of what is drawn is of these; each of ESC-50's clips counts 1.
SPEECH, MUSIC, NOTHING = 260.0, 260.0, 110.0
INSTRUMENTS = 400.0
CHORES = 150.0
TRAFFIC = 120.0
# The half of `background` that is trained on, and what of it has a label.
BACKGROUND = {
    "household/aircon_0": "", "household/aircon_2": "", "household/dishwasher_0": "", "household/dishwasher_2": "",
    "household/street_0": "", "household/vacuuming_0": "vacuum_cleaner", "household/vacuuming_2": "vacuum_cleaner",
    "speech-commands/doing_the_dishes": "", "speech-commands/pink_noise": "",
}  # fmt: skip
# What other sounds of `material` are, by a part of their names; those that none fits are left out.
OTHER = [
    (r"cattle|cow_", "cow"), (r"chicken", "hen"), (r"rooster", "rooster"), (r"pig_", "pig"), (r"sheep", "sheep"),
    (r"crow|raven", "crow"), (r"rain(?!ed)", "rain"), (r"thunder", "thunderstorm"), (r"wind(?!_chime)", "wind"),
    (r"water-wave|wavecrash|waverocky", "sea_waves"), (r"open_fire|fire_fire|fire_large|fire_small", "crackling_fire"),
    (r"nightcrickets", "crickets"), (r"firework", "fireworks"), (r"engine_", "engine"), (r"sfx-horn", "car_horn"),
    (r"mstep", "footsteps"), (r"exotic-birds|forest\d", "chirping_birds"),
    (r"elephant|lion_|horse_attack|mine_metal|mine_stone|anvil|stonegate|lava|hum$|vinyl|static-radio", ""),
]  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """What the sources say of their recordings, row by row; `notes` as rows of the listing."""

    clips: list[dict[str, str]]
    words: list[dict[str, str]]
    material: list[dict[str, str]]
    notes: list[list]
    fonts: str  # who made what the notes were rendered from
    chores: list[list]
    traffic: list[list]


def read(args: argparse.Namespace) -> Tables:
    notes, fonts = ([], "") if args.instruments is None else instruments(args.instruments)
    return Tables(
        read_table(args.esc_50 / "meta/esc50.csv", ("filename", "fold", "target", "category", "src_file", "licence")),
        read_table(args.speech_commands / "meta/words.csv", ("filename", "label", "speaker", "split")),
        read_table(
            args.material / "meta/material.csv",
            ("file", "label", "package", "version", "licence", "split", "group", "holders"),
        ),
        notes, fonts,
        [] if args.chores is None else made_up(args.chores, "chores", "train", "choose", is_nothing=True),
        [] if args.traffic is None else made_up(args.traffic, "traffic", "train"),
    )  # fmt: skip


@dataclass(frozen=True)
class Phrase:
    """Words by one speaker with short pauses, some 5 s."""

    speaker: str
    words: list[tuple[Path, int]]  # each with the samples of silence behind it

    @property
    def name(self) -> str:
        return f"phrases/{self.speaker}.ogg"

    def write(self, out: Path) -> None:
        (out / "phrases").mkdir(exist_ok=True)
        parts = []
        for path, pause in self.words:
            parts += [soundfile.read(path, dtype="float32")[0], np.zeros(pause, np.float32)]
        soundfile.write(out / self.name, np.concatenate(parts), RATE, format="OGG", subtype="VORBIS", compression_level=0.4)


def phrases(root: Path, words: list[dict[str, str]]) -> list[Phrase]:
    speakers: dict[str, list[Path]] = {}
    for row in words:
        if row["split"] == "train" and row["label"] != "silence" and row["speaker"]:
            speakers.setdefault(row["speaker"], []).append(root / "audio" / row["filename"])
    rng = np.random.default_rng(0)
    planned = []
    for speaker in sorted(speakers, key=lambda s: (-len(speakers[s]), s))[:SPEAKERS]:
        files = [speakers[speaker][index] for index in rng.permutation(len(speakers[speaker]))[:WORDS]]
        planned.append(Phrase(speaker, [(file, int(rng.uniform(0, 0.3) * RATE)) for file in files]))
    for file in (file for phrase in planned for file, _ in phrase.words):
        try:
            found = soundfile.info(file)
        except (OSError, soundfile.SoundFileError) as error:
            raise DataError(f"{file}: {error}") from None
        if (found.samplerate, found.channels) != (RATE, 1):
            raise DataError(f"{file}: {found.samplerate} Hz, {found.channels} channels; expected {RATE} and 1")
    return planned


def instruments(root: Path) -> tuple[list[list], str]:
    """Rows of rendered phrases and notes, and who made the sound fonts. A rhythm of percussion is music and one stroke is none,
    which their names don't tell."""
    rows = []
    for row in read_table(root / "listing.csv", listing.COLUMNS):
        label = "" if row["labels"].startswith("percussion") else "music"
        rows.append([f"instruments/{row['file']}", label, "train", f"instruments/{row['group']}", row["licence"], 0.0])
    if not rows:
        raise DataError(f"{root / 'listing.csv'}: no recordings")
    try:
        return rows, (root / "credits.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError(f"{root / 'credits.md'}: no such file; recipes/instruments.py writes it") from None


def made_up(root: Path, kind: str, *splits: str, is_nothing: bool = False) -> list[list]:
    """Rows of what a recipe of that name made up, with its labels or as nothing."""
    rows = [
        [f"{kind}/{row['file']}", "" if is_nothing else row["labels"], row["split"], f"{kind}/{row['group']}", row["licence"], 0.0]
        for row in read_table(root / "listing.csv", listing.COLUMNS)
    ]
    if {row[2] for row in rows} != set(splits):
        wanted = f"split{'s' * (len(splits) > 1)} {' and '.join(splits)}"
        raise DataError(f"{root / 'listing.csv'}: expected recordings of the {wanted}; recipes/{kind}.py writes it")
    return rows


def credits(material: list[dict[str, str]], files: set[str]) -> str:
    """Who made what of `material` is in the listing, by package."""
    counts: dict[tuple, int] = {}
    for row in material:
        if row["file"] in files:
            key = (row["package"], row["version"], row["licence"], row["holders"])
            counts[key] = counts.get(key, 0) + 1
    lines = [f"- {p} {v}: {holders} [{licence}], {n} excerpts" for (p, v, licence, holders), n in sorted(counts.items())]
    head = "\n# Speech, music and sounds from Debian's packages\n\nResampled, cut, joined and encoded anew.\n\n"
    return head + "\n".join(lines) + "\n"


def write_streams(args: argparse.Namespace, tables: Tables, out: Path) -> None:
    test = [row for row in tables.material if row["split"] == "test"]
    kept = {label: [args.material / row["file"] for row in test if row["label"] == label] for label in ("speech", "music")}
    words = [row for row in tables.words if row["split"] == "test" and row["label"] != "silence"]
    noises = {p.relative_to(args.background).with_suffix("").as_posix(): p for p in sorted(args.background.rglob("*.ogg"))}
    wakes = sorted((args.wake_words or Path("none")).rglob("*.ogg"))
    lists = {
        "speech-choose": kept["speech"] + wakes[::2],
        "speech-measure": [args.speech_commands / "audio" / row["filename"] for row in words] + wakes[1::2],
        "music-choose": kept["music"],
        "background-choose": [path for name, path in noises.items() if name in BACKGROUND],
        "background-measure": [path for name, path in noises.items() if name not in BACKGROUND],
    }
    if tables.chores:
        lists["chores-choose"] = [args.out / row[0] for row in tables.chores if row[2] == "choose"]
    out.mkdir()
    own = {
        "own": [row for row in tables.clips if row["fold"] != "5" and row["licence"] not in FREE],
        "own-measure": [row for row in tables.clips if row["fold"] == "5"],
    }
    for name, rows in own.items():
        with open(out / f"{name}.csv", "w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "label"])
            writer.writerows([(args.esc_50 / "audio" / row["filename"]).resolve(), row["category"]] for row in rows)
    for name, paths in lists.items():
        (out / f"{name}.txt").write_text("".join(f"{path.resolve()}\n" for path in paths), encoding="utf-8")


def labels_of(clips: list[dict[str, str]], table: Path) -> list[str]:
    names: dict[int, str] = {}
    for number, row in enumerate(clips, start=2):
        if not row["target"].isdecimal():
            raise DataError(f"{table}, line {number}: target {row['target']!r}; expected a whole number")
        names[int(row["target"])] = row["category"]
    if sorted(names) != list(range(len(names))):
        raise DataError(f"{table}: expected clips of every target from 0 on")
    return [names[i] for i in range(len(names))] + ["speech", "music"]


def recordings_of(args: argparse.Namespace, tables: Tables) -> tuple[list[str], list[list], list[Phrase], str]:
    """Labels; rows of the listing; what has to be written of them; and how many there are of each kind, in words."""
    labels = labels_of(tables.clips, args.esc_50 / "meta/esc50.csv")
    if strange := {row[1] for row in tables.traffic} - set(labels):
        raise DataError(f"{args.traffic / 'listing.csv'}: label {min(strange)!r}, which ESC-50 doesn't have")
    rows: list[list] = []
    for row in tables.clips:
        if row["fold"] != "5" and row["licence"] in FREE:
            file, group = f"esc-50/audio/{row['filename']}", f"esc-50/{row['src_file']}"
            rows.append([file, row["category"], "train", group, row["licence"], 1.0])
    planned = phrases(args.speech_commands, tables.words)
    speech = [[phrase.name, "speech", "train", f"speaker/{phrase.speaker}", "CC-BY", 0.0] for phrase in planned]
    music, other = [], []
    for row in tables.material:
        if row["split"] != "train":
            continue
        entry = [f"material/{row['file']}", row["label"], "train", row["group"], row["licence"], 0.0]
        if row["label"] == "other":
            label = next((label for pattern, label in OTHER if re.search(pattern, Path(row["file"]).stem)), None)
            if label is not None:
                other.append([*entry[:1], label, *entry[2:5], 0.7])
        else:
            (speech if row["label"] == "speech" else music).append(entry)
    nothing = [
        [f"background/{name}.ogg", label, "train", name, "CC0" if name.startswith("h") else "CC-BY", 0.0]
        for name, label in BACKGROUND.items()
    ]
    unwanted = [row for row in tables.chores if row[2] == "train"]
    parts = [(speech, SPEECH), (music, MUSIC), (nothing, NOTHING)]
    parts += [(tables.notes, INSTRUMENTS), (unwanted, CHORES), (tables.traffic, TRAFFIC)]
    for part, weight in parts:
        for row in part:
            row[5] = round(weight / len(part), 6)
    counts = f"{len(speech)} of speech, {len(music)} of music, {len(other)} others, {len(nothing)} of background"
    counts += f", {len(tables.notes)} of instruments, {len(unwanted)} of chores, {len(tables.traffic)} of traffic"
    return labels, rows + speech + music + other + nothing + tables.notes + unwanted + tables.traffic, planned, counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("esc-50", "speech-commands", "background", "material", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--wake-words", type=Path)
    parser.add_argument("--instruments", type=Path, help="what recipes/instruments.py wrote")
    parser.add_argument("--chores", type=Path, help="what recipes/chores.py wrote")
    parser.add_argument("--traffic", type=Path, help="what recipes/traffic.py wrote")
    args = parser.parse_args()
    sources = {"esc-50": args.esc_50, "background": args.background, "material": args.material}
    for name in ("instruments", "chores", "traffic"):
        if (place := getattr(args, name)) is not None:
            sources[name] = place
    others = [args.speech_commands, *([args.wake_words] if args.wake_words else [])]
    try:
        tables = read(args)
        labels, rows, planned, counts = recordings_of(args, tables)
        for row in rows + tables.chores:
            place, _, file = row[0].partition("/")
            if place != "phrases" and not (sources[place] / file).is_file():
                raise DataError(f"{sources[place] / file}: no such file")
        listing.begin(args.out, [*sources.values(), *others])
    except DataError as error:
        raise SystemExit(str(error)) from None
    for name, place in sources.items():
        (args.out / name).symlink_to(place.resolve())
    for phrase in planned:
        phrase.write(args.out)
    listing.write(args.out, labels, rows)
    said = credits(tables.material, {row[0].removeprefix("material/") for row in rows})
    (args.out / "credits.md").write_text(said + tables.fonts, encoding="utf-8")
    write_streams(args, tables, args.out / "streams")
    print(f"{len(rows)} recordings: {counts}")


if __name__ == "__main__":
    main()
