"""The mean of adapter folders: of each weight, and only of folders that were made alike."""

import json

import pytest
import torch
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)

from tacit_train import adapt, average, learning
from tacit_train.adapter_folder import load_adapter
from tacit_train.readers import DataError


def test_it_is_the_mean_of_each_weight(base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(base, tones, tmp_path / "a", "--steps", 3))
    run(adapt, *settings(base, tones, tmp_path / "b", "--steps", 3, "--seed", 1, "--begin", tmp_path / "a/out"))
    a, b = tmp_path / "a/out", tmp_path / "b/out"
    run(learning, "--base", base, "--adapter", a, "--data", f"folder:{tones}", "--split", "train", "--levels", "1", "--width", 3)
    run(average, a, b, a, a, "--base", base, "--out", tmp_path / "mean")
    (first, told), (second, _), (mean, description) = (load_adapter(base, folder) for folder in (a, b, tmp_path / "mean"))
    states = [m.state_dict() for m in (first, second, mean)]
    assert any(not torch.equal(states[0][name], states[1][name]) for name in states[0])
    for name, value in states[2].items():
        torch.testing.assert_close(value, 0.75 * states[0][name] + 0.25 * states[1][name], rtol=1e-3, atol=1e-6)
    assert (description.input, description.shape, description.labels) == (told.input, told.shape, told.labels)
    # What was made of the first one's weights is not the mean's.
    written = json.loads((tmp_path / "mean/tacit.json").read_text())
    assert "learning" not in written and written["metrics"] == {} and written["base"]


def test_what_was_made_otherwise_is_refused(llama_base, tones, tmp_path):  # noqa: F811
    for name, more in (("a", ()), ("pool", ("--pool", "last")), ("rank", ("--rank", 3))):
        run(adapt, *settings(llama_base, tones, tmp_path / name, "--steps", 1, *more))
    for name, message in (("pool", "differs from .* in shape"), ("rank", "not of the same sizes")):
        with pytest.raises(DataError, match=message):
            run(average, tmp_path / "a/out", tmp_path / name / "out", "--base", llama_base, "--out", tmp_path / "mean")
    with pytest.raises(DataError, match="two adapter folders or more"):
        run(average, tmp_path / "a/out", "--base", llama_base, "--out", tmp_path / "mean")
    assert not (tmp_path / "mean").exists()
