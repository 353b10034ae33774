"""Attention sinks: what they mean, how they begin, how they stand in the adapter folder."""

import json
from argparse import ArgumentParser

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file, save_file

from tacit_train import adapt
from tacit_train.adapter_folder import Description, load_adapter, save_adapter
from tacit_train.adapters import Adaptation, add_adapters
from tacit_train.inputs import WaveformInput
from tacit_train.model import AdaptedModel, Shape, load_trunk

WINDOW, SINKS = 6, 3


def make(base, positions: str, window: int = WINDOW, layers: int | None = None, sinks: int = SINKS) -> AdaptedModel:
    torch.manual_seed(2)
    trunk = load_trunk(base)
    if layers is not None:
        name = "h" if trunk.config.model_type == "gpt2" else "layers"
        setattr(trunk, name, getattr(trunk, name)[:layers])
        trunk.config.num_hidden_layers = layers
    shape = Shape(positions, context="sliding", sinks=sinks)
    model = AdaptedModel(add_adapters(trunk, Adaptation(4, 8)), shape, 10, 5, window).eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                p.add_(torch.randn_like(p) * 0.1)
        model.sinks.normal_()
    return model


def kinds(base) -> list[str]:
    return ["none"] if load_trunk(base).config.model_type == "gpt2" else ["base", "none"]


def plain(model: AdaptedModel, rows: torch.Tensor) -> torch.Tensor:
    """transformers' own causal attention over rows of a context that begins with sinks."""
    trunk = model.trunk.get_base_model()
    before = trunk.config._attn_implementation
    trunk.set_attn_implementation("eager")
    count = rows.shape[1]
    step = 1 if model.shape.positions == "base" else 0
    mask = torch.zeros(count, count).masked_fill(~torch.ones(count, count, dtype=torch.bool).tril(), -torch.inf)
    output = model.trunk(
        inputs_embeds=rows, attention_mask=mask[None, None], position_ids=step * torch.arange(count)[None], use_cache=False
    ).last_hidden_state
    trunk.set_attn_implementation(before)
    return output


def with_sinks(model: AdaptedModel, patches: torch.Tensor) -> torch.Tensor:
    return torch.cat([model.sinks.expand(len(patches), -1, -1), model.patch(patches)], 1)


def test_a_window_behind_its_sinks_is_a_context_that_begins_with_them(base):
    for positions in kinds(base):
        model = make(base, positions, window=8)
        x = torch.randn(2, 8, 10)
        assert torch.allclose(model.hidden(x), plain(model, with_sinks(model, x))[:, SINKS:], atol=1e-5)


def test_sinks_stay_just_before_the_window(base):
    """Of one layer every output says it: the keys of patches don't depend on what was before."""
    for positions in kinds(base):
        model = make(base, positions, layers=1)
        x = torch.randn(1, 40, 10)
        found = model.hidden(x)
        for place in range(40):
            own = x[:, max(0, place + 1 - WINDOW) : place + 1]
            assert torch.allclose(found[:, place], plain(model, with_sinks(model, own))[:, -1], atol=1e-5)


def test_nothing_depends_on_how_long_a_stream_has_run(base):
    for positions in kinds(base):
        model = make(base, positions)
        x = torch.randn(1, 60, 10)
        whole = model.hidden(x)[:, -1]
        # Two layers see 5 + 5 patches back.
        assert torch.allclose(model.hidden(x[:, 45:])[:, -1], whole, atol=1e-5)
        with torch.no_grad():
            model.sinks.neg_()
        assert (model.hidden(x)[:, -1] - whole).abs().max() > 1e-3


def describe(shape: Shape) -> Description:
    return Description(WaveformInput(2000, WINDOW, 10, 10), shape, "multiclass", list("abcde"))


