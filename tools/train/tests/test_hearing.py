"""Google's speech embedding as a network to learn from: what is refused, what an adapter learns of it, and, where the files are
at hand, what it makes of sounds.

Set TACIT_SPEECH_EMBEDDING to the folder of its two `.tflite` files.
"""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from test_adapt import run, settings, tones, trainer_of  # noqa: F401 (tones is a fixture)
from test_views import AT_ONCE, SOUND, yamnet  # noqa: F401 (a fixture)

from tacit_train import adapt, hearing, speech_embedding
from tacit_train.adapter_folder import load_adapter
from tacit_train.inputs import LogMelInput, WaveformInput
from tacit_train.speech_embedding import FILES, HOP, SAMPLES, WIDTH, SpeechEmbedding

FOLDER = Path(os.environ.get("TACIT_SPEECH_EMBEDDING", "none"))
SPEECH = LogMelInput(16_000, 23, n_mels=64, f_max=8000.0, patch_frames=8, stride_frames=4)


class Made:
    """In its place: how loud each fifth of a window is, and how often it crosses zero, at two positions."""

    def __init__(self, folder, threads):
        self.folder = folder

    def __call__(self, samples):
        fifths = samples[:, : samples.shape[1] // 10 * 10].reshape(len(samples), 2, 5, -1)
        crossings = (np.diff(np.sign(fifths)) != 0).mean(3)
        return np.concatenate([np.abs(fifths).mean(3), crossings], 2).astype(np.float32)


@pytest.fixture
def made(monkeypatch, tmp_path):
    monkeypatch.setattr(hearing, "SpeechEmbedding", Made)
    monkeypatch.setattr(hearing, "expect_log_mel", lambda *_: None)
    for name in FILES:
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_an_adapter_learns_its_features(llama_base, tones, made):  # noqa: F811
    more = ("--views", 2 * AT_ONCE, "--speech-embedding", made, "--features-weight", 2, "--linear-teacher", "--steps", 60)
    words = settings(llama_base, tones, made, *SOUND, "--batched", *more, "--lr", 3e-3)
    run(adapt, *words)
    trainer = trainer_of(words)
    batch, targets, shares, draws = trainer.sense.examples.batch(0, 32)
    lesson = trainer.lesson(batch, draws)
    assert lesson.names is None and lesson.features.shape == (32, 20) and lesson.answers.shape == targets.shape
    assert not hasattr(trainer.model, "names")
    logits = trainer.logits(batch, draws, 60).detach()
    assert logits.shape[1] == targets.shape[1] + 20
    # What was learned stands in the checkpoint, and is nearer the truth than the mean, which would err by 1.
    assert float((logits[:, -20:] - lesson.features).square().mean()) < 0.7
    load_adapter(llama_base, made / "out")
    settings_of_views = json.loads((made / "run/views/made.json").read_text())["settings"]
    assert settings_of_views["speech_embedding"] == trainer.hearing.digest and "yamnet" not in settings_of_views


def test_views_that_another_embedding_heard_are_refused(llama_base, tones, made):  # noqa: F811
    more = ("--views", AT_ONCE, "--speech-embedding", made, "--features-weight", 1, "--steps", 1)
    words = settings(llama_base, tones, made, *SOUND, "--batched", *more)
    run(adapt, *words)
    (made / "run/checkpoint.pt").unlink()
    (made / FILES[1]).write_bytes(b"another")
    with pytest.raises(SystemExit, match="views made with other settings"):
        run(adapt, *words)


def test_it_may_lie_elsewhere_when_a_run_goes_on(llama_base, tones, made, tmp_path):  # noqa: F811
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in FILES:
        (elsewhere / name).write_bytes((made / name).read_bytes())
    more = ("--batched", "--views", AT_ONCE, "--features-weight", 1)
    words = settings(llama_base, tones, made, *SOUND, *more)
    run(adapt, *words, "--speech-embedding", made, "--steps", 1)
    run(adapt, *words, "--speech-embedding", elsewhere, "--steps", 2)


def test_what_does_not_go_with_it_says_so(llama_base, tones, yamnet, made):  # noqa: F811
    views = ["--batched", "--views", AT_ONCE]
    for words, message in [
        ([*views, "--speech-embedding", made], "goes with --features-weight or --linear-teacher"),
        ([*views, "--speech-embedding", made, "--names", yamnet], "one network at a time"),
        (["--batched", "--speech-embedding", made, "--features-weight", 1], "go with --views and"),
        ([*views, "--speech-embedding", made, "--features-weight", 1, "--without-layers", 1], "leaves them out"),
    ]:
        with pytest.raises(SystemExit, match=message):
            run(adapt, *settings(llama_base, tones, made / "run", *SOUND, *words))


def test_files_that_are_none_are_named(tmp_path):
    pytest.importorskip("ai_edge_litert")
    with pytest.raises(ValueError, match=f"{tmp_path / FILES[0]}: no such file; expected melspectrogram.tflite and"):
        SpeechEmbedding(tmp_path)
    for name in FILES:
        (tmp_path / name).write_bytes(b"no network")
    with pytest.raises(ValueError, match=f"{tmp_path / FILES[0]}: not a .tflite"):
        SpeechEmbedding(tmp_path)


def test_without_litert_it_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(ValueError, match="reading a .tflite needs ai-edge-litert"):
        SpeechEmbedding(tmp_path)


def test_it_hears_log_mel_at_its_own_rate(tmp_path):
    for description in (WaveformInput(16_000, 23, 400, 400), LogMelInput(8_000, 23)):
        with pytest.raises(ValueError, match="the speech embedding hears logmel input at 16000 samples a second"):
            hearing.SpeechHearing(tmp_path, description)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="TACIT_SPEECH_EMBEDDING names no folder")
def test_what_it_makes_of_sounds():
    embedding = SpeechEmbedding(FOLDER)
    rng = np.random.default_rng(0)
    t = np.arange(SPEECH.window_samples + 1600) / speech_embedding.SAMPLE_RATE
    sounds = np.stack([rng.normal(size=len(t)) * 0.1, np.sin(3000 * t) / 4, np.zeros(len(t))]).astype(np.float32)
    found = embedding(sounds)
    assert found.shape[2] == WIDTH and found.dtype == np.float32 and np.isfinite(found).all()
    # Each by itself, and each position from its own stretch alone: 80 ms later it is the next one.
    for row, sound in enumerate(sounds):
        np.testing.assert_allclose(embedding(sound[None])[0], found[row], atol=1e-3)
    later = embedding(sounds[:, HOP * 160 :])
    np.testing.assert_allclose(later[:, : found.shape[1] - 1], found[:, 1:], atol=1e-3)
    assert SpeechEmbedding(FOLDER)(sounds[:1, :SAMPLES]).shape == (1, 1, WIDTH)
    for count in (SAMPLES - 1, 100):
        with pytest.raises(ValueError, match=f"hears {SAMPLES} samples at least; {count} are there"):
            embedding(sounds[:, :count])
