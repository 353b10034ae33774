"""`chain`: from raw text to labels, every stage small, by one command.

Text, a base, an adapter, `tacit-convert`, `tacit verify`, `tacit eval`: whether the parts fit together, in minutes. The
model that comes out is a toy. Without DATA/gutenberg the text is made up, without DATA/speech-commands the sounds are
(tones of three heights).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from .arguments import COUNT
from .metrics import wilson

HERE = Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
RATE = 16000
TONES = {"low": 200, "middle": 800, "high": 3200}


@dataclass(frozen=True)
class Size:
    base: str
    steps: int
    text_lines: int
    """Of made-up text."""
    clips: int
    """Of made-up sounds, a class, to train on."""


LARGE = Size(
    "--layers 4 --width 128 --heads 4 --context 128 --vocabulary 1024 --tokenizer-mb 1 --text-mb 3 --tokens 6e5",
    500,
    40_000,
    60,
)
SMALL = Size(
    "--layers 2 --width 64 --heads 2 --context 64 --vocabulary 400 --tokenizer-mb 0.1 --text-mb 0.1 --tokens 2e4 "
    "--warm-up 4 --batch 8",
    80,
    1_500,
    16,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    data = os.environ.get("TACIT_DATA")
    add("--data", type=Path, default=data and Path(data), help="folder of the data sets; default: TACIT_DATA, if set")
    add("--out", type=Path, default=HERE / "runs/chain", help="folder for all that is made")
    add("--small", action="store_true", help="the smallest setting, on made-up text and sounds: for tests")
    add("--threads", type=COUNT, default=1, help="matrices as small as these gain little from more")
    release = Path(os.environ.get("TACIT_BIN", ROOT / ".build/release"))
    add("--executables", type=Path, default=release, help="folder of tacit and tacit-convert; default: TACIT_BIN")


def main(args: argparse.Namespace) -> None:
    for name in ("tacit", "tacit-convert"):
        if not (args.executables / name).is_file():
            raise SystemExit(f"no {name} in {args.executables}: run swift build -c release first")
    size, out = SMALL if args.small else LARGE, args.out
    out.mkdir(parents=True, exist_ok=True)
    data = None if args.small else args.data
    began = time.monotonic()
    text, heldout = stage("text", lambda: find_text(data, out, size))
    sounds = stage("sounds", lambda: find_sounds(data, out, size))
    train_data, test_data, split = sounds
    base, adapter, model = out / "base", out / "adapter", out / "model.gguf"
    threads = ("--threads", str(args.threads))
    tool = (sys.executable, "-m", "tacit_train")
    pretrain = [*tool, "pretrain", "--text", text, "--heldout", heldout, *size.base.split(), *threads]
    stage("base", lambda: call(*pretrain, "--run", out / "base-run", "--out", base))
    adapt = [*tool, "adapt", "--base", base, "--data", train_data, "--split", "train", *threads]
    adapt += "--input waveform --patch 400 --window 40 --patch-hidden 128 --train-norms --shift 0.1 --flip".split()
    adapt += ["--batch", "16", "--lr", "2e-3", "--steps", str(size.steps), "--validate-epochs", "1e9"]
    stage("adapter", lambda: call(*adapt, "--run", out / "adapter-run", "--out", adapter))
    convert = (args.executables / "tacit-convert", "--base", base, "--adapter", adapter, "-o", model)
    stage("convert", lambda: call(*convert))
    stage("verify", lambda: call(args.executables / "tacit", "verify", model))
    evaluate = [args.executables / "tacit", "eval", model, "--dataset", test_data, "--json", *threads]
    answer = stage("eval", lambda: call(*evaluate, *(("--split", split) if split else ()), capture=True))
    conclude(json.loads(answer.splitlines()[-1]), adapter)
    print(f"all stages: {time.monotonic() - began:.1f} s", flush=True)


def stage(name: str, work):
    print(f"== {name}", flush=True)
    began = time.monotonic()
    result = work()
    print(f"   {name}: {time.monotonic() - began:.1f} s", flush=True)
    return result


def call(*command, capture: bool = False) -> str:
    """Runs a command from the folder that the package is in; a failure ends the chain with its exit status."""
    words = [str(c.resolve()) if isinstance(c, Path) else str(c) for c in command]
    done = subprocess.run(words, cwd=HERE, stdout=subprocess.PIPE if capture else None, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:4])} ... ended with status {done.returncode}")
    return done.stdout or ""


def find_text(data: Path | None, out: Path, size: Size) -> tuple[Path, Path]:
    """Training and held-out text."""
    if data and all((data / "gutenberg" / f"{name}.txt").is_file() for name in ("train", "heldout")):
        # The loss on all of the held-out books would take longer than the training here.
        heldout = out / "heldout.txt"
        with open(data / "gutenberg" / "heldout.txt", "rb") as stream:
            heldout.write_bytes(stream.read(200_000))
        return data / "gutenberg" / "train.txt", heldout
    print("   no gutenberg among the data sets: the text is made up", flush=True)
    for seed, (name, lines) in enumerate((("train", size.text_lines), ("heldout", size.text_lines // 10))):
        (out / f"{name}.txt").write_text(made_up_text(lines, seed), encoding="utf-8")
    return out / "train.txt", out / "heldout.txt"


def made_up_text(lines: int, seed: int) -> str:
    """Sentences of a small grammar."""
    rng = np.random.default_rng(seed)
    nouns = "river stone child horse garden letter window captain village winter music candle".split()
    verbs = "saw followed remembered left found carried loved feared".split()
    kinds = "old small quiet bright broken distant".split()

    def some(words: list[str]) -> str:
        return words[int(rng.integers(len(words)))]

    def thing() -> str:
        return f"the {some(kinds)} {some(nouns)}" if rng.random() < 0.5 else f"a {some(nouns)}"

    return "".join(f"{thing()} {some(verbs)} {thing()}, and {thing()} {some(verbs)} it.\n" for _ in range(lines))


def find_sounds(data: Path | None, out: Path, size: Size) -> tuple[str, str, str | None]:
    """The data set to train on, the one to test on, and the latter's split."""
    words = data and (data / "speech-commands").resolve()
    if words and (words / "meta/words.csv").is_file() and (words / "audio").is_dir():
        name = f"speech-commands:{words}"
        return name, name, "test"
    print("   no speech-commands among the data sets: the sounds are made up", flush=True)
    rng = np.random.default_rng(0)
    for split, count in (("train", size.clips), ("test", max(8, size.clips // 3))):
        for label, frequency in TONES.items():
            folder = out / "tones" / split / label
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                t = np.arange(RATE) / RATE
                wave = np.sin(2 * np.pi * frequency * rng.uniform(0.8, 1.25) * t + rng.uniform(0, 6))
                wave = rng.uniform(0.05, 0.3) * wave + 0.01 * rng.standard_normal(len(t))
                soundfile.write(folder / f"{number:03}.wav", wave, RATE)
    tones = (out / "tones").resolve()
    return f"folder:{tones}", f"folder:{tones / 'test'}", None


def conclude(result: dict, adapter: Path) -> None:
    """Fails unless the labels are better than chance by more than luck."""
    labels = len(json.loads((adapter / "tacit.json").read_text(encoding="utf-8"))["labels"])
    accuracy, count = result["accuracy"], result["count"]
    low, high = wilson(round(accuracy * count), count)
    print(f"   {100 * accuracy:.1f} % of {count} right (95 % interval {100 * low:.1f} to {100 * high:.1f} %; ", end="")
    print(f"chance {100 / labels:.1f} %)", flush=True)
    if low <= 1 / labels:
        raise SystemExit("the labels are not better than chance")
