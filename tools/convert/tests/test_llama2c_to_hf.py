"""The converted folder, run by transformers, against llama2.c's own forward pass."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import llama2c  # noqa: E402
from llama2c_to_hf import convert  # noqa: E402

DATA = os.environ.get("TACIT_DATA")


def agree(checkpoint: Path, folder: Path, tokens: list[int]) -> None:
    convert(checkpoint, folder)
    config, weights = llama2c.read(checkpoint)
    hidden, logits = llama2c.forward(config, weights, tokens)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float64)
    with torch.no_grad():
        ids = torch.tensor([tokens])
        # Frequencies are 32-bit floats in transformers, whatever the model's type.
        np.testing.assert_allclose(model.model(ids).last_hidden_state[0].numpy(), hidden, atol=2e-5 * abs(hidden).max())
        np.testing.assert_allclose(model(ids).logits[0].numpy(), logits, atol=2e-5 * abs(logits).max())


@pytest.mark.parametrize("shares", [True, False])
def test_random_checkpoint(tmp_path, shares):
    config = llama2c.Config(24, 31, 2, 6, 2, 19, 16, shares)
    rng = np.random.default_rng(1)
    parts = [llama2c.HEADER.pack(24, 31, 2, 6, 2, 19 if shares else -19, 16)]
    for name, shape in config.shapes().items():
        values = rng.standard_normal(shape)
        parts.append((1 + 0.1 * values if name.startswith("rms") else values / shape[-1] ** 0.5).astype("<f4").tobytes())
    path = tmp_path / "model.bin"
    path.write_bytes(b"".join(parts))
    agree(path, tmp_path / "hf", [int(token) for token in rng.integers(0, 19, 16)])


def test_stories260k(tmp_path):
    if not DATA:
        pytest.skip("TACIT_DATA is not set: it names the folder of data sets")
    path = Path(DATA) / "stories260k/stories260K.bin"
    if not path.exists():
        pytest.skip(f"{path} is not there; TACIT_DATA names the folder of data sets")
    agree(path, tmp_path, [1] + [(7 * i * i + 3 * i) % 512 for i in range(63)])


@pytest.mark.parametrize("cut", [0, 27, 28, 1000])
def test_cut_file_is_refused(tmp_path, cut):
    path = tmp_path / "cut.bin"
    path.write_bytes((llama2c.HEADER.pack(24, 31, 2, 6, 2, 19, 16) + bytes(972))[:cut])
    with pytest.raises(ValueError, match=str(path)):
        convert(path, tmp_path / "hf")


@pytest.mark.parametrize("header", [(0, 31, 2, 6, 2, 19, 16), (24, 31, 2, 5, 1, 19, 16), (2**30, 1, 1, 1, 1, 1, 1),
                                    (24, 31, -2, 6, 2, 19, 16), (24, 31, 2, 6, 4, 19, 16)])
def test_senseless_header_is_refused(tmp_path, header):
    path = tmp_path / "bad.bin"
    path.write_bytes(llama2c.HEADER.pack(*header) + bytes(100))
    with pytest.raises(ValueError, match="makes no sense"):
        convert(path, tmp_path / "hf")
