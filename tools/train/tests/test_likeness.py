"""A map that foretells another network's features: against least squares, and in the folder that `learning` writes."""

from argparse import Namespace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from test_adapt import run
from test_efficientnet import drawn
from test_enlarge import small_pictures
from test_views import yamnet  # noqa: F401 (a fixture)

from tacit_train import adapt, hearing, learning
from tacit_train.adapter_folder import load_adapter
from tacit_train.likeness import principal_components, ridge_regression
from tacit_train.readers import DataError


def world(count, inputs, seed=0):
    rng = np.random.default_rng(seed)
    rows = rng.normal(3, 1, (count, inputs)) * rng.uniform(0.1, 10, inputs)
    targets = rows @ rng.normal(0, 1, (inputs, 4)) / np.sqrt(inputs) + 2
    return rows, targets + rng.normal(0, 0.1, targets.shape)


@pytest.mark.parametrize(("count", "inputs"), [(300, 12), (20, 50)], ids=["many rows", "many inputs"])
def test_it_is_ridge_regression(count, inputs):
    rows, targets = world(count, inputs)
    weight, bias = ridge_regression(rows, targets, 0.2)
    # As least squares with rows added that pull each weight towards 0.
    scaled = (rows - rows.mean(0)) / (rows.std(0) + 1e-6)
    above = np.concatenate([scaled, np.sqrt(0.2 * count) * np.eye(inputs)])
    expected = np.linalg.lstsq(above, np.concatenate([targets - targets.mean(0), np.zeros((inputs, 4))]), rcond=None)[0]
    np.testing.assert_allclose(rows @ weight.T + bias, scaled @ expected + targets.mean(0), rtol=1e-8, atol=1e-8)


def test_it_foretells_what_it_has_not_seen():
    rows, targets = world(400, 12)
    weight, bias = ridge_regression(rows[:300], targets[:300], 1e-3)
    error = rows[300:] @ weight.T + bias - targets[300:]
    assert np.square(error).mean() < 0.02 < 0.2 * targets.var()


def test_narrowing_keeps_distances():
    rows, _ = world(200, 6)
    rng = np.random.default_rng(1)
    weight, bias = rng.normal(0, 1, (20, 6)), rng.normal(0, 1, 20)
    kept_weight, kept_bias = principal_components(weight, bias, rows, 6)
    points, kept = rows @ weight.T + bias, rows @ kept_weight.T + kept_bias
    assert kept_weight.shape == (6, 6)
    np.testing.assert_allclose(np.linalg.norm(kept[1:] - kept[:-1], axis=1), np.linalg.norm(points[1:] - points[:-1], axis=1))
    # More elements than inputs hang together.
    assert principal_components(weight, bias, rows, 20)[0].shape == (6, 6)
    fewer = rows @ principal_components(weight, bias, rows, 2)[0].T
    assert fewer.var(0).sum() == pytest.approx(np.sort(np.linalg.eigvalsh(np.cov(points.T, bias=True)))[-2:].sum())


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seen")
    torch.save(drawn(), folder / "lite0.pth")
    return small_pictures(folder / "pictures", 30), folder / "lite0.pth"


def test_a_picture_model_learns_by_what_is_foretold(llama_base, seen, tmp_path, monkeypatch):
    monkeypatch.setattr(hearing.PictureHearing, "SIDE", 32)
    pictures, weights = seen
    words = ("--base", llama_base, "--data", f"folder:{pictures}", "--split", "train")
    out = tmp_path / "out"
    run(adapt, *words, "--run", tmp_path / "run", "--out", out, "--threads", 1, "--rank", 2, "--steps", 1, "--input", "image", "--patch", 4)
    more = ("--adapter", out, "--levels", "1,2", "--width", 8, "--threads", 1)
    run(learning, *words, *more)
    without = load_file(out / "tacit.safetensors")
    run(learning, *words, *more, "--efficientnet", weights, "--features-shrink", 0.01)
    got = load_file(out / "tacit.safetensors")
    assert got["learning.weight"].shape == without["learning.weight"].shape == (8, 4 * load_adapter(llama_base, out)[0].head.in_features)
    assert set(got) == set(without) and not torch.equal(got["learning.weight"], without["learning.weight"])
    assert all(torch.equal(got[name], without[name]) for name in got if not name.startswith("learning."))
    assert float(got["learning.weight"].abs().max()) == 1
    # As the features say, and no others.
    asked = Namespace(width=8, shrink=1.0, features_shrink=0.01)
    model, description = load_adapter(llama_base, out)
    reader = learning.Reader(model, description.input, [1, 2], None, Namespace(windows=1, cache=None, seed=1))
    features: list = []
    network = hearing.PictureHearing(weights, description.input)
    found, _ = reader.read(f"folder:{pictures}", "train", 100, hearing=network, features=features)
    seen_features = np.stack(features)
    weight, _ = learning.matrix(np.stack(found).astype(np.float64), [], seen_features, asked)
    torch.testing.assert_close(got["learning.weight"].double(), torch.from_numpy(weight), rtol=0, atol=2e-3)
    pixels = torch.from_numpy(np.stack([np.asarray(Image.open(p)) for p in sorted(pictures.rglob("*.png"))])).float() / 255
    straight = network.features(pixels).numpy()
    np.testing.assert_allclose(np.sort(seen_features[:, 200]), np.sort(straight[:, 200]), atol=1e-4)
    with pytest.raises(DataError, match="makes no numbers"):
        learning.matrix(np.stack(found), [], np.full((len(found), 3), np.nan), asked)
    with pytest.raises(DataError, match="all windows look the same"):
        learning.matrix(np.stack(found), [], np.ones((len(found), 3)), asked)


def test_what_does_not_go_together(llama_base, seen, tmp_path, yamnet):  # noqa: F811
    pictures, weights = seen
    words = ("--base", llama_base, "--data", f"folder:{pictures}", "--split", "train")
    out = tmp_path / "out"
    run(adapt, *words, "--run", tmp_path / "run", "--out", out, "--threads", 1, "--rank", 2, "--steps", 1, "--input", "image", "--patch", 4)
    for more, message in [
        (("--names", yamnet), "YAMNet hears logmel input"),
        (("--efficientnet", weights, "--names", yamnet), "one network at a time"),
        (("--efficientnet", weights, "--metric", f"folder:{pictures}@train"), "do not go together"),
        (("--efficientnet", yamnet), "not the weights of EfficientNet-Lite0"),
        (("--efficientnet", tmp_path / "none"), "--efficientnet .*none: no such file"),
    ]:
        with pytest.raises((DataError, SystemExit, FileNotFoundError), match=message):
            run(learning, *words, "--adapter", out, "--levels", "1", "--width", 4, "--threads", 1, *more)
