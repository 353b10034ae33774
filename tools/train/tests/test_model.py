"""The adapted model against what its parts promise: causality, positions, sliding contexts, folder round trip."""

import json

import pytest
import torch
from safetensors.torch import load_file

from tacit_train.adapter_folder import Description, load_adapter, save_adapter
from tacit_train.inputs import LogMelInput, WaveformInput
from tacit_train.adapters import Adaptation, add_adapters
from tacit_train.model import AdaptedModel, Shape, load_trunk, random_trunk
from tacit_train.readers import DataError

WINDOW = 12


def make(base, shape: Shape, hidden: int = 0, window: int = WINDOW) -> AdaptedModel:
    torch.manual_seed(2)
    trunk = add_adapters(load_trunk(base), Adaptation(4, 8, train_norms=True))
    model = AdaptedModel(trunk, shape, 10, 5, window, hidden).eval()
    with torch.no_grad():
        for p in model.parameters():
            if p.requires_grad:
                p.add_(torch.randn_like(p) * 0.1)
    return model


@pytest.mark.parametrize("positions", ["base", "learned", "none"])
def test_causal_means_that_later_patches_change_nothing_before_them(base, positions):
    model = make(base, Shape(positions=positions))
    x = torch.randn(2, WINDOW, 10)
    y = x.clone()
    y[:, 7:] += 1
    a, b = model.hidden(x), model.hidden(y)
    assert torch.allclose(a[:, :7], b[:, :7], atol=1e-5)
    assert not torch.allclose(a[:, 7:], b[:, 7:], atol=1e-2)
    # Every earlier patch is seen, which fails if repeated positions were taken for packed sequences.
    z = x.clone()
    z[:, 0] += 1
    assert (model.hidden(z) - a)[:, -1].abs().max() > 1e-3


def test_full_attention_looks_both_ways(base):
    model = make(base, Shape(attention="full"))
    x = torch.randn(1, WINDOW, 10)
    y = x.clone()
    y[:, -1] += 1
    assert (model.hidden(y) - model.hidden(x))[:, 0].abs().max() > 1e-3


@pytest.mark.parametrize("positions", ["base", "learned", "none"])
def test_full_attention_weighs_every_patch_for_every_patch(base, positions):
    """The weights themselves, in every layer, of both families: none is zero, and their upper half is used."""
    trunk = load_trunk(base)
    trunk.set_attn_implementation("eager")
    model = AdaptedModel(add_adapters(trunk, Adaptation(4, 8)), Shape(positions, "full"), 10, 5, WINDOW).eval()
    seen = []
    for name, module in model.named_modules():
        if name.endswith(("self_attn", ".attn")):
            module.register_forward_hook(lambda _, __, output: seen.append(output[1]))
    model.hidden(torch.randn(2, WINDOW, 10))
    assert len(seen) == trunk.config.num_hidden_layers
    assert all(w.shape[-2:] == (WINDOW, WINDOW) and (w > 0).all() for w in seen)
    # What is trained (scaled dot products in one kernel) is what was looked at.
    fused = AdaptedModel(add_adapters(load_trunk(base), Adaptation(4, 8)), Shape(positions, "full"), 10, 5, WINDOW).eval()
    fused.load_state_dict(model.state_dict())
    x = torch.randn(2, WINDOW, 10)
    assert torch.allclose(fused.hidden(x), model.hidden(x), atol=1e-5)


def test_without_positions_order_of_earlier_patches_does_not_matter_to_one_layer_of_attention(base):
    """With full attention and no positions a permutation of the patches permutes the outputs."""
    model = make(base, Shape(positions="none", attention="full"))
    x = torch.randn(1, WINDOW, 10)
    order = torch.randperm(WINDOW)
    assert torch.allclose(model.hidden(x)[:, order], model.hidden(x[:, order]), atol=1e-4)


def test_sliding_attends_to_the_last_window_patches_in_every_layer(llama_base):
    model = make(llama_base, Shape(context="sliding"), window=4)
    x = torch.randn(1, 30, 10)
    whole = model.hidden(x)
    # Two layers of window 4 see 3 + 3 patches back and the patch itself.
    far, near = x.clone(), x.clone()
    far[:, 30 - 8] += 5
    near[:, 30 - 7] += 5
    assert torch.allclose(model.hidden(far)[:, -1], whole[:, -1], atol=1e-5)
    assert (model.hidden(near)[:, -1] - whole[:, -1]).abs().max() > 1e-4
    # Rotary positions are relative, so the start of the stream may be forgotten.
    assert torch.allclose(model.hidden(x[:, 10:])[:, -1], whole[:, -1], atol=1e-4)
    assert torch.allclose(model.pooled(x), whole[:, -4:].mean(1), atol=1e-5)


