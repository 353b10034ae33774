"""Pretraining: snapshots on the way leave the run as it is."""

import pytest
import torch
from safetensors.torch import load_file
from test_adapt import run

from tacit_train import pretrain
from tacit_train.model import load_trunk


def settings(folder, *more):
    text = folder / "text.txt"
    text.write_text("".join(f"The {i}th line of a book says {i * i} words and no more.\n" for i in range(900)))
    return [
        *("--text", text, "--heldout", text, "--run", folder / "run", "--out", folder / "base", "--threads", 1),
        *("--layers", 1, "--width", 32, "--heads", 2, "--context", 32, "--vocabulary", 300, "--batch", 4),
        *("--tokens", 1280, "--warm-up", 2, *more),
    ]


def test_snapshots(tmp_path, capsys):
    for name, more in [("plain", ()), ("snapshots", ("--snapshots", "256,1.28e3"))]:
        (tmp_path / name).mkdir()
        run(pretrain, *settings(tmp_path / name, *more))
    plain, other = (load_file(tmp_path / name / "base/model.safetensors") for name in ("plain", "snapshots"))
    assert all(torch.equal(plain[k], other[k]) for k in plain)
    folder = tmp_path / "snapshots"
    assert sorted(p.name for p in folder.iterdir() if p.is_dir()) == ["base", "base-1.28k", "base-256", "run"]
    early, last = (load_file(folder / name / "model.safetensors") for name in ("base-256", "base-1.28k"))
    assert all(torch.equal(plain[k], last[k]) for k in plain) and any((early[k] != last[k]).any() for k in early)
    assert load_trunk(folder / "base-256").config.hidden_size == 32 and (folder / "base-256/tokenizer.json").exists()


@pytest.mark.parametrize("text", ["x", "1e9", "1"])
def test_snapshots_that_cannot_be(tmp_path, text):
    with pytest.raises(SystemExit, match="--snapshots"):
        run(pretrain, *settings(tmp_path, "--snapshots", text))


def test_snapshots_of_a_resumed_run_lie_ahead(tmp_path, capsys):
    paths = pretrain.snapshot_steps("3e5,1e6,1.5e6", tmp_path / "base", 4096, 100, 500)
    assert {step: path.name for step, path in paths.items()} == {244: "base-1M", 366: "base-1.5M"}
    assert "3e5 tokens lies behind step 100" in capsys.readouterr().out
