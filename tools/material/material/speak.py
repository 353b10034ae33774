"""Reads own sentences with free synthetic voices, at varied speed and pitch, as speech beside the recordings."""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import audio, catalogue, plan

PACKAGE = "spoken"
SENTENCES = """
The kettle is on, so sit down and tell me about your day.
I left the keys on the table next to the blue bowl.
Could you please turn the radio down a little?
Tomorrow it will rain in the morning and clear up by noon.
My sister is coming over for dinner on Saturday.
Has anybody fed the cat, or is she only pretending again?
We need bread, two litres of milk, apples and some cheese.
The train was late, and then the next one was late as well.
Don't forget to close the window before you go to bed.
He said that the meeting had been moved to a quarter past three.
I have never seen so many birds in one tree.
There was a letter for you, but I can't remember where I put it.
If you walk along the river, you will come to an old stone bridge.
What time does the library close on Fridays?
She laughed, shook her head, and went back to her book.
The washing machine has stopped, can you hang up the clothes?
Nobody knows why the light in the hall keeps flickering.
First you peel the potatoes, then you cut them into thin slices.
I think we should paint this room yellow, or perhaps light green.
Thank you very much for calling, and have a pleasant evening.
The children built a tent out of chairs and an old blanket.
Well, that is not quite what I meant, let me try again.
Please hold the door, my hands are full.
In the autumn we collect chestnuts in the park behind the school.
""".strip().split("\n")

Speaker = Callable[[str, Path, random.Random], list[str]]


def flite(voice: str) -> Speaker:
    def command(text: str, target: Path, rng: random.Random) -> list[str]:
        stretch = f"duration_stretch={rng.uniform(0.8, 1.25):.2f}"
        return ["flite", "-voice", voice, "--setf", stretch, "-t", text, "-o", str(target)]

    return command


def espeak(voice: str) -> Speaker:
    def command(text: str, target: Path, rng: random.Random) -> list[str]:
        speed, height = str(rng.randint(125, 195)), str(rng.randint(25, 75))
        return ["espeak-ng", "-v", voice, "-s", speed, "-p", height, "-w", str(target), text]

    return command


VOICES: dict[str, tuple[Speaker, str, str]] = {
    **{f"flite-{v}": (flite(v), "CC0-1.0", "own sentences, spoken by flite") for v in ("kal16", "awb", "rms", "slt")},
    **{
        f"espeak-{v}": (espeak(v), "CC0-1.0", "own sentences, spoken by eSpeak NG")
        for v in ("en-us", "en-gb+f2", "en-us+f4", "en-gb+m3", "en-gb-scotland+m7", "en-gb-x-rp+f5")
    },
}


def one(voice: str, sentence: int, out: Path, quality: float) -> dict[str, str] | None:
    speaker, licence, holders = VOICES[voice]
    rng = random.Random(f"{voice}/{sentence}")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "speech.wav"
        subprocess.run(speaker(SENTENCES[sentence], target, rng), capture_output=True, check=True)
        samples = audio.trimmed(audio.decode(target))
    if audio.fault(samples):
        return None
    samples = audio.faded(samples * 10 ** (rng.uniform(-12, 0) / 20))
    path = f"audio/speech/{PACKAGE}--{voice}-{sentence:02d}.ogg"
    audio.encode(samples, out / path, quality)
    group = f"{PACKAGE}/{voice}"
    return {
        "file": path, "label": "speech", "package": PACKAGE, "version": "1", "licence": licence,
        "source": f"voice {voice}, sentence {sentence}", "seconds": f"{len(samples) / audio.RATE:.2f}",
        "split": plan.split_of(group), "group": group, "joined": "1", "synthetic": "1", "holders": holders,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="speak", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder that collect wrote to")
    parser.add_argument("--sentences", type=int, default=len(SENTENCES), help="of each voice")
    parser.add_argument("--quality", type=float, default=5, help="of the Vorbis encoder (-1 to 10; 5)")
    arguments = parser.parse_args()
    rows = []
    try:
        with catalogue.of_package(arguments.out, PACKAGE):
            catalogue.replace(arguments.out, PACKAGE, [])
            for file in arguments.out.glob(f"audio/speech/{PACKAGE}--*.ogg"):
                file.unlink()
            for index, voice in enumerate(VOICES):
                for step in range(min(arguments.sentences, len(SENTENCES))):
                    # Voices start at different sentences, so that few sentences a voice still cover all of them.
                    row = one(voice, (5 * index + step) % len(SENTENCES), arguments.out, arguments.quality)
                    rows += [row] if row else []
            catalogue.replace(arguments.out, PACKAGE, rows)
    except FileNotFoundError as error:
        print(f"speak: {error.filename} is not on the path: apt-get install flite espeak-ng", file=sys.stderr)
        return 69
    except (subprocess.CalledProcessError, audio.AudioError) as error:
        print(f"speak: {error}", file=sys.stderr)
        return 70
    print(f"{len(rows)} sentences, {sum(float(row['seconds']) for row in rows) / 60:.1f} minutes")
    return 0
