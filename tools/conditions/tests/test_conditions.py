"""What each condition does to a sound, measured on the sound."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import conditions  # noqa: E402

RATE = 16_000


def tones(*frequencies: float) -> np.ndarray:
    t = np.arange(2 * RATE) / RATE
    return np.sum([0.1 * np.sin(2 * np.pi * f * t) for f in frequencies], 0).astype(np.float32)


def level(samples: np.ndarray, frequency: float) -> float:
    """Of a tone, in dB of full scale."""
    middle = samples[RATE // 2 : -RATE // 2]
    t = np.arange(len(middle)) / RATE
    return 20 * np.log10(2 * abs(np.mean(middle * np.exp(-2j * np.pi * frequency * t))) + 1e-9)


def change(name: str, samples: np.ndarray) -> np.ndarray:
    return conditions.CONDITIONS[name](samples, RATE, np.random.default_rng(0))


needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="no ffmpeg")


@needs_ffmpeg
@pytest.mark.parametrize("name", ["MP3, 32 kbit/s", "Opus, 16 kbit/s", "telephone (8 kHz, G.711)"])
def test_codecs_keep_what_they_carry(name):
    samples = tones(500, 1500)
    out = change(name, samples)
    assert out.shape == samples.shape
    for frequency in (500, 1500):
        assert level(out, frequency) == pytest.approx(-20, abs=1.5)
    assert not np.array_equal(out, samples)


@needs_ffmpeg
def test_a_telephone_has_no_treble():
    out = change("telephone (8 kHz, G.711)", tones(1000, 6000))
    assert level(out, 1000) > -22 and level(out, 6000) < -50


def test_levels_and_rooms():
    samples = tones(440)
    np.testing.assert_allclose(change("20 dB quieter", samples), samples / 10, atol=1e-7)
    np.testing.assert_allclose(change("20 dB louder, cut off at full scale", samples), samples * 10, rtol=1e-6)
    room = change("in a room", samples)
    assert np.sqrt(np.mean(room**2)) == pytest.approx(np.sqrt(np.mean(samples**2)), rel=1e-3)
    assert not np.allclose(room, samples)


def test_a_copy_has_the_folds_clips_and_no_others(tmp_path):
    root = tmp_path / "esc"
    (root / "audio").mkdir(parents=True)
    (root / "meta").mkdir()
    with open(root / "meta/esc50.csv", "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["filename", "fold", "target", "category", "src_file", "take"])
        for fold in (4, 5):
            soundfile.write(root / f"audio/{fold}.wav", tones(440), RATE)
            writer.writerow([f"{fold}.wav", fold, 0, "dog", "1", "A"])
    assert conditions.changed_copy(root, "fold-5", conditions.gained(40), tmp_path / "copy") == 1
    assert [path.name for path in (tmp_path / "copy/audio").iterdir()] == ["5.wav"]
    samples, _ = soundfile.read(tmp_path / "copy/audio/5.wav")
    assert samples.max() == pytest.approx(1 - 2**-15) and samples.min() >= -1


def test_what_is_not_there_is_said(tmp_path):
    for arguments, words in [([], "no meta/esc50.csv"), (["--only", "underwater"], "no condition is called 'underwater'")]:
        command = [sys.executable, Path(conditions.__file__), "model.gguf", tmp_path, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1 and words in done.stderr and len(done.stderr.splitlines()) == 1


def test_the_loudest_second_is_what_stays():
    samples = 0.01 * tones(440)
    samples[RATE // 2 : RATE // 2 + RATE] += tones(880)[:RATE]
    np.testing.assert_array_equal(change("its loudest second alone", samples), samples[RATE // 2 : RATE // 2 + RATE])
    np.testing.assert_array_equal(change("its loudest 2 s alone", samples[:RATE]), samples[:RATE])
