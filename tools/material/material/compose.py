"""Renders own pieces with FluidSynth and a free sound font, as music beside the recordings."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from . import audio, catalogue, master, midi, plan, score

PACKAGE = "composed"
FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
FONT_TERMS = "rendered with FluidR3 GM (MIT, Frank Wen)"


class RenderError(Exception):
    """FluidSynth is not there or failed."""


def render(piece: score.Piece, seconds: float, font: Path) -> np.ndarray:
    """The first `seconds` of a piece, without mastering."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "piece.mid", Path(folder) / "piece.wav"
        source.write_bytes(midi.file_of(piece))
        command = ["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", "32000", "-R", "0", "-C", "0", "-F", target, font, source]
        try:
            done = subprocess.run(command, capture_output=True, text=True)
        except FileNotFoundError:
            raise RenderError("no fluidsynth on the path: apt-get install fluidsynth fluid-soundfont-gm") from None
        if done.returncode != 0 or not target.exists():
            raise RenderError(f"fluidsynth failed: {done.stderr.strip()[-200:]}")
        return audio.decode(target)[: int(seconds * audio.RATE)]


def one(index: int, out: Path, seconds: float, font: Path, quality: float) -> dict[str, str] | None:
    styles = sorted(score.STYLES)
    style = styles[index % len(styles)]
    samples = audio.trimmed(render(score.compose(style, index, seconds), seconds, font))
    if audio.fault(samples):
        return None
    samples = audio.faded(master.mastered(samples, np.random.default_rng(index)))
    path = f"audio/music/{PACKAGE}--{style}-{index:04d}.ogg"
    audio.encode(samples, out / path, quality)
    group = f"{PACKAGE}/{style}-{index:04d}"
    return {
        "file": path, "label": "music", "package": PACKAGE, "version": "1", "licence": "CC0-1.0",
        "source": f"style {style}, seed {index}", "seconds": f"{len(samples) / audio.RATE:.2f}",
        "split": plan.split_of(group), "group": group, "joined": "1", "synthetic": "1",
        "holders": f"this project; {FONT_TERMS}",
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="compose", description=__doc__)
    parser.add_argument("out", type=Path, help="the folder that collect wrote to")
    parser.add_argument("--pieces", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=8, help="of each piece (8)")
    parser.add_argument("--font", type=Path, default=FONT, help="the sound font")
    parser.add_argument("--quality", type=float, default=5, help="of the Vorbis encoder (-1 to 10; 5)")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    if not arguments.font.is_file():
        print(f"compose: {arguments.font}: no sound font there: apt-get install fluid-soundfont-gm", file=sys.stderr)
        return 66
    settings = (arguments.out, arguments.seconds, arguments.font, arguments.quality)
    try:
        with catalogue.of_package(arguments.out, PACKAGE):
            catalogue.replace(arguments.out, PACKAGE, [])
            for file in arguments.out.glob(f"audio/music/{PACKAGE}--*.ogg"):
                file.unlink()
            with ThreadPoolExecutor(arguments.jobs) as pool:
                rows = [row for row in pool.map(lambda index: one(index, *settings), range(arguments.pieces)) if row]
            catalogue.replace(arguments.out, PACKAGE, rows)
    except (RenderError, audio.AudioError) as error:
        print(f"compose: {error}", file=sys.stderr)
        return 69
    print(f"{len(rows)} pieces, {sum(float(row['seconds']) for row in rows) / 60:.1f} minutes")
    return 0
