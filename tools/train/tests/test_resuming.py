"""A run goes on from its own checkpoint alone: with the same options, over the same clips and base, and from a whole file."""

import json
import shutil
import signal
import zipfile

import numpy as np
import pytest
import soundfile
import torch
from conftest import make_base
from test_adapt import RATE, run, settings, tones, trainer_of  # noqa: F401 (tones is a fixture)
from test_pretrain import settings as reading
from test_teach import taught

from tacit_train import adapt, pretrain, teach
from tacit_train.readers import DataError


@pytest.fixture
def own(tones, tmp_path):  # noqa: F811
    """The tones in a folder that a test may change."""
    shutil.copytree(tones, tmp_path / "own")
    return tmp_path / "own"


def test_other_recordings_and_another_base_are_refused(llama_base, own, tmp_path, capsys):
    run(adapt, *settings(llama_base, own, tmp_path, "--steps", 2))
    checkpoint = (tmp_path / "run/checkpoint.pt").read_bytes()
    # Wherever they lie they are the same.
    own = own.rename(tmp_path / "moved")
    base = shutil.copytree(llama_base, tmp_path / "base")
    run(adapt, *settings(base, own, tmp_path, "--steps", 2))
    assert "resumed at step 2" in capsys.readouterr().out

    torch.manual_seed(5)
    other = make_base(tmp_path / "other", "llama")
    weights = other / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-2] + b"\1\1")
    with pytest.raises(SystemExit, match="checkpoint.pt: the base's weights are not those .*expected another --run"):
        run(adapt, *settings(other, own, tmp_path, "--steps", 2))
    # Its test split is none of the run's.
    (own / "test/low/0.wav").unlink()
    run(adapt, *settings(base, own, tmp_path, "--steps", 2))
    soundfile.write(own / "train/low/new.wav", np.zeros(700), RATE)
    with pytest.raises(SystemExit, match="checkpoint.pt: the clips are not those"):
        run(adapt, *settings(base, own, tmp_path, "--steps", 2))
    for split in ("train", "test"):
        (own / split / "low").rename(own / split / "deep")
    with pytest.raises(SystemExit, match="checkpoint.pt: the labels and clips are not those"):
        run(adapt, *settings(base, own, tmp_path, "--steps", 2))

    # A checkpoint from before all this goes on, unless it can't.
    path = tmp_path / "run/checkpoint.pt"
    path.write_bytes(checkpoint)
    saved = torch.load(path, weights_only=True)
    del saved["material"]
    torch.save(saved, path)
    run(adapt, *settings(base, own, tmp_path, "--steps", 3))
    torch.save(saved, path)
    soundfile.write(own / "train/deep/new.wav", np.zeros(700), RATE)
    shutil.copytree(own / "train/deep", own / "train/fourth")
    with pytest.raises(SystemExit, match="head.weight is of another model, or of other labels; expected another --run"):
        run(adapt, *settings(base, own, tmp_path, "--steps", 3))


def test_a_teachers_run_too(own, tmp_path):
    run(teach, *taught(own, tmp_path, "--steps", 1))
    soundfile.write(own / "train/low/new.wav", np.ones(700), RATE)
    with pytest.raises(SystemExit, match="the clips are not those"):
        run(teach, *taught(own, tmp_path, "--steps", 1))


@pytest.mark.parametrize("contents", [b"", b"junk", "half", "other"])
def test_a_damaged_checkpoint_is_named(llama_base, own, tmp_path, contents):
    run(adapt, *settings(llama_base, own, tmp_path, "--steps", 1))
    path = tmp_path / "run/checkpoint.pt"
    if contents == "other":
        torch.save({"model": {}, "step": 1}, path)
    else:
        path.write_bytes(path.read_bytes()[:3000] if contents == "half" else contents)
    expected = "not a checkpoint of adapt" if contents == "other" else "damaged, or no checkpoint; remove it"
    with pytest.raises((SystemExit, DataError), match=f"checkpoint.pt: {expected}"):
        run(adapt, *settings(llama_base, own, tmp_path, "--steps", 1))


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_run_with_a_checkpoint(llama_base, own, tmp_path, monkeypatch, capsys, number, status):
    plain = adapt.Trainer.lesson
    steps = []

    def lesson(self, *arguments):
        steps.append(1)
        if len(steps) == 3:
            signal.raise_signal(number)
        return plain(self, *arguments)

    def handler(*_):
        pytest.fail("the signal was not taken")

    # Whoever runs the tests in the background may have it ignored.
    before = signal.signal(number, handler)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(adapt.Trainer, "lesson", lesson)
            with pytest.raises(SystemExit) as ended:
                run(adapt, *settings(llama_base, own, tmp_path, "--steps", 5))
        assert ended.value.code == status and signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)
    assert "stopped at step 3 of 5; run again to go on" in capsys.readouterr().out and not (tmp_path / "out").exists()
    run(adapt, *settings(llama_base, own, tmp_path, "--steps", 5))
    assert "resumed at step 3" in capsys.readouterr().out and (tmp_path / "out").exists()


