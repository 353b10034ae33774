"""Training from a tiny base on synthetic sound: it learns, it resumes to the same bytes, what is saved is what ran."""

import csv
import json
import shutil

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file

from tacit_train import adapt, evaluate
from tacit_train.arguments import Parser
from tacit_train.augment import Augmentation, Examples, coloured_noise, generators, in_room, mixture, negative
from tacit_train.metrics import accuracy, average_precision, calibrate, wilson
from tacit_train.readers import DataError

RATE = 2000


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    """Three classes of tones, 12 clips each to train on and 6 to test."""
    root = tmp_path_factory.mktemp("tones")
    rng = np.random.default_rng(0)
    for split, count in [("train", 12), ("test", 6)]:
        for name, frequency in [("low", 100), ("middle", 300), ("high", 700)]:
            (root / split / name).mkdir(parents=True)
            for i in range(count):
                t = np.arange(600) / RATE
                wave = 0.2 * np.sin(2 * np.pi * frequency * t + rng.uniform(0, 6)) + 0.01 * rng.standard_normal(600)
                soundfile.write(root / split / name / f"{i}.wav", wave, RATE, subtype="FLOAT")
    return root


class Asked(Parser):
    """The command line's own, whose line can be looked at."""

    def exit(self, status=0, message=None):
        raise SystemExit(message)


def run(module, *arguments):
    parser = Asked()
    module.add_arguments(parser)
    module.main(parser.parse_args([str(a) for a in arguments]))


def trainer_of(words) -> adapt.Trainer:
    """What `run(adapt, ...)` would train, not yet trained."""
    parser = Asked()
    adapt.add_arguments(parser)
    return adapt.Trainer(parser.parse_args([str(w) for w in words]))


def settings(base, tones, folder, *more):
    return [
        *("--base", base, "--data", f"folder:{tones}", "--split", "train", "--run", folder / "run"),
        *("--out", folder / "out", "--rate", RATE, "--threads", 1, "--rank", 2, "--batch", 8, "--validation", 0.2),
        *("--input", "waveform", "--patch", 40, "--window", 10, "--patch-hidden", 16, "--train-norms"),
        *("--shift", 0.02, "--gain-low", -3, "--mix", 0.2, "--flip", "--log-every", 5, *more),
    ]


