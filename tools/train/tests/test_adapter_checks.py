"""An adapter folder that PEFT would fill up, or take only some of, is refused with the file's and the tensor's name."""

import json
import math
import re
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)

from tacit_train import adapt, average, evaluate
from tacit_train.readers import DataError

TENSOR = "base_model.model.layers.0.self_attn.q_proj.lora_A.weight"
WEIGHTS = "adapter_model.safetensors"


@pytest.fixture(scope="module")
def made(llama_base, tones, tmp_path_factory):  # noqa: F811
    folder = tmp_path_factory.mktemp("made")
    more = ["--steps", 1, "--train-norms", "--task", "multilabel", "--input", "logmel", "--n-mels", 8, "--patch", 1, "--window", 1]
    run(adapt, *settings(llama_base, tones, folder, *more))
    return folder / "out"


def of_tensors(change):
    return lambda folder: save_file(change(load_file(folder / WEIGHTS)), folder / WEIGHTS)


def of_json(name, change):
    def write(folder):
        value = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(change(value)))

    return write


def config(**more):
    return of_json("adapter_config.json", lambda value: value | more)


def said(**more):
    return of_json("tacit.json", lambda value: value | more)


def heard(**more):
    return of_json("tacit.json", lambda value: value | {"input": value["input"] | more})


NORM = "base_model.model.layers.0.input_layernorm.weight"
WRONG = [
    (of_tensors(lambda t: {k: v for k, v in t.items() if k != TENSOR}), f"{WEIGHTS}: {TENSOR}: is missing"),
    (of_tensors(lambda t: t | {TENSOR: t[TENSOR] * math.nan}), f"{WEIGHTS}: {TENSOR}: holds a number that is not finite"),
    (of_tensors(lambda t: t | {"foo": torch.zeros(1)}), f"{WEIGHTS}: foo: is used by nothing"),
    (config(target_modules=["q_proj"]), f"{WEIGHTS}: base_model.*down_proj.lora_A.weight: is used by nothing"),
    (config(modules_to_save=None), f"{WEIGHTS}: {NORM}: is used by nothing"),
    (config(use_dora=True), f"{WEIGHTS}: .*lora_magnitude_vector: is missing"),
    (config(peft_type="LOHA"), "adapter_config.json: peft_type is 'LOHA'; expected LORA"),
    (config(layer_replication=[[0, 2]]), "adapter_config.json: layer_replication is not supported"),
    (config(init_lora_weights="pissa"), "adapter_config.json: init_lora_weights is 'pissa'"),
    (said(foo=1), "tacit.json: does not know foo"),
    (said(thresholds=[0.5]), "tacit.json: thresholds: expected 3 numbers from 0 to 1"),
    (said(thresholds=[0.5, 0.5, math.nan]), "tacit.json: not JSON: NaN"),
    (said(labels=[]), "tacit.json: labels: expected"),
    (heard(std=0), "tacit.json: std is 0; expected a number, more than 0"),
    (heard(window=0), "tacit.json: window is 0; expected a whole number, more than 0"),
    (heard(f_max=0), "tacit.json: f_min is 0 and f_max 0; expected 0 <= f_min < f_max"),
    (heard(win_length=1024), "tacit.json: win_length is 1024; expected at most n_fft"),
]


@pytest.mark.parametrize("spoil, message", WRONG, ids=[message for _, message in WRONG])
def test_what_is_not_what_it_says_is_refused(llama_base, tones, made, tmp_path, spoil, message):  # noqa: F811
    folder = tmp_path / "bad"
    shutil.copytree(made, folder)
    spoil(folder)
    expected = "bad/" + message.replace(TENSOR, re.escape(TENSOR))
    data = ("--data", f"folder:{tones}", "--split", "test")
    with pytest.raises(DataError, match=expected):
        run(evaluate, "--base", llama_base, "--adapter", folder, *data)
    with pytest.raises(DataError, match=expected):
        run(average, made, folder, "--base", llama_base, "--out", tmp_path / "mean")
    with pytest.raises((DataError, SystemExit), match=expected):
        run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1, "--task", "multilabel", "--begin", folder))


def test_logits_that_are_no_numbers_are_refused(llama_base, tones, made, tmp_path, monkeypatch):  # noqa: F811
    data = ("--data", f"folder:{tones}", "--split", "test", "--write-metrics")
    folder = tmp_path / "own"
    shutil.copytree(made, folder)
    monkeypatch.setattr(evaluate, "logits_of", lambda *a, **k: np.full((18, 3), np.inf, np.float32))
    with pytest.raises(DataError, match="own: its logits of .*wav are not finite"):
        run(evaluate, "--base", llama_base, "--adapter", folder, *data)


def test_weights_that_are_too_large_are_told_of(llama_base, tones, tmp_path):  # noqa: F811
    with pytest.raises((DataError, SystemExit), match="learned at too high a rate; expected a lower --lr|loss is not finite"):
        run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 3, "--lr", 1e6))
    assert not (tmp_path / "out").exists()
