"""The linear layer, its folds and its interval against what is known of them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import probe  # noqa: E402


def clouds(apart: float, each: int = 20, classes: int = 4, width: int = 6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    centres = rng.standard_normal((classes, width)) * apart
    labels = np.repeat(np.arange(classes), each)
    return centres[labels] + rng.standard_normal((len(labels), width)), labels


def test_what_is_apart_is_told_apart_and_what_is_not_is_not():
    x, labels = clouds(6)
    assert probe.cross_validate(x, labels, 1).mean() == 1
    noise = np.random.default_rng(2).standard_normal(x.shape)
    assert probe.cross_validate(noise, labels, 2).mean() < 0.45
    # The scale of a feature changes nothing.
    scaled = x * np.array([1e3, 1e-3, 1, 1, 1, 1]) + 50
    assert probe.cross_validate(scaled, labels, 1).mean() == 1


def test_parts_are_even_and_draws_repeat():
    labels = np.repeat([0, 1, 2], [10, 11, 7])
    part = probe.folds(labels, 5, np.random.default_rng(3))
    for name in range(3):
        counts = np.bincount(part[labels == name], minlength=5)
        assert counts.max() - counts.min() <= 1
    x, labels = clouds(0.7)
    first, again = (probe.cross_validate(x, labels, 2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_the_fit_is_where_the_gradient_is_nothing():
    x, labels = clouds(1)
    weights, biases = probe.fit(x, labels, 4, 0.1)
    logits = x @ weights.T + biases
    share = np.exp(logits - logits.max(1, keepdims=True))
    share /= share.sum(1, keepdims=True)
    error = (share - np.eye(4)[labels]) / len(x)
    np.testing.assert_allclose(error.T @ x + 0.1 * weights, 0, atol=1e-4)
    np.testing.assert_allclose(error.sum(0), 0, atol=1e-4)


def test_the_interval():
    shares = np.array([[0.5, 0.6, 0.7, 0.6, 0.6], [0.6, 0.5, 0.7, 0.6, 0.6]])
    low, high = probe.interval(shares)
    # By hand: variance 0.04 / 9, times 1 / 10 + 1 / 4; t of 9 degrees of freedom 2.2622.
    reach = 2.262157 * np.sqrt(0.04 / 9 * 0.35)
    assert low == pytest.approx(0.6 - reach, abs=1e-6) and high == pytest.approx(0.6 + reach, abs=1e-6)
    assert probe.interval(np.ones((10, 5))) == (1, 1)


def test_a_folder_that_is_none_says_so(tmp_path):
    for folder, words in [(tmp_path / "none", "no such folder"), (tmp_path, "at least 2 folders")]:
        command = [sys.executable, Path(probe.__file__), "model.gguf", folder]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 1 and words in done.stderr and len(done.stderr.splitlines()) == 1


def test_no_repeats_measure_nothing(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run", "a.gguf", "folder", "--repeats", "0"])
    with pytest.raises(SystemExit):
        probe.main()
    assert "--repeats: 0: expected a whole number, 1 or more" in capsys.readouterr().err
