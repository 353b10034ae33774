"""Bases, teachers and heads that are not whole are refused: transformers would fill up what is lacking at random."""

import math
import shutil

import pytest
from safetensors.torch import load_file, save_file
from test_adapt import run, settings, tones, trainer_of  # noqa: F401 (tones is a fixture)
from test_teach import taught

from tacit_train import adapt, cut, lower, teach, trial
from tacit_train.model import load_trunk
from tacit_train.readers import DataError


def spoilt(path, change):
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


def test_a_base_that_is_not_whole(base, tmp_path):
    folder = tmp_path / "base"
    name = next(n for n in sorted(load_file(base / "model.safetensors")) if "norm" in n or "ln_1" in n)
    for change, message in (
        (lambda t: {k: v for k, v in t.items() if k != name}, f"base: lacks {name.removeprefix('model.').removeprefix('transformer.')}"),
        (lambda t: t | {name: t[name] * math.nan}, "base: .*: holds a number that is not finite"),
    ):
        shutil.copytree(base, folder, dirs_exist_ok=True)
        spoilt(folder / "model.safetensors", change)
        with pytest.raises(DataError, match=message):
            load_trunk(folder)
        with pytest.raises(DataError, match=message):
            run(cut, "--base", folder, "--layers", "0:1", "--out", tmp_path / "cut")
    assert not (tmp_path / "cut").exists()


def test_a_teacher_and_a_head_that_hold_no_numbers(llama_base, tones, tmp_path):  # noqa: F811
    run(teach, *taught(tones, tmp_path, "--steps", 1))
    pupil = settings(llama_base, tones, tmp_path, "--steps", 1, "--window", 13)
    run(adapt, *pupil)
    spoilt(tmp_path / "teacher/teacher.safetensors", lambda t: t | {"network.head.weight": t["network.head.weight"] * math.nan})
    with pytest.raises(SystemExit, match="teacher.safetensors: network.head.weight: holds a number that is not finite"):
        run(adapt, *pupil, "--teacher", tmp_path / "teacher", "--run", tmp_path / "other")
    spoilt(tmp_path / "out/tacit.safetensors", lambda t: t | {"head.bias": t["head.bias"] * math.nan})
    with pytest.raises(DataError, match="head.bias: holds a number that is not finite"):
        run(lower, tmp_path / "out", "--label", "low=1")


def test_experiments_do_not_measure_by_what_they_learned(llama_base, tones, tmp_path):  # noqa: F811
    trainer = trainer_of(settings(llama_base, tones, tmp_path))
    trial.refuse_trained(trainer, "test")
    with pytest.raises(SystemExit, match="29 clips of the test split train are trained on too"):
        trial.refuse_trained(trainer, "train")
