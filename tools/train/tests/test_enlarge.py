"""An adapter folder made for pictures twice as large says of small ones that are grown what it said of them before."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)

from tacit_train import adapt, enlarge
from tacit_train.adapter_folder import load_adapter
from tacit_train.frontend import make_front_end
from tacit_train.images import fit
from tacit_train.inputs import ImageInput
from tacit_train.readers import DataError


def small_pictures(folder, count=6, side=12):
    rng = np.random.default_rng(0)
    for label in ("a", "b"):
        (folder / "train" / label).mkdir(parents=True)
        for number in range(count):
            pixels = rng.integers(0, 256, (side, side, 3), np.uint8)
            Image.fromarray(pixels).save(folder / "train" / label / f"{number}.png")
    return folder


@pytest.fixture(params=[0, 8], ids=["linear", "hidden"])
def made(request, llama_base, tmp_path):
    pictures = small_pictures(tmp_path / "pictures")
    words = ("--base", llama_base, "--data", f"folder:{pictures}", "--split", "train", "--run", tmp_path / "run", "--out", tmp_path / "out")
    more = ("--threads", 1, "--rank", 2, "--batch", 4, "--steps", 2, "--patch-hidden", request.param)
    run(adapt, *words, *more, "--input", "image", "--patch", 4, "--stride", 2)
    return tmp_path / "out"


@pytest.mark.parametrize("side", [2, 3, 8])
def test_growing_is_undone_within_a_patch(side):
    rng = np.random.default_rng(side)
    row = rng.integers(0, 256, (1, side + 6), np.uint8)
    grown = np.asarray(fit(Image.fromarray(np.repeat(row, side + 6, 0)), 2 * side + 12, 2 * side + 12))[0].astype(np.float64)
    got = enlarge.shrinking(side).numpy() @ grown[6 : 6 + 2 * side]
    # A grown pixel is rounded to a byte.
    assert np.abs(got - row[0, 3 : 3 + side]).max() <= 1.01
    assert torch.allclose(enlarge.shrinking(side).sum(1), torch.ones(side, dtype=torch.float64))


def test_small_pictures_that_are_grown_are_seen_as_before(llama_base, made):
    pixels = np.random.default_rng(1).integers(0, 256, (5, 12, 12, 3), np.uint8)
    grown = np.stack([np.asarray(fit(Image.fromarray(p), 24, 24)) for p in pixels])
    model, before = load_adapter(llama_base, made)
    with torch.no_grad():
        expected = model(make_front_end(before.input)(torch.from_numpy(pixels).float() / 255))
        run(enlarge, made)
        model, after = load_adapter(llama_base, made)
        got = model(make_front_end(after.input)(torch.from_numpy(grown).float() / 255))
    assert (after.input.width, after.input.patch, after.input.stride) == (24, 8, 4) and after.input.window == before.input.window
    assert (after.labels, after.input.mean) == (before.labels, before.input.mean)
    assert float((got - expected).abs().max()) < 0.05 * float(expected.abs().max())


def test_what_read_smaller_pictures_is_not_kept(made):
    told = json.loads((made / "tacit.json").read_text())
    (made / "tacit.json").write_text(json.dumps(told | {"learning": {"levels": [1]}, "metrics": {"accuracy": 1.0}}))
    tensors = load_file(made / "tacit.safetensors")
    save_file(tensors | {"learning.weight": torch.ones(2, 2)}, made / "tacit.safetensors")
    run(enlarge, made)
    told = json.loads((made / "tacit.json").read_text())
    assert "learning" not in told and told["metrics"] == {}
    assert set(load_file(made / "tacit.safetensors")) == set(tensors)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 9000, "height": 9000}, "twice is more than a model takes"),
        ({"patch": 1, "stride": 1}, "patches are of one pixel"),
        ({"patch": 5}, "expected 75 numbers for each output"),
    ],
)
def test_what_can_not_be_enlarged_is_left_as_it_is(made, change, message):
    told = json.loads((made / "tacit.json").read_text())
    (made / "tacit.json").write_text(json.dumps(told | {"input": told["input"] | change}))
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    with pytest.raises(DataError, match=message):
        run(enlarge, made)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


def test_sound_is_refused(base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(base, tones, tmp_path, "--steps", 1))
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(DataError, match="its input is waveform; expected image"):
        run(enlarge, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_weights_are_moved_by_place_and_channel():
    small = ImageInput(4, 4, 3, 2, 2, (0.0,) * 3, (1.0,) * 3)
    weight = torch.zeros(1, small.patch_size)
    weight[0, (1 * 2 + 0) * 3 + 2] = 1.0  # row 1, column 0, blue
    maps = enlarge.enlarged(weight, small).view(4, 4, 3)
    assert torch.equal(maps[..., :2], torch.zeros(4, 4, 2, dtype=torch.float64))
    assert maps[2, 1, 2] == 1.5 * 1.5 and maps[1, 2, 2] == 0.25 and maps[0].abs().sum() == 0
