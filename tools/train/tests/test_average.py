"""The mean of adapter folders: of each weight, and only of folders that were made alike."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)

from tacit_train import adapt, average, learning
from tacit_train.adapter_folder import load_adapter
from tacit_train.readers import DataError


def test_it_is_the_mean_of_each_weight(base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(base, tones, tmp_path / "a", "--steps", 3, "--source", "first", "--source", "both"))
    run(adapt, *settings(base, tones, tmp_path / "b", "--steps", 3, "--source", "both", "--source", "second", "--seed", 1, "--begin", tmp_path / "a/out"))
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
    assert "learning" not in written and "thresholds" not in written and written["metrics"] == {} and written["base"]
    assert written["sources"] == ["first", "both", "second"]


def test_what_was_made_otherwise_is_refused(llama_base, tones, tmp_path):  # noqa: F811
    made = [("a", ()), ("pool", ("--pool", "last")), ("rank", ("--rank", 3)), ("alpha", ("--alpha", 5)), ("free", ("--license", "MIT")), ("own", ("--license", "CC0"))]
    for name, more in made:
        run(adapt, *settings(llama_base, tones, tmp_path / name, "--steps", 1, *more))
    scale = "in what is adapted and by how much"
    expected = [("pool", "differs from .* in shape"), ("rank", scale), ("alpha", scale)]
    for name, message in expected:
        with pytest.raises(DataError, match=message):
            run(average, tmp_path / "a/out", tmp_path / name / "out", "--base", llama_base, "--out", tmp_path / "mean")
    # A licence is the mean's where one of them says it, and is not chosen where they say two.
    both = [tmp_path / "free/out", tmp_path / "own/out"]
    with pytest.raises(DataError, match="differs from .* in license"):
        run(average, *both, "--base", llama_base, "--out", tmp_path / "mean")
    for index, order in enumerate((both[:1] + [tmp_path / "a/out"], [tmp_path / "a/out"] + both[:1])):
        run(average, *order, "--base", llama_base, "--out", tmp_path / f"free-{index}")
        assert json.loads((tmp_path / f"free-{index}/tacit.json").read_text())["license"] == "MIT"
    edited = json.loads((tmp_path / "pool/out/tacit.json").read_text()) | {"pool": "mean", "base": {"model.safetensors": "0" * 64}}
    (tmp_path / "pool/out/tacit.json").write_text(json.dumps(edited))
    with pytest.raises(DataError, match="was made over another base"):
        run(average, tmp_path / "a/out", tmp_path / "pool" / "out", "--base", llama_base, "--out", tmp_path / "mean")
    with pytest.raises(DataError, match="two adapter folders or more"):
        run(average, tmp_path / "a/out", "--base", llama_base, "--out", tmp_path / "mean")
    assert not (tmp_path / "mean").exists()


def test_the_longer_window_is_the_means(llama_base, tones, tmp_path):  # noqa: F811
    for name, window, begin in (("a", 10, []), ("b", 12, ["--begin", tmp_path / "a/out"])):
        run(adapt, *settings(llama_base, tones, tmp_path / name, "--steps", 2, "--window", window, *begin))
    for order in ("ab", "ba"):
        run(average, *(tmp_path / name / "out" for name in order), "--base", llama_base, "--out", tmp_path / order)
        _, description = load_adapter(llama_base, tmp_path / order)
        assert description.input.window == 12
    first, second = (load_file(tmp_path / order / "tacit.safetensors") for order in ("ab", "ba"))
    assert all(torch.equal(first[name], second[name]) for name in first)
    # A table of positions is of one window alone.
    for name, window in (("c", 10), ("d", 12)):
        run(adapt, *settings(llama_base, tones, tmp_path / name, "--steps", 2, "--window", window, "--positions", "learned"))
    with pytest.raises(DataError, match="differs from .* in input"):
        run(average, tmp_path / "c/out", tmp_path / "d/out", "--base", llama_base, "--out", tmp_path / "cd")


def test_scales_of_single_matrices_count(llama_base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1))
    whole, other = tmp_path / "out", tmp_path / "other"
    for changes in ({"alpha_pattern": {"q_proj": 1}}, {"use_rslora": True}):
        shutil.copytree(whole, other, dirs_exist_ok=True)
        config = json.loads((whole / "adapter_config.json").read_text()) | changes
        (other / "adapter_config.json").write_text(json.dumps(config))
        with pytest.raises(DataError, match="in what is adapted and by how much"):
            run(average, whole, other, "--base", llama_base, "--out", tmp_path / "mean")
    # Whether a setting is left out or none makes no difference.
    (other / "adapter_config.json").write_text(json.dumps(config | {"use_rslora": False, "alpha_pattern": {}, "exclude_modules": []}))
    run(average, whole, other, "--base", llama_base, "--out", tmp_path / "mean")


def test_its_own_input_is_not_replaced(llama_base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1))
    out = tmp_path / "out"
    before = (out / "tacit.json").read_bytes()
    with pytest.raises(DataError, match="out: is replaced, and adapter 1 .*out lies there"):
        run(average, out, out, "--base", llama_base, "--out", out)
    assert (out / "tacit.json").read_bytes() == before