def test_folder_round_trip_and_what_is_refused(llama_base, tmp_path):
    model = make(llama_base, "base")
    model.patch.output_scale = 0.5
    save_adapter(model, describe(model.shape), tmp_path / "a", "models/base", dtype=torch.float32)
    assert json.loads((tmp_path / "a/tacit.json").read_text())["sinks"] == SINKS
    back, read = load_adapter(llama_base, tmp_path / "a")
    assert read.shape == model.shape
    x = torch.randn(2, 20, 10)
    assert torch.allclose(back(x), model(x), atol=1e-5)

    path, description = tmp_path / "a/tacit.safetensors", tmp_path / "a/tacit.json"
    tensors, value = load_file(path), json.loads(description.read_text())

    def refused(line: str, change: dict | None = None, **keys) -> None:
        save_file({k: v for k, v in (tensors | (change or {})).items() if v is not None}, path)
        description.write_text(json.dumps({k: v for k, v in (value | keys).items() if v is not None}))
        with pytest.raises(ValueError, match=line):
            load_adapter(llama_base, tmp_path / "a")

    rows = tensors["sinks.weight"]
    refused(r"sinks.weight: shape \[2, 32\], expected \[3, 32\]", {"sinks.weight": rows[:2].contiguous()})
    refused("sinks.weight: holds a number that is not finite", {"sinks.weight": rows / 0 * 0})
    refused(r"lacks \['sinks'\]", {"sinks.weight": None})
    refused("has unknown .'sinks", sinks=None)
    refused("sinks go with sliding contexts only", context="restart")
    for count in (-1, 17, 1.0, True, "3"):
        refused("expected 0 to 16", sinks=count)
    refused("62 patches and 3 sinks is longer than the base's 64", input=value["input"] | {"window": 62})


@pytest.fixture(scope="module")
def hums(tmp_path_factory):
    root = tmp_path_factory.mktemp("hums")
    for name, frequency in [("low", 100), ("high", 700)]:
        (root / "train" / name).mkdir(parents=True)
        for i in range(8):
            wave = 0.2 * np.sin(2 * np.pi * frequency * np.arange(400) / 2000 + i)
            soundfile.write(root / "train" / name / f"{i}.wav", wave, 2000, subtype="FLOAT")
    return root


def trained(base, hums, folder, *more):
    parser = ArgumentParser()
    adapt.add_arguments(parser)
    words = [
        *("--base", base, "--data", f"folder:{hums}", "--split", "train", "--run", folder / "run", "--out", folder / "out"),
        *("--rate", 2000, "--threads", 1, "--rank", 2, "--batch", 8, "--validation", 0, "--steps", 4, "--lr", 1e-2),
        *("--input", "waveform", "--patch", 40, "--window", 6, "--log-every", 2, "--muon-lr", 1e-3, *more),
    ]
    adapt.main(parser.parse_args([str(w) for w in words]))
    return load_file(folder / "out/tacit.safetensors")["sinks.weight"].float()


def test_training_begins_them_as_tokens(base, hums, tmp_path):
    more = ["--context", "sliding", "--sinks", 2, "--positions", kinds(base)[0]]
    trunk = load_trunk(base)
    table = trunk.get_input_embeddings().weight
    first = trunk.config.bos_token_id
    first = first if isinstance(first, int) and first < len(table) else 0
    ids = [] if first == trunk.config.bos_token_id else ["--sink-tokens", "0,0"]
    fixed = trained(base, hums, tmp_path / "fixed", *more, "--fix-sinks", *ids)
    assert torch.allclose(fixed, table[[first, first]], rtol=1e-3, atol=1e-6)
    moved = trained(base, hums, tmp_path / "moved", *more, "--sink-tokens", "5,9")
    step = (moved - table[[5, 9]]).abs()
    assert step.max() > 1e-4 and step.max() < 0.2


@pytest.mark.parametrize(
    "more, line",
    [
        (["--sinks", "1"], "sinks go with sliding contexts only"),
        (["--context", "sliding", "--sinks", "17"], "sinks is 17; expected 0 to 16"),
        (["--context", "sliding", "--sinks", "2", "--sink-tokens", "1"], "--sink-tokens: 1 ids for 2 sinks"),
        (["--context", "sliding", "--sinks", "1", "--sink-tokens", "x"], "--sink-tokens: 'x'; expected ids"),
        (["--context", "sliding", "--sinks", "1", "--sink-tokens", "64"], "--sink-tokens: 64 is outside"),
        (["--context", "sliding", "--fix-sinks"], "--sink-tokens and --fix-sinks go with --sinks"),
    ],
)
def test_impossible_wishes_are_refused(llama_base, hums, tmp_path, more, line):
    with pytest.raises(SystemExit, match=line):
        trained(llama_base, hums, tmp_path, *more)
