"""EfficientNet-Lite0: its weights as a package has them, against layers of torch's own; what an adapter learns of it."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from test_adapt import run, trainer_of
from test_enlarge import small_pictures
from torch import nn
from torch.nn import functional as F

from tacit_train import adapt, hearing
from tacit_train.adapter_folder import load_adapter
from tacit_train.efficientnet import WIDTH, load_efficientnet, resized
from tacit_train.views import AT_ONCE

EPSILON = 1e-3
# Kernel, stride, expansion, channels and blocks, as the paper's table 1 has them for B0, whose Lite is without squeeze and excitation.
STAGES = [
    *((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3)),
    *((5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)),
]
REAL = Path(os.environ.get("TACIT_EFFICIENTNET", "none"))


def drawn() -> dict[str, torch.Tensor]:
    """A file's tensors by the package's names, with norms that do something."""
    generator, state = torch.Generator().manual_seed(0), {}

    def convolution(name, shape):
        state[f"{name}.weight"] = torch.randn(shape, generator=generator) * (shape[1] * shape[2] * shape[3]) ** -0.5 * 1.4

    def norm(name, width):
        for kind, low, high in (("weight", 0.8, 1.2), ("bias", -0.2, 0.2), ("running_mean", -0.2, 0.2), ("running_var", 0.5, 2)):
            state[f"{name}.{kind}"] = torch.rand(width, generator=generator) * (high - low) + low
        state[f"{name}.num_batches_tracked"] = torch.tensor(1)

    convolution("_conv_stem", (32, 3, 3, 3))
    norm("_bn0", 32)
    number, width = 0, 32
    for side, _, expansion, outputs, repeats in STAGES:
        for _ in range(repeats):
            wide = width * expansion
            if expansion > 1:
                convolution(f"_blocks.{number}._expand_conv", (wide, width, 1, 1))
                norm(f"_blocks.{number}._bn0", wide)
            convolution(f"_blocks.{number}._depthwise_conv", (wide, 1, side, side))
            norm(f"_blocks.{number}._bn1", wide)
            convolution(f"_blocks.{number}._project_conv", (outputs, wide, 1, 1))
            norm(f"_blocks.{number}._bn2", outputs)
            number, width = number + 1, outputs
    convolution("_conv_head", (WIDTH, width, 1, 1))
    norm("_bn1", WIDTH)
    return state | {"_fc.weight": torch.zeros(1000, WIDTH), "_fc.bias": torch.zeros(1000)}


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("lite0") / "lite0.pth"
    torch.save(drawn(), path)
    return path


def as_told(state, pixels):
    """Layer by layer, with torch's batch norm, and padding as TensorFlow's SAME has it of even sizes and odd kernels."""

    def layer(x, name, norm, stride=1, groups=1, active=True):
        weight = state[f"{name}.weight"]
        side = weight.shape[2]
        before = (side - 1) // 2 if stride == 1 or x.shape[2] % 2 else (side - 2) // 2
        x = F.conv2d(F.pad(x, (before, side - stride - before if x.shape[2] % 2 == 0 else side // 2) * 2), weight, None, stride, groups=groups)
        values = (state[f"{norm}.{kind}"] for kind in ("running_mean", "running_var", "weight", "bias"))
        x = F.batch_norm(x, *values, eps=EPSILON)
        return F.relu6(x) if active else x

    x = layer((pixels.permute(0, 3, 1, 2) * 255 - 127) / 128, "_conv_stem", "_bn0", 2)
    number = 0
    for _, stride, expansion, _, repeats in STAGES:
        for place in range(repeats):
            name, came, step = f"_blocks.{number}", x, stride if place == 0 else 1
            if expansion > 1:
                x = layer(x, f"{name}._expand_conv", f"{name}._bn0")
            x = layer(x, f"{name}._depthwise_conv", f"{name}._bn1", step, x.shape[1])
            x = layer(x, f"{name}._project_conv", f"{name}._bn2", active=False)
            x = x + came if step == 1 and x.shape == came.shape else x
            number += 1
    return layer(x, "_conv_head", "_bn1")


def test_its_layers_are_what_the_weights_say(weights):
    pixels = torch.rand(2, 64, 64, 3, generator=torch.Generator().manual_seed(1))
    expected = as_told(torch.load(weights, weights_only=True), pixels)
    got = load_efficientnet(weights)(pixels)
    assert got.shape == (2, WIDTH, 2, 2) and expected.std() > 0.05
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-4)


def test_loading_draws_nothing(weights):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    load_efficientnet(weights)
    assert torch.equal(torch.rand(3), expected)


def broken(change):
    def write(path):
        state = drawn()
        change(state)
        torch.save(state, path)

    return write


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 no archive"),
        lambda path: torch.save([1, 2], path),
        lambda path: torch.save({"_conv_stem.weight": 3}, path),
        lambda path: torch.save(nn.Linear(2, 2), path),
        lambda path: torch.save(torch.zeros(3), path),
        broken(lambda state: state.pop("_blocks.3._bn1.bias")),
        broken(lambda state: state.update({"_bn1.bias": torch.zeros(1)})),
        broken(lambda state: state.update({"_conv_head.weight": torch.zeros(8, 320, 1, 1)})),
    ],
    ids=["empty", "cut off", "a list", "a number", "a module", "one tensor", "a tensor less", "a norm of another size", "another size"],
)
def test_other_files_are_refused_by_name(tmp_path, write):
    write(tmp_path / "w.pth")
    with pytest.raises(ValueError, match="w.pth: not the weights of EfficientNet-Lite0"):
        load_efficientnet(tmp_path / "w.pth")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0], ids=["nan", "inf", "a negative variance"])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value):
    broken(lambda state: state["_bn1.running_var"].fill_(value))(tmp_path / "w.pth")
    if value == float("inf"):
        broken(lambda state: state["_conv_head.weight"].fill_(value))(tmp_path / "w.pth")
    with pytest.raises(ValueError, match="w.pth: "):
        load_efficientnet(tmp_path / "w.pth")


def test_what_a_file_would_run_is_not_run(tmp_path):
    class Runs:
        def __reduce__(self):
            return Path.touch, (tmp_path / "ran",)

    torch.save({"_conv_stem.weight": Runs()}, tmp_path / "w.pth")
    with pytest.raises(ValueError, match="not the weights") as told:
        load_efficientnet(tmp_path / "w.pth")
    assert not (tmp_path / "ran").exists() and "weights_only" not in str(told.value)


def test_growing_keeps_what_is_there():
    pixels = torch.rand(1, 8, 8, 3, generator=torch.Generator().manual_seed(2))
    grown = resized(pixels, 24)
    assert grown.shape == (1, 24, 24, 3) and 0 <= float(grown.min()) and float(grown.max()) <= 1
    assert float((grown[:, 1::3, 1::3] - pixels).abs().max()) < 0.02
    assert torch.allclose(resized(torch.full((1, 8, 8, 3), 0.25), 20), torch.tensor(0.25))


def test_an_adapter_learns_its_features(llama_base, weights, tmp_path, monkeypatch):
    monkeypatch.setattr(hearing.PictureHearing, "SIDE", 32)
    pictures = small_pictures(tmp_path / "pictures", 20)
    words = [
        *("--base", llama_base, "--data", f"folder:{pictures}", "--split", "train", "--run", tmp_path / "run", "--out", tmp_path / "out"),
        *("--threads", 1, "--rank", 4, "--batch", 16, "--steps", 40, "--lr", 3e-3, "--train-norms", "--input", "image", "--patch", 4),
        *("--batched", "--views", 2 * AT_ONCE, "--efficientnet", weights, "--features-weight", 2, "--linear-teacher", "--mirror"),
    ]
    run(adapt, *words)
    trainer = trainer_of(words)
    batch, targets, shares, draws = trainer.sense.examples.batch(0, 32)
    lesson = trainer.lesson(batch, draws)
    assert lesson.names is None and lesson.features.shape == (32, 192 + WIDTH) and lesson.answers.shape == targets.shape
    # A view is a picture and what the network makes of it.
    again = trainer.hearing.features(batch.clamp(0, 1))
    assert float((again - draws.features).abs().max()) < 0.05
    logits = trainer.logits(batch, draws, 40).detach()
    # Nearer the truth than the mean, which would err by what the features vary by.
    inner = lesson.features[:, :192]
    assert float((logits[:, 2:194] - inner).square().mean()) < 0.9 * float(inner.square().mean())
    load_adapter(llama_base, tmp_path / "out")
    told = json.loads((tmp_path / "run/views/made.json").read_text())["settings"]
    assert told["efficientnet"] == trainer.hearing.digest and told["mirror"] == "True" and "yamnet" not in told


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--channels", 1, "--features-weight", 1), "sees pictures in colour; expected --input image with 3 channels"),
        ((), "--efficientnet goes with --features-weight or --linear-teacher"),
        (("--speech-embedding", ".", "--features-weight", 1), "one network at a time"),
    ],
)
def test_what_does_not_go_with_it(llama_base, weights, tmp_path, more, message):
    pictures = small_pictures(tmp_path / "pictures")
    words = [
        *("--base", llama_base, "--data", f"folder:{pictures}", "--split", "train", "--run", tmp_path / "run", "--out", tmp_path / "out"),
        *("--threads", 1, "--rank", 2, "--batch", 4, "--steps", 1, "--input", "image", "--patch", 4, "--batched", "--views", AT_ONCE),
    ]
    with pytest.raises(SystemExit, match=message):
        trainer_of([*words, "--efficientnet", weights, *more])


@pytest.mark.skipif(not REAL.is_file(), reason="TACIT_EFFICIENTNET does not say where the real weights are")
def test_the_real_one_tells_pictures_apart():
    """A picture's features are nearer its mirror image's than those of noise."""
    model = load_efficientnet(REAL)
    rng = np.random.default_rng(0)
    smooth = F.interpolate(torch.from_numpy(rng.random((1, 3, 6, 6))).float(), size=(192, 192), mode="bicubic").clamp(0, 1)
    pictures = torch.cat([smooth, smooth.flip(3), torch.from_numpy(rng.random((1, 3, 192, 192))).float()]).permute(0, 2, 3, 1)
    with torch.no_grad():
        a, mirrored, noise = model(pictures).mean((2, 3))
    assert F.cosine_similarity(a, mirrored, dim=0) > 0.8 > F.cosine_similarity(a, noise, dim=0)
