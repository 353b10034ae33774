"""What labels are learned by: what is written is what the levels and the whitening say, and nothing else changes."""

import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from test_adapt import run, settings, tones  # noqa: F401 (a fixture)

from tacit_train import adapt, evaluate, learning
from tacit_train.adapter_folder import load_adapter
from tacit_train.inputs import ImageInput
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
    # Of several sources each has points of its own.
    two = ["--others", f"folder:{tones}@test", "--others", f"folder:{tones}@train", "--other-most", 1]
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, *two, "--other-points", 1, "--other-points", 2)
    assert list(load_file(adapter / "tacit.safetensors")["learning.others"].shape) == [3, 7]
    with pytest.raises(DataError, match="--other-points: expected one for all --others, or one for each"):
        learn(base, tones, adapter, "--levels", "2", "--width", 5, *two, *["--other-points", 1] * 3)
    # Of one of them only some labels are taken; each clip has two windows.
    few = [*two, "--other-labels", "", "--other-labels", "low,high", "--other-points", 20]
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, *few)
    assert list(load_file(adapter / "tacit.safetensors")["learning.others"].shape) == [3 * 2 + 2 * 2, 7]
    # Those that count for taught labels alone stand last, wherever they are named.
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, *few, "--other-for", "taught", "--other-for", "all")
    found = load_file(adapter / "tacit.safetensors")["learning.others"]
    assert json.loads((adapter / "tacit.json").read_text())["learning"] == {"levels": [1, 2], "taught_others": 6}
    turned = ["--others", f"folder:{tones}@train", "--other-labels", "low,high", "--others", f"folder:{tones}@test"]
    turned += ["--other-labels", "", "--other-most", 1, "--other-points", 20]
    learn(base, tones, adapter, "--levels", "1,2", "--width", 7, *turned)
    assert torch.equal(load_file(adapter / "tacit.safetensors")["learning.others"], found)
    assert json.loads((adapter / "tacit.json").read_text())["learning"] == {"levels": [1, 2]}
    with pytest.raises(DataError, match="--other-labels: folder:.* has no hgih"):
        learn(base, tones, adapter, "--levels", "2", "--width", 5, *two, "--other-labels", "", "--other-labels", "hgih")
    # Again, it takes the place of what was there; and the folder still loads.
    learn(base, tones, adapter, "--levels", "2", "--width", 5)
    assert list(load_file(adapter / "tacit.safetensors")["learning.weight"].shape) == [5, 2 * width]
    run(evaluate, "--base", base, "--adapter", adapter, "--data", f"folder:{tones}", "--split", "test", "--threads", 1)


def test_a_stretch_is_of_sound_that_goes_on(llama_base, tones, tmp_path):  # noqa: F811
    out = tmp_path / "out"
    run(adapt, *settings(llama_base, tones, tmp_path, "--context", "sliding", "--steps", 2))
    learn(llama_base, tones, out, "--levels", "2", "--width", 4, "--stretch", 3)
    assert json.loads((out / "tacit.json").read_text())["learning"] == {"levels": [2], "stretch": 3}
    with pytest.raises(DataError, match="--stretch .*: expected 1 to [0-9]+ patches"):
        learn(llama_base, tones, out, "--levels", "2", "--width", 4, "--stretch", 1000)
    value = json.loads((out / "tacit.json").read_text())
    (out / "tacit.json").write_text(json.dumps(value | {"context": "restart"}))
    with pytest.raises(DataError, match="sliding context"):
        learn(llama_base, tones, out, "--levels", "2", "--width", 4, "--stretch", 3)


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
    for levels in ("0", "3", "2,1", "1,1", "x", ""):
        with pytest.raises(DataError, match="rising numbers from 1 to 2"):
            learn(base, tones, adapter, "--levels", levels)
    with pytest.raises(DataError, match="--split"):
        learn(base, tones, adapter, "--levels", "1", "--data", f"folder:{tones}")
    # Material that does not hold all of the labels says nothing of where they lie.
    shutil.copytree(tones / "train", tmp_path / "some" / "train")
    shutil.rmtree(tmp_path / "some" / "train" / "low")
    learn(base, tmp_path / "some", adapter, "--levels", "2", "--width", 4)
    assert "learning.prototypes" not in load_file(adapter / "tacit.safetensors")