def test_pretraining_goes_on_as_it_began(tmp_path, capsys):
    words = reading(tmp_path)
    run(pretrain, *words)
    run(pretrain, *reading(tmp_path, "--tokens", 1500))
    assert "resumed at step 10" in capsys.readouterr().out
    for more, what in (
        (["--width", 64], "width"),
        (["--vocabulary", 400], "vocabulary"),
        (["--lr", 1e-3, "--seed", 2], "lr, seed"),
        (["--bf16"], "bf16"),
    ):
        with pytest.raises(DataError, match=f"run was begun with other settings: {what}; expected another --run"):
            run(pretrain, *reading(tmp_path, *more))
    (tmp_path / "other.txt").write_text("Another book.\n" * 900)
    with pytest.raises(DataError, match="other settings: text;"):
        run(pretrain, *words, "--text", tmp_path / "other.txt")
    moved = tmp_path / "moved.txt"
    shutil.copy(tmp_path / "text.txt", moved)
    run(pretrain, *words, "--text", moved, "--heldout", moved)
    # A run from before all this says nothing of its settings; what can't be of it is noticed all the same.
    (tmp_path / "run/settings.json").unlink()
    with pytest.raises(DataError, match="checkpoint.pt: not of this model; expected another --run"):
        run(pretrain, *words, "--width", 64)
    (tmp_path / "run/settings.json").unlink()
    run(pretrain, *words)
    assert json.loads((tmp_path / "run/settings.json").read_text())["width"] == "32"


def test_pretraining_that_cannot_be_is_refused_at_once(tmp_path):
    words = reading(tmp_path)
    (tmp_path / "short.txt").write_text("So.")
    for more, message in (
        (["--text", tmp_path / "none.txt"], "--text .*none.txt: no such file"),
        (["--heldout", tmp_path / "none.txt"], "--heldout .*none.txt: no such file"),
        (["--heads", 3], "--width 32: divided among --heads 3"),
        (["--heads", 32], "expected an even width for each head"),
        (["--export-only"], "--export-only: there is no .*checkpoint.pt"),
        (["--heldout", tmp_path / "short.txt"], "--heldout .*short.txt: [0-9]+ tokens do not fill one window of 32"),
        (["--device", "nowhere"], "--device nowhere: there is none here; expected cpu"),
    ):
        with pytest.raises(DataError, match=message):
            run(pretrain, *words, *more)
    assert not (tmp_path / "run/checkpoint.pt").exists() and not (tmp_path / "base").exists()


def flipped(path):
    """The same file with a bit of its largest record changed."""
    with zipfile.ZipFile(path) as records:
        largest = max((r for r in records.infolist() if "/data/" in r.filename), key=lambda record: record.file_size)
        with records.open(largest) as stream:
            inside = stream.read()
    data = bytearray(path.read_bytes())
    data[data.index(inside) + len(inside) // 2] ^= 1
    path.write_bytes(data)
    return largest.filename


def test_a_changed_bit_is_noticed(llama_base, own, tmp_path):
    run(adapt, *settings(llama_base, own, tmp_path, "--steps", 1))
    name = flipped(tmp_path / "run/checkpoint.pt")
    with pytest.raises((DataError, SystemExit), match=f"checkpoint.pt: damaged in {name}; remove it to begin anew"):
        run(adapt, *settings(llama_base, own, tmp_path, "--steps", 2))
    run(pretrain, *reading(tmp_path / "own", "--run", tmp_path / "reading"))
    flipped(tmp_path / "reading/checkpoint.pt")
    with pytest.raises(DataError, match="checkpoint.pt: damaged in"):
        run(pretrain, *reading(tmp_path / "own", "--run", tmp_path / "reading"))


def test_a_run_is_not_made_shorter_than_it_is(llama_base, own, tmp_path, capsys):
    run(adapt, *settings(llama_base, own, tmp_path, "--steps", 5, "--stop-at", 4))
    path = tmp_path / "run/checkpoint.pt"
    for length in (("--steps", 2), ("--epochs", 0.3)):
        run(adapt, *settings(llama_base, own, tmp_path, *length))
        assert "step 4 is reached already, of " in capsys.readouterr().out and (tmp_path / "out/tacit.json").exists()
        shutil.rmtree(tmp_path / "out")
    # A length in minutes is found anew from how long the steps took.
    saved = torch.load(path, weights_only=True)
    torch.save(saved | {"seconds": 60.0}, path)
    trainer = trainer_of(settings(llama_base, own, tmp_path, "--epochs", 0.3, "--lasting", 2))
    assert trainer.total == 8
    run(adapt, *settings(llama_base, own, tmp_path, "--steps", 4))
    assert (tmp_path / "out/tacit.json").exists()
    run(pretrain, *reading(own))
    # A base is written as it is, and what is told of it is so.
    run(pretrain, *reading(own, "--tokens", 256))
    assert ", 1280 tokens, " in (own / "run/final.txt").read_text()
