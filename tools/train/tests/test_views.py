"""Views: examples made once, what YAMNet makes of them, and what learns from both."""

import json
from argparse import Namespace
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from test_adapt import run, settings, tones, trainer_of  # noqa: F401 (tones is a fixture)
from test_batched import Recordings
from tacit_train import adapt, batched, evaluate
from tacit_train.adapter_folder import load_adapter
from tacit_train.augment import Augmentation
from tacit_train.linear_teacher import Scale, Whitening, fit_linear_teacher
from tacit_train.views import AT_ONCE, Views
from tacit_train.yamnet import YAMNet, save_yamnet

SETTINGS = {"seed": "3"}
SOUND = ("--input", "logmel", "--rate", 16000, "--patch", 4, "--n-mels", 16, "--task", "multilabel")


@pytest.fixture(scope="module")
def yamnet(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("yamnet") / "yamnet.safetensors"
    save_yamnet(YAMNet(), path)
    return path


def sounds(a=Augmentation(shift=-1, gain_low=-20, mix=0.3)):
    rng = np.random.default_rng(0)
    recordings = Recordings([rng.uniform(-0.5, 0.5, n) for n in (900, 400, 1600, 37)])
    return batched.SoundBatches(recordings, np.eye(4, dtype=np.float32), None, 800, 8000, a, 3, "cpu")


def spectrogram(samples):
    return samples.unflatten(1, (20, 40)).square()


def hear(samples):
    means = samples.unflatten(1, (100, 8)).abs()
    return torch.stack([means.mean(1), means.amax(1)], 1)


def views(folder, count=2 * AT_ONCE, examples=None, settings=SETTINGS):
    return Views(folder, count, examples or sounds(), spectrogram, hear, settings)


def test_a_view_is_an_example_and_comes_once_an_epoch(tmp_path):
    made, examples = views(tmp_path), sounds()
    whole = [examples.batch(step, AT_ONCE) for step in range(2)]
    frames = torch.cat([spectrogram(b[0]) for b in whole]).half().float()
    heard = torch.cat([hear(b[0]) for b in whole]).half().float()
    shares = torch.cat([b[2] for b in whole]).half().float()
    for epoch in range(2):
        seen = []
        for step in range(4):
            batch, targets, share, draws = made.batch(4 * epoch + step, AT_ONCE // 2)
            for row in range(len(batch)):
                place = int((frames - batch[row]).abs().sum((1, 2)).argmin())
                seen.append(place)
                assert torch.equal(batch[row], frames[place]) and torch.equal(share[row], shares[place])
                assert torch.equal(draws.features[row], heard[place])
                assert ((targets[row] > 0) == (share[row] > 0)).all()
        assert sorted(seen) == list(range(2 * AT_ONCE))


def test_processes_have_their_rows_of_the_whole_batch(tmp_path):
    made = views(tmp_path)
    whole, part = made.batch(3, 32), made.batch(3, 32, range(8, 16))
    assert torch.equal(whole[0][8:16], part[0]) and torch.equal(whole[3].features[8:16], part[3].features)
    assert torch.equal(whole[3].uniform(32)()[8:16], part[3].uniform(8)())


def test_what_was_made_is_not_made_again(tmp_path):
    class Breaks:
        def __init__(self, whole):
            self.whole, self.seed, self.device = whole, whole.seed, whole.device
            self.asked = []

        def batch(self, step, size):
            self.asked.append(step)
            if step == 25:
                raise KeyboardInterrupt
            return self.whole.batch(step, size)

    broken = Breaks(sounds())
    with pytest.raises(KeyboardInterrupt):
        views(tmp_path / "a", 27 * AT_ONCE, broken)
    rest = Breaks(sounds())
    rest.batch = lambda step, size: (rest.asked.append(step), rest.whole.batch(step, size))[1]
    gone_on = views(tmp_path / "a", 27 * AT_ONCE, rest)
    assert rest.asked == list(range(20, 27))
    at_once = views(tmp_path / "b", 27 * AT_ONCE)
    for x, y in zip(gone_on.batch(0, 500)[:3], at_once.batch(0, 500)[:3]):
        assert torch.equal(x, y)
    again = Breaks(sounds())
    views(tmp_path / "a", 27 * AT_ONCE, again)
    assert again.asked == []


def test_views_of_something_else_are_refused(tmp_path):
    views(tmp_path)
    with pytest.raises(ValueError, match="views made with other settings; remove it to make them anew"):
        views(tmp_path, settings={"seed": "4"})
    with pytest.raises(ValueError, match="expected a multiple of 64"):
        views(tmp_path / "other", AT_ONCE + 1)
    (tmp_path / "made.json").write_text(json.dumps({"made": 128, "count": 64, "settings": SETTINGS}))
    with pytest.raises(ValueError, match="other settings"):
        views(tmp_path)


def counted(folder, made):
    (folder / "made.json").write_text(json.dumps({"made": made, "count": 128, "settings": SETTINGS}))


def test_what_is_damaged_is_named(tmp_path):
    for name, damage in (
        ("missing", lambda folder: (folder / "targets.npy").unlink()),
        ("cut", lambda folder: (folder / "frames.npy").write_bytes((folder / "frames.npy").read_bytes()[:5000])),
        ("empty", lambda folder: (folder / "made.json").write_text("{}")),
        ("no json", lambda folder: (folder / "made.json").write_text("{")),
        ("fewer", lambda folder: np.save(folder / "frames.npy", np.load(folder / "frames.npy")[:64])),
        ("other", lambda folder: np.save(folder / "shares.npy", np.load(folder / "shares.npy").astype(np.float32))),
        *((str(made), lambda folder, made=made: counted(folder, made)) for made in (60, -64, 192, "128", True)),
    ):
        views(tmp_path / name)
        damage(tmp_path / name)
        with pytest.raises(ValueError, match=f"{tmp_path / name}: .*remove it to make the views anew"):
            views(tmp_path / name)


def test_what_died_before_anything_was_counted_begins_anew(tmp_path):
    class Dies:
        seed, device = 3, "cpu"

        def batch(self, step, size):
            if step == 1:
                raise KeyboardInterrupt
            return sounds().batch(step, size)

    with pytest.raises(KeyboardInterrupt):
        views(tmp_path / "a", examples=Dies())
    for x, y in zip(views(tmp_path / "a").batch(0, 100)[:3], views(tmp_path / "b").batch(0, 100)[:3]):
        assert torch.equal(x, y)


def test_a_linear_teacher_knows_what_lies_in_the_features(tmp_path):
    """Each clip has a level of its own in two features, beside six of noise."""
    rng = np.random.default_rng(0)

    class Made:
        count, device = 16384, "cpu"
        targets = np.eye(4, dtype=np.float32)[rng.integers(4, size=count)]
        plain = np.concatenate([targets @ [[0, 0], [0, 1], [1, 0], [1, 1]], rng.normal(size=(count, 6))], 1)
        features = np.stack([plain, plain + rng.normal(size=plain.shape)], 1).astype(np.float32)

        def rows(self, name, places):
            return torch.from_numpy({"features": self.features}.get(name, self.targets)[places])

    made = Made()
    scale = Scale(made)
    scaled = scale(torch.from_numpy(made.features))
    torch.testing.assert_close(scaled.mean(0), torch.zeros(16), atol=0.03, rtol=0)
    torch.testing.assert_close(scaled.std(0), torch.ones(16), atol=0.03, rtol=0)
    args = Namespace(seed=0, smoothing=0.1, softmax_weight=1.0, sigmoid_weight=0.2)
    layers = [fit_linear_teacher(made, scale, 4, args, True) for _ in range(2)]
    assert torch.equal(layers[0].weight, layers[1].weight)
    right = layers[0](scaled).argmax(1).numpy() == made.targets.argmax(1)
    assert right.mean() > 0.9


class Rows:
    """As many views as there are rows of features."""

    def __init__(self, rows: np.ndarray):
        self.count, self._rows = len(rows), torch.from_numpy(rows)

    def rows(self, name: str, places: np.ndarray) -> torch.Tensor:
        return self._rows[places]


def test_features_that_say_nothing_are_not_whitened():
    same = Rows(np.ones((64, 4), np.float32))
    with pytest.raises(ValueError, match="the same in every view"):
        Whitening(same, Scale(same))


def test_whitened_features_show_what_is_rare():
    """Against the inverse root of the covariance with the mean variance added, by numpy's singular values."""
    rng = np.random.default_rng(3)
    rows = (rng.normal(size=(4096, 6)) * [9, 3, 1, 1, 0.5, 0.2] @ rng.normal(size=(6, 6))).astype(np.float32)
    made = Rows(rows)
    scale = Scale(made)
    whitening = Whitening(made, scale)
    scaled = scale(torch.from_numpy(rows))
    centred = scaled.numpy().astype(np.float64)
    centred -= centred.mean(0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    variance = singular**2 / len(rows)
    gain = 1 / np.sqrt(variance + variance.mean())
    expected = directions.T @ np.diag(gain / np.sqrt((variance * gain**2).mean())) @ directions
    np.testing.assert_allclose(whitening.matrix.numpy(), expected, rtol=1e-4, atol=1e-5)
    found = whitening(scaled)
    assert found.var(0, correction=0).mean() == pytest.approx(1, rel=1e-3)
    # The largest direction is held down.
    spread = [np.linalg.svd(x - x.mean(0), compute_uv=False)[[0, 2]] for x in (scaled.numpy(), found.numpy())]
    assert spread[0][0] / spread[0][1] > 2 and spread[1][0] / spread[1][1] < 0.6 * spread[0][0] / spread[0][1]


def test_an_adapter_learns_from_views_and_goes_on_from_another(llama_base, tones, yamnet, tmp_path):
    sound = (*SOUND, "--batched", "--context", "sliding", "--time-masks", 1, "--bf16")
    first = settings(llama_base, tones, tmp_path / "first", *sound, "--steps", 2)
    run(adapt, *first)
    more = ("--views", 2 * AT_ONCE, "--names", yamnet, "--names-weight", 0, "--features-weight", 0.1, "--linear-teacher", "--teacher-weight", 0.1)
    words = settings(llama_base, tones, tmp_path / "second", *sound, *more, "--steps", 120, "--lr", 3e-3, "--shift", -1)
    words += ["--begin", tmp_path / "first" / "out"]
    run(adapt, *words)
    before, after = (load_adapter(llama_base, tmp_path / name / "out")[1].input for name in ("first", "second"))
    assert before == after
    run(
        *(evaluate, "--base", llama_base, "--adapter", tmp_path / "second" / "out", "--data", f"folder:{tones}"),
        *("--split", "test", "--out", tmp_path / "result"),
    )
    assert json.loads((tmp_path / "result/summary.json").read_text())["accuracy"] > 0.6
    trainer = trainer_of(words)
    batch, targets, shares, draws = trainer.sense.examples.batch(0, 16)
    lesson = trainer.lesson(batch, draws)
    assert lesson.names.shape == (16, 521) and lesson.features.shape == (16, 2048) and lesson.answers.shape == targets.shape
    (tmp_path / "second/run/checkpoint.pt").unlink()
    whitened = trainer_of([*words, "--whiten-features"])
    told = whitened.lesson(batch, draws)
    assert torch.equal(told.features, whitened.whitening(lesson.features)) and torch.equal(told.answers, lesson.answers)
    # The loss hangs on each of them.
    assert torch.equal(lesson.answers, trainer.linear(trainer.scale(draws.features)))
    logits = trainer.logits(batch, draws, 0).detach().float()
    plain = float(trainer.loss(logits, targets, shares, lesson))
    beside = logits[:, -2048:]
    without = float(trainer.loss(logits, targets, shares, replace(lesson, features=beside)))
    assert plain - without == pytest.approx(0.1 * float((beside - lesson.features).square().mean()), rel=1e-2)
    assert plain != float(trainer.loss(logits, targets, shares, replace(lesson, answers=-lesson.answers)))
    stored = load_file(tmp_path / "second/out/tacit.safetensors")
    assert not [name for name in stored if name.startswith(("names", "features"))]
    # Every other step has a neighbour's frames in front of each view, and ends like the one without.
    step = next(s for s in range(20) if trainer.sense.with_lead(batch, s).shape != batch.shape)
    led = trainer.sense.with_lead(batch, step)
    d = trainer.description.input
    lead = d.window * d.stride_frames
    assert torch.equal(led[:, lead:], batch) and torch.equal(led[1:, :lead], batch[:-1, -lead:])
    assert trainer.sense.patches(led, draws).shape[1] == 2 * d.window


def test_views_of_other_clips_are_refused(llama_base, tones, tmp_path):
    """As many clips, and others: here another part of them is held out."""
    words = settings(llama_base, tones, tmp_path, *SOUND, "--batched", "--views", AT_ONCE, "--steps", 1)
    run(adapt, *words)
    (tmp_path / "run/checkpoint.pt").unlink()
    run(adapt, *words, "--time-masks", 2)
    (tmp_path / "run/checkpoint.pt").unlink()
    with pytest.raises(SystemExit, match="views made with other settings"):
        run(adapt, *words, "--validation-split", "test")
    with pytest.raises(SystemExit, match="views made with other settings"):
        run(adapt, *words, "--bf16")


def test_what_goes_with_views_alone_says_so(llama_base, tones, yamnet, tmp_path):
    for words, message in [
        (["--batched", "--names", yamnet, "--features-weight", 1], "--features-weight and --linear-teacher go with"),
        (["--batched", "--views", AT_ONCE, "--linear-teacher"], "--features-weight and --linear-teacher go with"),
        (["--batched", "--views", AT_ONCE, "--teacher", tmp_path], "--linear-teacher goes with them"),
        (["--batched", "--whiten-features"], "--whiten-features goes with --features-weight"),
        (["--views", AT_ONCE], "--views go with log-mel or images and --batched"),
        (["--batched", "--views", 100], "expected a multiple of 64"),
        (["--batched", "--views", 0], "expected a multiple of 64"),
        (["--batched", "--names", yamnet, "--without-layers", 1], "--without-layers leaves them out"),
    ]:
        with pytest.raises(SystemExit, match=message):
            run(adapt, *settings(llama_base, tones, tmp_path / "run", *SOUND, *words))
