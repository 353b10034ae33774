"""Sets that nobody may pass on, made up in the layout they are published in: from their files to a measured model."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from test_adapt import run

from tacit_train import adapt, evaluate
from tacit_train.readers import DataError, open_data_set

GENRES = {"blues": 220, "jazz": 880, "rock": 3000}
TONES = {"Low_tone": 250, "High_tone": 2500}


def write(path: Path, wave: np.ndarray, rate: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, rate, subtype="PCM_16")


def tone(frequency: float, seconds: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    wave = 0.2 * np.sin(2 * np.pi * frequency * rng.uniform(0.9, 1.1) * t + rng.uniform(0, 6))
    return wave + 0.01 * rng.standard_normal(len(t))


@pytest.fixture(scope="module")
def gtzan(tmp_path_factory) -> Path:
    """Clips of 30 s at 22,050 Hz, twelve a genre, and the file that is broken in the copy passed around."""
    root = tmp_path_factory.mktemp("gtzan")
    rng = np.random.default_rng(0)
    for genre, frequency in GENRES.items():
        for number in range(12):
            path = root / "genres_original" / genre / f"{genre}.{number:05}.wav"
            write(path, tone(frequency, 30, 22050, rng), 22050)
    (root / "genres_original" / "jazz" / "jazz.00054.wav").write_bytes(b"\0" * 100)
    return root


@pytest.fixture(scope="module")
def fsd50k(tmp_path_factory) -> Path:
    """Clips of 0.3 to 3 s at 44,100 Hz with one to three labels, parents included, as FSD50K names them."""
    root = tmp_path_factory.mktemp("fsd50k")
    rng = np.random.default_rng(1)
    labels = ["High_tone", "Low_tone", "Noise", "Tone"]
    tables = {"dev": [["fname", "labels", "mids", "split"]], "eval": [["fname", "labels", "mids"]]}
    for number in range(60):
        part, split = ("eval", []) if number >= 44 else ("dev", ["val" if number % 5 == 4 else "train"])
        seconds = float(rng.uniform(0.3, 3))
        if number % 3 == 2:
            wave, names = 0.1 * rng.standard_normal(int(seconds * 44100)), ["Noise"]
        else:
            name = list(TONES)[number % 3]
            wave, names = tone(TONES[name], seconds, 44100, rng), [name, "Tone"]
        write(root / f"FSD50K.{part}_audio" / f"{1000 + number}.wav", wave, 44100)
        tables[part].append([str(1000 + number), ",".join(names), ",".join(f"/m/{n}" for n in names), *split])
    truth = root / "FSD50K.ground_truth"
    truth.mkdir()
    for part, rows in tables.items():
        with open(truth / f"{part}.csv", "w", newline="") as stream:
            csv.writer(stream).writerows(rows)
    (truth / "vocabulary.csv").write_text("".join(f"{i},{name},/m/{name}\n" for i, name in enumerate(labels)))
    return root


def model_of(base: Path, data: str, folder: Path, test: str, *more) -> dict:
    """The recipe's two commands, small; the summary of the second."""
    run(
        *(adapt, "--base", base, "--data", data, "--split", "train", "--validation-split", "val", "--train-norms"),
        *("--rank", 2, "--batch", 8, "--lr", 5e-3, "--threads", 1, "--cache", folder / "cache", "--patch-hidden", 32),
        *("--run", folder / "run", "--out", folder / "adapter", *more),
    )
    run(
        *(evaluate, "--base", base, "--adapter", folder / "adapter", "--data", data, "--split", test),
        *("--out", folder / "result", "--cache", folder / "cache", "--threads", 1),
    )
    return json.loads((folder / "result" / "summary.json").read_text())


INPUTS = {
    "logmel": ("--input", "logmel", "--patch", 4, "--window", 12, "--n-mels", 32),
    "waveform": ("--input", "waveform", "--patch", 400, "--window", 20),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_gtzan_from_files_to_a_measured_model(llama_base, gtzan, tmp_path, kind):
    more = ("--shift", -1, "--steps", 60, *INPUTS[kind])
    summary = model_of(llama_base, f"gtzan:{gtzan}", tmp_path, "test", *more)
    assert summary["dataset"] == "gtzan" and summary["count"] == 6
    assert summary["accuracy"] >= 0.8
    counts = {split: len(open_data_set(f"gtzan:{gtzan}").split(split)) for split in ("train", "val", "test")}
    assert counts == {"train": 24, "val": 6, "test": 6}


@pytest.mark.parametrize("kind", INPUTS)
def test_fsd50k_from_files_to_a_measured_model(llama_base, fsd50k, tmp_path, kind):
    more = ("--shift", -1, "--mix", 0.2, "--negatives", 0.1, "--steps", 60, *INPUTS[kind])
    summary = model_of(llama_base, f"fsd50k:{fsd50k}", tmp_path, "eval", *more)
    assert summary["dataset"] == "fsd50k" and summary["count"] == 16 and summary["accuracy"] is None
    assert summary["map"] >= 0.8
    described = json.loads((tmp_path / "adapter" / "tacit.json").read_text())
    assert described["task"] == "multilabel" and len(described["thresholds"]) == 4


def test_trees_that_are_not_the_published_ones(tmp_path, fsd50k):
    with pytest.raises(DataError, match="no folder genres or genres_original"):
        open_data_set(f"gtzan:{tmp_path}")
    with pytest.raises(DataError, match="vocabulary.csv: no such file"):
        open_data_set(f"fsd50k:{tmp_path}")