def test_it_learns_and_what_is_saved_is_what_is_evaluated(base, tones, tmp_path, capsys):
    run(adapt, *settings(base, tones, tmp_path, "--epochs", 30, "--lr", 3e-3))
    run(
        *(evaluate, "--base", base, "--adapter", tmp_path / "out", "--data", f"folder:{tones}", "--split", "test"),
        *("--out", tmp_path / "result", "--threads", 1, "--negatives", 5, "--write-metrics"),
    )
    summary = json.loads((tmp_path / "result" / "summary.json").read_text())
    written = json.loads((tmp_path / "out" / "tacit.json").read_text())["metrics"]
    assert written == {"dataset": "folder", "split": "test", "accuracy": round(summary["accuracy"], 4)}
    assert summary["count"] == 18 and summary["accuracy"] >= 0.8
    with open(tmp_path / "result" / "logits.csv", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["file", "targets", "high", "low", "middle"] and len(rows) == 19
    right = [int(r[1]) == int(np.argmax([float(x) for x in r[2:]])) for r in rows[1:]]
    assert np.mean(right) == pytest.approx(summary["accuracy"])
    other = tmp_path / "other"
    shutil.copytree(tmp_path / "out", other)
    value = json.loads((other / "tacit.json").read_text())
    value["labels"][0] = "treble"
    (other / "tacit.json").write_text(json.dumps(value))
    with pytest.raises(DataError, match="labels"):
        run(evaluate, "--base", base, "--adapter", other, "--data", f"folder:{tones}", "--split", "test")


@pytest.mark.parametrize("kind", ["waveform", "logmel", "muon"])
def test_a_resumed_run_ends_where_an_unbroken_one_does(llama_base, tones, tmp_path, kind):
    more = ["--epochs", 3, "--noise", 0.5, "--speed", 0.1]
    if kind == "logmel":
        more += ["--input", "logmel", "--rate", RATE, "--patch", 1, "--window", 1, "--patch-hidden", 0]
        more += ["--n-mels", 8, "--time-masks", 1, "--frequency-masks", 1, "--task", "multilabel", "--negatives", 0.2]
    if kind == "muon":
        more += ["--muon-lr", 2e-3, "--without-layers", 1.2]
    for name, stops in [("whole", [None]), ("broken", [4, 7, None])]:
        for stop in stops:
            extra = ["--stop-at", stop] if stop else []
            run(adapt, *settings(llama_base, tones, tmp_path / name, *more, *extra))
    for file in ("adapter_model.safetensors", "tacit.safetensors"):
        a, b = (load_file(tmp_path / name / "out" / file) for name in ("whole", "broken"))
        assert a.keys() == b.keys() and all((a[k] == b[k]).all() for k in a), file
    assert (tmp_path / "whole/out/tacit.json").read_text() == (tmp_path / "broken/out/tacit.json").read_text()
    steps = [[r["step"] for r in csv.DictReader(open(tmp_path / n / "run/log.csv"))] for n in ("whole", "broken")]
    assert set(steps[0]) <= set(steps[1]) and len(steps[1]) == len(set(steps[1]))
    for option, value in (("lr", 0.5), ("room", 0.5), ("context", "sliding")):
        with pytest.raises(SystemExit, match=f"other settings: {option}"):
            run(adapt, *settings(llama_base, tones, tmp_path / "whole", *more, f"--{option}", value))
    # Of options that came later a checkpoint says nothing: they were as they are when they are not given.
    checkpoint = tmp_path / "whole/run/checkpoint.pt"
    saved = torch.load(checkpoint, weights_only=True)
    for option in ("room", "bf16"):
        del saved["settings"][option]
    torch.save(saved, checkpoint)
    run(adapt, *settings(llama_base, tones, tmp_path / "whole", *more))
    with pytest.raises(SystemExit, match="other settings: bf16"):
        run(adapt, *settings(llama_base, tones, tmp_path / "whole", *more, "--bf16"))
    saved["optimizer"] = saved.pop("optimizers")
    torch.save(saved, checkpoint)
    with pytest.raises(SystemExit, match="of an earlier version; remove it"):
        run(adapt, *settings(llama_base, tones, tmp_path / "whole", *more))


def test_nothing_needs_to_be_held_out(llama_base, tones, tmp_path):
    more = ("--epochs", 0.5, "--validation", 0, "--cache", tmp_path / "cache")
    run(adapt, *settings(llama_base, tones, tmp_path, *more))
    assert (tmp_path / "out/tacit.json").exists()
    with pytest.raises(SystemExit, match="no clips to train on in split train"):
        run(adapt, *settings(llama_base, tones, tmp_path / "none", "--validation", 1))


@pytest.mark.parametrize("kind", ["waveform", "logmel"])
def test_a_sliding_context_is_trained_on_what_went_before(llama_base, tones, tmp_path, kind, capsys):
    more = ["--context", "sliding"]
    if kind == "logmel":
        more += ["--input", "logmel", "--patch", 1, "--stride", 1, "--window", 2, "--n-mels", 8, "--time-masks", 2]
    trainer = trainer_of(settings(llama_base, tones, tmp_path, *more))
    sense, window = trainer.sense, trainer.sense.description.window
    batch = sense.examples.batch(0, 8)[0]
    led = {step: x for step in range(30) if (x := sense.with_lead(batch, step)).shape[1] > batch.shape[1]}
    assert 5 < len(led) < 25
    some = next(iter(led.values()))
    lead = some.shape[1] - batch.shape[1]
    assert (some[:, lead:] == batch).all() and (some[3, -lead - batch.shape[1] :][:lead] == batch[2, -lead:]).all()
    # What went before is not masked, the window is masked as it is without.
    patches, plain = (sense.patches(x, generators(0, 1, range(8))) for x in (some, batch))
    assert patches.shape[1] == 2 * window
    torch.testing.assert_close(patches[:, window:], plain)
    seen = []
    trainer.model.hidden, hidden = lambda x: seen.append(x.shape[1]) or hidden(x), trainer.model.hidden
    for step in range(30):
        trainer.logits(batch, generators(0, 1, range(8)), step)
    assert [length == 2 * window for length in seen] == [step in led for step in range(30)]
    run(adapt, *settings(llama_base, tones, tmp_path, "--epochs", 30, "--lr", 3e-3, *more))
    assert json.loads((tmp_path / "out/tacit.json").read_text())["context"] == "sliding"
    assert float(capsys.readouterr().out.split("of the saved adapter: ")[1].split()[0]) >= 0.8
    with pytest.raises(SystemExit, match="full attention goes with restart"):
        run(adapt, *settings(llama_base, tones, tmp_path / "full", *more, "--attention", "full"))


def test_the_control_trains_on_saved_random_weights(llama_base, tones, tmp_path):
    for seed in (5, 6):
        folder = tmp_path / str(seed)
        run(adapt, *settings(llama_base, tones, folder, "--epochs", 0.5, "--random-base", seed))
    one, two = (load_file(tmp_path / f"{s}/run/random-base-{s}/model.safetensors") for s in (5, 6))
    real = load_file(llama_base / "model.safetensors")
    name = next(k for k in one if "q_proj" in k)
    assert (one[name] != two[name]).any() and (one[name] != real["model." + name]).any()


def test_examples():
    clips = [np.full(100, 0.1, np.float32), np.full(300, -0.1, np.float32)]
    plain = Examples(clips, np.eye(2), 100, 100, Augmentation(), 0)
    samples, targets, shares, _ = plain.batch(0, 2)
    assert samples.shape == (2, 100) and (targets.sum(1) == 1).all()
    assert all((s > 0).all() == (t[0] == 1) for s, t in zip(samples, targets))
    mixed = Examples(clips, np.eye(2), 100, 100, Augmentation(mix=1.0, negatives=0.3), 0)
    _, targets, shares, _ = mixed.batch(0, 64)
    kinds = {tuple(t.tolist()) for t in targets}
    assert {(0.0, 0.0), (1.0, 1.0)} <= kinds
    assert all(abs(float(s.sum()) - float(t.max())) < 1e-5 for s, t in zip(shares, targets))
    again = Examples(clips, np.eye(2), 100, 100, Augmentation(mix=1.0, negatives=0.3), 0).batch(0, 64)
    assert (again[1] == targets).all() and (mixed.batch(1, 64)[1] != targets).any()


def test_a_room_echoes_and_is_as_loud_as_before():
    click = np.zeros(2000, np.float32)
    click[100] = 1
    heard = in_room(click, 1000, np.random.default_rng(0))
    assert heard.dtype == np.float32 and len(heard) == 2000 and np.abs(heard[:100]).max() < 1e-6
    assert heard[100] == np.abs(heard).max() and np.abs(heard[101:140]).max() > 1e-3 > np.abs(heard[1000:]).max()
    assert np.mean(heard**2) == pytest.approx(np.mean(click**2), rel=1e-4)
    silence = np.zeros(50, np.float32)
    assert (in_room(silence, 1000, np.random.default_rng(0)) == 0).all()


def test_every_negative_is_finite_and_not_loud():
    rng = np.random.default_rng(0)
    clip = 0.5 * np.sin(np.arange(8000)).astype(np.float32)
    for _ in range(60):
        window = negative(8000, 16000, rng, clip)
        assert window.dtype == np.float32 and len(window) == 8000 and np.isfinite(window).all()
        assert np.sqrt(np.mean(window**2)) < 1.0
    low = np.abs(np.fft.rfft(coloured_noise(16000, 2.0, rng)))
    assert low[20:40].mean() > 20 * low[2000:4000].mean()
    mixed, share = mixture(clip, clip * 0.01, rng)
    assert 0.25 <= share <= 0.75 and 0.1 < np.sqrt(np.mean(mixed**2)) < 1


def test_metrics():
    logits = np.array([[2.0, 1, 0], [0, 1, 2], [0, 3, 1]])
    targets = np.eye(3)[[0, 1, 1]]
    assert accuracy(logits, targets) == pytest.approx(2 / 3)
    # Ranks 1 and 3 are true: (1/1 + 2/3) / 2.
    assert average_precision(np.array([0.9, 0.8, 0.7, 0.1]), np.array([1, 0, 1, 0])) == pytest.approx(5 / 6)
    # A constant score is worth no more than the worst order.
    assert average_precision(np.zeros(4), np.array([1, 0, 0, 0])) == pytest.approx(1 / 4)
    low, high = wilson(200, 400)
    assert low == pytest.approx(0.4512, abs=1e-3) and high == pytest.approx(0.5488, abs=1e-3)
    scores = np.array([[0.8, 0.1], [0.7, 0.2], [0.2, 0.6]])
    truth = np.array([[1, 0], [1, 0], [0, 1]])
    quiet = np.array([[0.75, 0.0]] * 10)
    thresholds = calibrate(scores, truth, quiet)
    assert thresholds[0] == pytest.approx(0.8) and 0.2 < thresholds[1] <= 0.6