def test_without_layers_is_the_model_of_a_trunk_that_has_none(base):
    model = make(base, Shape())
    x = torch.randn(2, WINDOW, 10)
    direct = model.without_layers(x)
    assert not torch.allclose(direct, model(x), atol=1e-3)
    bare = model.trunk.get_base_model()
    setattr(bare, "h" if model.family == "gpt2" else "layers", torch.nn.ModuleList())
    bare.config.num_hidden_layers = 0
    if model.family == "gpt2":
        bare.wpe.weight.data.zero_()
    assert torch.allclose(direct, model(x), atol=1e-5)


def test_impossible_shapes_are_refused(base):
    with pytest.raises(ValueError, match="full attention"):
        Shape(attention="full", context="sliding")
    with pytest.raises(ValueError, match="sliding"):
        Shape(positions="learned", context="sliding")
    with pytest.raises(ValueError, match="pool"):
        Shape(pool="max")
    with pytest.raises(ValueError, match="longer than the base's 64 positions"):
        make(base, Shape(), window=65)
    make(base, Shape(positions="none"), window=65).hidden(torch.randn(1, 65, 10))


def test_what_is_no_base_or_adapter_is_said_and_not_looked_for_on_the_hub(base, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for load in (load_trunk, lambda folder: random_trunk(folder, 1)):
        with pytest.raises(DataError, match="openai-community/gpt2: no such folder"):
            load("openai-community/gpt2")
        with pytest.raises(DataError, match="no config.json"):
            load(tmp_path)
    with pytest.raises(DataError, match="none: no such folder"):
        load_adapter(base, tmp_path / "none")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(DataError, match="bert"):
        random_trunk(tmp_path, 1)


def test_random_trunk_has_the_architecture_and_not_the_weights(base):
    real, a, b, c = load_trunk(base), random_trunk(base, 1), random_trunk(base, 1), random_trunk(base, 2)
    names = {n: p.shape for n, p in real.named_parameters()}
    assert names == {n: p.shape for n, p in a.named_parameters()}
    matrices = [n for n, s in names.items() if len(s) == 2]
    same, other = dict(b.named_parameters()), dict(c.named_parameters())
    for name in matrices:
        weight = dict(a.named_parameters())[name]
        assert torch.equal(weight, same[name])
        assert not torch.equal(weight, other[name])
        assert not torch.equal(weight, dict(real.named_parameters())[name])


@pytest.mark.parametrize("shape", [Shape(), Shape(positions="learned", pool="last", attention="full")])
@pytest.mark.parametrize("hidden", [0, 6])
def test_folder_round_trip(base, tmp_path, shape, hidden):
    model = make(base, shape, hidden)
    description = Description(
        WaveformInput(sample_rate=16000, window=WINDOW, patch=10, stride=10),
        shape,
        "multilabel",
        ["a", "b", "c", "d", "é"],
        thresholds=[0.5, 0.25, 0.5, 0.5, 0.5],
        license="CC0-1.0",
        sources=["s"],
    )
    model.patch.output_scale = 0.5
    x = torch.randn(3, WINDOW, 10)
    save_adapter(model, description, tmp_path / "f32", "models/base", input_gain=4.0, dtype=torch.float32)
    back, read = load_adapter(base, tmp_path / "f32")
    assert read == description
    assert torch.allclose(back(x), model(x * 4.0), atol=1e-4)

    save_adapter(model, description, tmp_path / "f16", "models/base", input_gain=4.0)
    half, _ = load_adapter(base, tmp_path / "f16")
    assert torch.allclose(half(x), model(x * 4.0), atol=0.05)
    for name in ("tacit.safetensors", "adapter_model.safetensors"):
        tensors = load_file(tmp_path / "f16" / name)
        assert all(t.dtype == torch.float16 for t in tensors.values()), name
    assert any("norm" in k or "ln_" in k for k in tensors) and any("lora_A" in k for k in tensors)
    config = json.loads((tmp_path / "f16" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "models/base"


def test_log_mel_description_round_trip():
    value = LogMelInput(sample_rate=16000, window=62, patch_frames=8, stride_frames=8, mean=-5.5, std=3.25)
    shape = Shape()
    text = json.dumps(Description(value, shape, "multiclass", ["a"]).to_json())
    assert Description.from_json(json.loads(text)).input == value
    assert value.window_samples == 512 + (61 * 8 + 7) * 160
