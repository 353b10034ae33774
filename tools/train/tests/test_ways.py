"""The ways of adapting: what is trained and where it begins, saved and loaded again as it ran; a base cut to some layers."""

import json
import sys
from pathlib import Path

import pytest
import torch
from conftest import make_base
from safetensors.torch import load_file
from test_adapt import run, settings, tones, trainer_of  # noqa: F401 (a fixture)
from transformers import AutoModel

from tacit_train import adapt, cut
from tacit_train.adapter_folder import load_adapter
from tacit_train.adapters import Adaptation, add_adapters
from tacit_train.model import load_trunk
from tacit_train.readers import DataError


@pytest.mark.parametrize("way", [["--dora"], ["--dora", "--gains", 0.2], ["--rank", 0], ["--begin-as-tokens", "--projection-rate", 0.3]])
def test_what_is_saved_is_what_ran(base, tones, tmp_path, way):  # noqa: F811
    trainer = trainer_of(settings(base, tones, tmp_path, "--epochs", 2, "--lr", 3e-3, *way))
    assert trainer.run()
    trainer.finish()
    loaded, _ = load_adapter(base, tmp_path / "out")
    patches = trainer.sense.first[:20].reshape(2, 10, -1)
    with torch.no_grad():
        trainer.model.eval()
        ran, saved = trainer.model(patches * trainer.sense.gain), loaded(patches)
    torch.testing.assert_close(saved, ran, rtol=0.02, atol=0.02)
    assert ran.std() > 0.05


def test_gains_begin_the_stream_nearly_as_it_came(base):
    x = torch.randn(1, 6, 32)
    moved = {}
    for gains in (None, 0.5, 1e-3):
        trunk = add_adapters(load_trunk(base), Adaptation(4, dora=gains is not None, gains=gains))
        streams = trunk(inputs_embeds=x, use_cache=False, output_hidden_states=True).hidden_states
        # The last of them has gone through the final norm; the first has GPT-2's positions added.
        moved[gains] = float((streams[1] - streams[0]).detach().norm() / x.norm())
    assert moved[1e-3] < 0.1 < moved[0.5] < moved[None]


def test_gains_of_one_change_nothing(base):
    x = torch.randn(1, 6, 32)
    plain = load_trunk(base)(inputs_embeds=x, use_cache=False).last_hidden_state
    dora = add_adapters(load_trunk(base), Adaptation(4, dora=True, gains=1.0))
    torch.testing.assert_close(dora(inputs_embeds=x, use_cache=False).last_hidden_state, plain, rtol=1e-4, atol=1e-4)


def test_with_rank_0_norms_alone_are_trained_and_matrices_stay(llama_base, tones, tmp_path):  # noqa: F811
    trainer = trainer_of(settings(llama_base, tones, tmp_path, "--epochs", 2, "--lr", 3e-3, "--rank", 0))
    trunk = {n for n in trainer.trained if n.startswith("trunk.")}
    assert trunk and all("norm" in n for n in trunk)
    trainer.run()
    trainer.finish()
    saved = load_file(tmp_path / "out" / "adapter_model.safetensors")
    assert all(not v.any() for k, v in saved.items() if "lora_B" in k)


def test_a_projection_begins_where_tokens_lie(llama_base, tones, tmp_path):  # noqa: F811
    for hidden in (0, 16):
        words = settings(llama_base, tones, tmp_path / str(hidden), "--patch-hidden", hidden, "--begin-as-tokens")
        model = (trainer := trainer_of(words)).model
        tokens = load_trunk(llama_base).get_input_embeddings().weight
        with torch.no_grad():
            patches = model.patch(trainer.sense.first * trainer.sense.gain)
        torch.testing.assert_close(patches.mean(0), tokens.mean(0), rtol=1e-3, atol=1e-3)
        assert float((patches - patches.mean(0)).std()) == pytest.approx(float((tokens - tokens.mean(0)).std()), rel=1e-3)


def test_the_projection_has_a_rate_of_its_own(llama_base, tones, tmp_path):  # noqa: F811
    words = settings(llama_base, tones, tmp_path, "--projection-rate", 0.25, "--lr", 1e-3, "--muon-lr", 2e-3)
    trainer = trainer_of(words)
    rates = {}
    for optimizer in trainer.optimizers.optimizers:
        for group in optimizer.param_groups:
            rates |= {id(p): group["lr"] for p in group["params"]}
    assert len(rates) == len(trainer.trained)
    found = {n: rates[id(p)] for n, p in trainer.trained.items()}
    assert found["patch.out.weight"] == 5e-4 and found["patch.out.bias"] == 2.5e-4 and found["head.weight"] == 1e-3
    assert {v for n, v in found.items() if "lora_" in n} == {2e-3}


