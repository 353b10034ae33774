"""A metric learned from labels: it carries over to labels that it never saw, and `learning --metric` writes it."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from test_adapt import tones  # noqa: F401 (a fixture)
from test_learning import adapter, learn  # noqa: F401 (a fixture)

from tacit_train import learning, metric
from tacit_train.readers import DataError

# Labels differ in five directions of 20; what else makes rows differ is much larger.
SIGNAL, NOISE, WIDTH = 5, 15, 20


@pytest.fixture
def world():
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0]

    def rows(labels: int, each: int):
        centres = np.repeat(rng.standard_normal((labels, SIGNAL)), each, 0)
        parts = [centres + 0.3 * rng.standard_normal(centres.shape), 4 * rng.standard_normal((len(centres), NOISE))]
        return np.concatenate(parts, 1) @ turn + 2, np.repeat(np.arange(labels), each)

    return rows


def nearest(points: np.ndarray, classes: np.ndarray) -> float:
    """How often the nearest other point is of the same label."""
    points = learning.unit(points)
    likeness = points @ points.T - 9 * np.eye(len(points))
    return float((classes[likeness.argmax(1)] == classes).mean())


def test_it_carries_over_to_other_labels(world):
    given, classes = world(40, 12)
    weight, bias = metric.discriminants(given, classes, given, WIDTH, 0.01)
    assert weight.shape == (WIDTH, WIDTH) and bias.shape == (WIDTH,)
    others, of = world(30, 8)
    found = nearest(others @ weight.T + bias, of)
    white, shift = learning.whitening(given, WIDTH, 0.01)
    assert found > 0.8 and nearest(others @ white.T + shift, of) < 0.5
    # Directions in which labels differ come first and are the longest.
    lengths = (others @ weight.T + bias).std(0)
    assert lengths[:SIGNAL].min() > 2 * lengths[SIGNAL:].max()


def test_no_more_directions_than_labels_tell_apart(world):
    given, classes = world(4, 30)
    weight, bias = metric.discriminants(given, classes, given, WIDTH, 0.1)
    assert len(weight) == len(bias) == 3
    # What is usual lies at nothing.
    assert np.allclose((given @ weight.T + bias).mean(0), 0, atol=1e-9)


def test_two_maps_count_alike(world):
    given, classes = world(10, 10)
    first = metric.discriminants(given, classes, given, WIDTH, 0.1)
    weight, bias = metric.beside(first, learning.whitening(given, 6, 1.0), given)
    points = given @ weight.T + bias
    assert points.shape[1] == 9 + 6
    halves = (np.square(points[:, :9]).sum(1).mean(), np.square(points[:, 9:]).sum(1).mean())
    assert np.allclose(halves, 1)


def test_a_clip_in_noise():
    rng = np.random.default_rng(1)
    for length in (50, 400):
        clip = 0.1 * np.sin(np.arange(200.0)).astype(np.float32)
        out = learning.in_noise(clip, length, rng)
        assert out.shape == (length,) and out.dtype == np.float32
        # As much of it as fits is there, and noise of less than its power.
        found = np.correlate(out, clip[:length] if length < 200 else clip, "full").max()
        assert found > 0.5 * np.square(clip[: min(length, 200)]).sum()
    assert np.array_equal(learning.in_noise(clip, 90, np.random.default_rng(2)), learning.in_noise(clip, 90, np.random.default_rng(2)))


def test_what_is_written(base, tones, adapter):  # noqa: F811
    source = ("--metric", f"folder:{tones}@train", "--metric-noise")
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, *source)
    first = load_file(adapter / "tacit.safetensors")
    width = first["patch.bias"].shape[0]
    # Three labels have two directions; the others are of the whitening.
    assert list(first["learning.weight"].shape) == [7, 4 * width]
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7)
    plain = load_file(adapter / "tacit.safetensors")
    assert not torch.equal(first["learning.weight"], plain["learning.weight"])
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, *source)
    assert all(torch.equal(first[name], value) for name, value in load_file(adapter / "tacit.safetensors").items())
    with pytest.raises(DataError, match="two labels"):
        learn(base, tones, adapter, "--levels", "1,2", *source, "--metric-except", "low,middle")
