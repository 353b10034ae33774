"""Sounds of the road, made up: they are what their descriptions say, and only what the judge takes for them is kept."""

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from tacit_train import traffic, yamnet
from tacit_train.readers import open_data_set

RECIPE = Path(__file__).resolve().parents[1] / "recipes/traffic.py"
RATE = 16_000


def strongest(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hz of the strongest partial above 100 Hz, every eighth of a second, and its part of the power there."""
    frames = sound[: len(sound) // 2000 * 2000].reshape(-1, 2000) * np.hanning(2000)
    power = np.abs(np.fft.rfft(frames, 16_000)) ** 2
    place = 100 + power[:, 100:].argmax(1)
    near = np.stack([row[p - 15 : p + 16].sum() for row, p in zip(power, place)])
    return place, near / power[:, 100:].sum(1)


@pytest.mark.parametrize("make", [traffic.engine, traffic.horn, traffic.siren])
def test_sounds_are_finite_of_their_length_and_their_seeds(make):
    sounds = [make(2 * RATE, RATE, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    assert all(sound.shape == (2 * RATE,) and np.isfinite(sound).all() and np.abs(sound).max() > 0 for sound in sounds)
    assert np.array_equal(*sounds[:2]) and not np.array_equal(*sounds[1:])


def test_an_engine_repeats_with_its_strokes(monkeypatch):
    monkeypatch.setattr(traffic, "speeds", lambda length, rate, rng: np.full(length, 20.0))
    ahead = 0
    for seed in range(12):
        sound = traffic.engine(8 * RATE, RATE, np.random.default_rng(seed))
        power = np.abs(np.fft.rfft(sound, 1 << 18)) ** 2
        alike = np.fft.irfft(power)
        strokes = [alike[k * 800 - 8 : k * 800 + 9].max() for k in range(1, 7)]
        between = [alike[k * 800 + 400 - 8 : k * 800 + 409].max() for k in range(1, 7)]
        ahead += max(strokes) > max(between)
    assert ahead >= 11


def test_a_siren_stays_and_moves_where_sirens_do():
    heard = moved = 0
    for seed in range(12):
        pitch, share = strongest(traffic.siren(6 * RATE, RATE, np.random.default_rng(seed)))
        heard += ((pitch > 120) & (pitch < 6000)).mean() > 0.8 and np.median(share) > 0.1
        moved += np.percentile(pitch, 90) / np.percentile(pitch, 10) > 1.1
    assert heard >= 11 and moved >= 11


def test_a_horn_keeps_its_partials():
    steady = 0
    for seed in range(12):
        pitch, share = strongest(traffic.horn(5 * RATE, RATE, np.random.default_rng(seed)))
        # Where it sounds, the strongest partials are few.
        loud = pitch[share > 0.1]
        steady += len(loud) > 0 and len(set((loud / 10).astype(int))) <= max(3, len(loud) / 2)
    assert steady >= 10


def test_a_horn_sounds_in_one_to_five_blasts():
    counts = set()
    for seed in range(40):
        envelope = traffic.blasts(5 * RATE, RATE, np.random.default_rng(seed), 0.1, 3)
        assert envelope.shape == (5 * RATE,) and envelope.min() == 0 and envelope.max() == 1
        counts.add(int((np.diff((envelope > 0).astype(int)) == 1).sum()) + int(envelope[0] > 0))
    assert min(counts) == 1 and 2 < len(counts) and max(counts) <= 5


class Judge:
    """In YAMNet's place: `loved` names get so many logits a sound, by how often its samples cross zero."""

    def __init__(self, loved: tuple[int, ...]):
        self.loved = loved

    def eval(self):
        return self

    def __call__(self, sounds: torch.Tensor) -> torch.Tensor:
        assert sounds.dtype == torch.float32 and sounds.abs().max() <= 1
        logits = torch.full((len(sounds), 9, 521), -9.0)
        crossings = (sounds[:, 1:].sign() != sounds[:, :-1].sign()).sum(1)
        for place in self.loved:
            # Half of them, at one moment.
            logits[:, 4, place] = torch.where(crossings % 2 == 0, 3.0, -3.0)
        return logits


def run(monkeypatch, out: Path, judge: Judge, clips: int = 3) -> None:
    monkeypatch.setattr(yamnet, "load_yamnet", lambda path: judge)
    monkeypatch.setattr(sys, "argv", ["traffic.py", "--yamnet", "any", "--out", str(out), "--clips", str(clips)])
    runpy.run_path(str(RECIPE), run_name="__main__")


def test_what_the_judge_takes_for_it_is_kept_the_same_again(tmp_path, monkeypatch):
    for out in ("one", "two"):
        run(monkeypatch, tmp_path / out, Judge((346, 333, 334, 302, 390)))
    data = open_data_set(f"listing:{tmp_path / 'one'}")
    assert list(data.labels) == ["engine", "helicopter", "airplane", "car_horn", "siren"]
    assert len(data.split("train")) == 15
    heard = set()
    for clip in data.clips:
        samples, rate = soundfile.read(clip.path, dtype="int16")
        assert np.array_equal(samples, soundfile.read(tmp_path / "two" / clip.path.relative_to(tmp_path / "one"), dtype="int16")[0])
        assert rate == RATE and len(samples) == 5 * RATE
        heard.add(samples.tobytes())
    assert len(heard) == 15


def test_what_is_needed_is_not_emptied(tmp_path, monkeypatch):
    weights = tmp_path / "out/weights/yamnet.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"x")
    monkeypatch.setattr(sys, "argv", ["traffic.py", "--yamnet", str(weights), "--out", str(tmp_path / "out")])
    with pytest.raises(SystemExit, match="is emptied; expected a folder that doesn't hold"):
        runpy.run_path(str(RECIPE), run_name="__main__")
    assert weights.is_file()


def test_too_few_are_told_of_and_no_kind_is_taken_for_another(tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="engine: of 96 attempts YAMNet takes 0 for one"):
        run(monkeypatch, tmp_path / "none", Judge(()))
    # Of what it takes for both, the more likely counts.
    class Fond(Judge):
        def __call__(self, sounds: torch.Tensor) -> torch.Tensor:
            logits = super().__call__(sounds)
            logits[:, 0, 333] = 5
            return logits

    with pytest.raises(SystemExit, match="engine: of 96 attempts YAMNet takes 0 for one"):
        run(monkeypatch, tmp_path / "none", Fond((346,)))
