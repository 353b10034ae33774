"""What labels are learned by: what is written is what the levels and the whitening say, and nothing else changes."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from test_adapt import run, settings, tones  # noqa: F401 (a fixture)

from tacit_train import adapt, evaluate, learning
from tacit_train.adapter_folder import load_adapter
from tacit_train.readers import DataError


@pytest.fixture
def adapter(base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(base, tones, tmp_path, "--epochs", 1, "--lr", 1e-3))
    return tmp_path / "out"


def learn(base, tones, adapter, *more):  # noqa: F811
    arguments = ("--base", base, "--adapter", adapter, "--data", f"folder:{tones}", "--split", "train", "--threads", 1)
    run(learning, *arguments, *more)


def test_what_is_written(base, tones, adapter):  # noqa: F811
    before = load_file(adapter / "tacit.safetensors")
    description = json.loads((adapter / "tacit.json").read_text())
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7)
    after = load_file(adapter / "tacit.safetensors")
    written = json.loads((adapter / "tacit.json").read_text())
    assert written.pop("learning") == {"levels": [1, 2]} and written == description
    assert all(torch.equal(before[name], after[name]) for name in before)
    width = before["patch.bias"].shape[0]
    added = {name: list(after[name].shape) for name in after if name not in before}
    assert added == {"learning.weight": [7, 4 * width], "learning.bias": [7], "learning.prototypes": [3, 7]}
    lengths = after["learning.prototypes"].float().norm(dim=1)
    assert torch.allclose(lengths, torch.ones(3), atol=2e-3)
    # With points of what else may be heard.
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, "--others", f"folder:{tones}@test", "--other-points", 4)
    others = load_file(adapter / "tacit.safetensors")["learning.others"]
    assert list(others.shape) == [4, 7] and torch.allclose(others.float().norm(dim=1), torch.ones(4), atol=2e-3)
    # Again, it takes the place of what was there; and the folder still loads.
    learn(base, tones, adapter, "--levels", "2", "--width", 5)
    assert list(load_file(adapter / "tacit.safetensors")["learning.weight"].shape) == [5, 2 * width]
    run(evaluate, "--base", base, "--adapter", adapter, "--data", f"folder:{tones}", "--split", "test", "--threads", 1)


def test_the_levels_are_the_trunks(base, adapter):
    model, _ = load_adapter(base, adapter)
    patches = torch.randn(3, 10, 40)
    found = learning.levels_of(model, patches, [1, 2])
    with torch.no_grad():
        last = model.hidden(patches)
    width = last.shape[-1]
    expected = torch.cat([last.mean(1), (last - last.mean(1, keepdim=True)).square().mean(1).sqrt()], -1)
    assert torch.allclose(found[:, 2 * width :], expected, atol=1e-5)
    assert not torch.allclose(found[:, :width], found[:, 2 * width : 3 * width], atol=1e-2)


def test_whitening_evens_out():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((4000, 6)) @ np.diag([10, 5, 2, 1, 0.5, 0.1]) @ rng.standard_normal((6, 6)) + 3
    weight, bias = learning.whitening(rows, 6, 0.0)
    points = rows @ weight.T + bias
    covariance = points.T @ points / len(points)
    assert np.allclose(points.mean(0), 0, atol=1e-6)
    assert np.allclose(covariance, np.eye(6) * covariance[0, 0], atol=1e-3 * covariance[0, 0])
    assert np.abs(weight).max() == 1
    # Shrunk, small directions stay small.
    shrunk = rows @ learning.whitening(rows, 6, 1.0)[0].T
    assert shrunk.var(0)[0] > 5 * shrunk.var(0)[-1]


def test_what_makes_no_sense(base, tones, adapter, tmp_path):  # noqa: F811
    for levels in ("0", "3", "2,1", "1,1"):
        with pytest.raises(DataError, match="rising numbers from 1 to 2"):
            learn(base, tones, adapter, "--levels", levels)
    with pytest.raises(DataError, match="--split"):
        learn(base, tones, adapter, "--levels", "1", "--data", f"folder:{tones}")
    # Material that does not hold all of the labels says nothing of where they lie.
    shutil.copytree(tones / "train", tmp_path / "some" / "train")
    shutil.rmtree(tmp_path / "some" / "train" / "low")
    learn(base, tmp_path / "some", adapter, "--levels", "2", "--width", 4)
    assert "learning.prototypes" not in load_file(adapter / "tacit.safetensors")