@pytest.mark.parametrize(
    "way, line",
    [
        (["--gains", 0.2], "gains go with DoRA"),
        (["--dora", "--gains", 0], "more than 0"),
        (["--rank", -1], "--rank: -1: expected a whole number, 0 or more"),
        (["--projection-rate", 0], "expected a number, more than 0"),
        (["--projection-rate", "inf"], "expected a number, more than 0"),
    ],
)
def test_what_makes_no_sense_is_refused(llama_base, tones, tmp_path, way, line):  # noqa: F811
    with pytest.raises(SystemExit, match=line):
        trainer_of(settings(llama_base, tones, tmp_path, *way))


def test_a_cut_base_does_what_these_layers_did(base, tmp_path):
    run(cut, "--base", base, "--layers", "1:2", "--out", tmp_path / "last")
    whole, last = load_trunk(base), load_trunk(tmp_path / "last")
    x = torch.randn(1, 5, 32)
    config = json.loads((tmp_path / "last" / "config.json").read_text())
    assert config.get("num_hidden_layers", config.get("n_layer")) == 1
    assert AutoModel.from_pretrained(tmp_path / "last", dtype="auto").dtype == torch.float16
    if whole.config.model_type == "gpt2":
        whole.wpe.weight.data.zero_(), last.wpe.weight.data.zero_()
    before = whole(inputs_embeds=x, use_cache=False, output_hidden_states=True).hidden_states[1]
    expected = whole(inputs_embeds=x, use_cache=False).last_hidden_state
    torch.testing.assert_close(last(inputs_embeds=before, use_cache=False).last_hidden_state, expected)
    for layers in ("0:3", "1:1", "2:1", "2", ":"):
        with pytest.raises(DataError, match=f"--layers {layers}: expected FIRST:END within 0:2"):
            run(cut, "--base", base, "--layers", layers, "--out", tmp_path / "none")
    with pytest.raises(DataError, match="is there already"):
        run(cut, "--base", base, "--layers", "0:1", "--out", tmp_path / "last")
    assert not (tmp_path / "none").exists()


def gguf_of(folder, **more):
    """A small Llama as llama.cpp's conversion writes it, and what transformers made of its values in f32."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "golden"))
    import gguf_files

    config = {k: v for k, v in gguf_files.FILES["llama"].config.items() if more or k != "rope_parameters"}
    file = gguf_files.File("llama", config, gguf_files.NAMES, gguf_files.FILES["llama"].types, **more)
    gguf_files.make_file("llama", file, folder)
    return folder / "llama.gguf", json.loads((folder / "llama.json").read_text())


def test_layers_that_go_by_their_number_keep_it(tmp_path):
    base = make_base(tmp_path / "base", "gpt2")
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"scale_attn_by_inverse_layer_idx": True}))
    with pytest.raises(DataError, match="--layers 1:2: .*scale_attn_by_inverse_layer_idx.*expected 0:END"):
        run(cut, "--base", base, "--layers", "1:2", "--out", tmp_path / "last")
    run(cut, "--base", base, "--layers", "0:1", "--out", tmp_path / "first")


def test_a_gguf_is_cut_as_the_model_it_stands_for(tmp_path):
    path, expected = gguf_of(tmp_path)
    run(cut, "--base", path, "--layers", "0:2", "--out", tmp_path / "both")
    trunk = load_trunk(tmp_path / "both")
    output = trunk(input_ids=torch.tensor([expected["ids"]]), use_cache=False).last_hidden_state[0, -1]
    torch.testing.assert_close(output, torch.tensor(expected["last"]), rtol=0.01, atol=0.01)  # stored in F16


def test_a_gguf_that_would_be_read_as_another_model_is_refused(tmp_path):
    path, _ = gguf_of(tmp_path, rope_factors=True)
    with pytest.raises(DataError, match="llama.gguf: Llama 3.1's scaling of positions"):
        run(cut, "--base", path, "--layers", "0:2", "--out", tmp_path / "both")
    (tmp_path / "no.gguf").write_bytes(path.read_bytes()[:999])
    with pytest.raises(DataError, match="no.gguf: "):
        run(cut, "--base", tmp_path / "no.gguf", "--layers", "0:2", "--out", tmp_path / "both")
    assert not (tmp_path / "both").exists()