def test_cells_of_a_picture():
    picture = ImageInput(18, 14, 1, 6, 2, (0.0,), (1.0,))  # 5 rows of 7 patches
    for grid in (2, 3, 5):
        cells = learning.cells_of(picture, grid)
        assert cells.shape == (grid * grid, 35) and torch.allclose(cells.sum(1), torch.ones(grid * grid))
        for cell in range(grid * grid):
            for patch in range(35):
                # A patch is in a cell where a part of it is, however small.
                down, across = divmod(patch, 7)
                inside = all(
                    place * grid < (index + 1) * count and (place + 1) * grid > index * count
                    for place, index, count in ((down, cell // grid, 5), (across, cell % grid, 7))
                )
                assert (cells[cell, patch] > 0) == inside
        assert (cells[cells > 0].reshape(-1) <= 1).all()
    assert learning.cells_of(picture, 1) is None
    for grid, message in ((0, "expected 1 or more"), (6, "expected 1 to 5, patches each way")):
        with pytest.raises(DataError, match=message):
            learning.cells_of(picture, grid)
    with pytest.raises(DataError, match="expected 1 to 16"):
        learning.cells_of(ImageInput(64, 64, 1, 2, 2, (0.0,), (1.0,)), 17)


def test_cells_go_in_behind_the_whole(llama_base, tmp_path):
    rng = np.random.default_rng(0)
    for name, side in (("left", 0), ("right", 1)):
        (tmp_path / "pictures/train" / name).mkdir(parents=True)
        for index in range(6):
            pixels = rng.integers(0, 60, (12, 12), np.uint8)
            pixels[:, 6 * side : 6 * side + 6] += 180
            Image.fromarray(pixels).save(tmp_path / f"pictures/train/{name}/{index}.png")
    run(
        *(adapt, "--base", llama_base, "--data", f"folder:{tmp_path}/pictures", "--split", "train", "--run", tmp_path / "run"),
        *("--out", tmp_path / "out", "--input", "image", "--patch", 4, "--attention", "full", "--rank", 2, "--steps", 2),
        *("--batch", 4, "--threads", 1, "--validation", 0.2),
    )
    learn(llama_base, tmp_path / "pictures", tmp_path / "out", "--levels", "1,2", "--grid", 2, "--width", 4)
    written = json.loads((tmp_path / "out/tacit.json").read_text())
    assert written["learning"] == {"levels": [1, 2], "grid": 2}
    model, description = load_adapter(llama_base, tmp_path / "out")
    width = model.head.in_features
    assert list(load_file(tmp_path / "out/tacit.safetensors")["learning.weight"].shape) == [4, 2 * 6 * width]
    patches = torch.randn(3, 9, 16)
    plain = learning.levels_of(model, patches, [2])
    found = learning.levels_of(model, patches, [2], learning.cells_of(description.input, 2)).unflatten(1, (6, width))
    with torch.no_grad():
        last = model.hidden(patches).unflatten(1, (3, 3))
    assert torch.equal(found[:, :2].flatten(1), plain)
    assert torch.allclose(found[:, 3], last[:, :2, 1:].mean((1, 2)), atol=1e-5)
    assert torch.allclose(found[:, 4], last[:, 1:, :2].mean((1, 2)), atol=1e-5)


def test_sound_has_no_cells(base, tones, adapter):  # noqa: F811
    with pytest.raises(DataError, match="only pictures have cells"):
        learn(base, tones, adapter, "--levels", "1", "--grid", 2)


def test_what_no_model_file_takes_is_refused(base, tones, adapter):  # noqa: F811
    with pytest.raises(DataError, match="a model file takes 65536 and 1024 at most"):
        learn(base, tones, adapter, "--levels", "1", "--width", 1025)
