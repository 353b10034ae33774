"""`tacit-convert` against PEFT itself: random bases and adapters in every form, fused by both.

Also shows that the `gguf` package opens and lists what the converter writes.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel, GPT2Model, LlamaConfig, LlamaForCausalLM, LlamaModel

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from executables import CONVERT  # noqa: E402

pytestmark = pytest.mark.skipif(not CONVERT.exists(), reason=f"{CONVERT} is not built")

MODELS = {"gpt2": (GPT2Model, GPT2LMHeadModel), "llama": (LlamaModel, LlamaForCausalLM)}
BLOCKS = {"gpt2": "h", "llama": "layers"}
PARTS = {
    "gpt2": {
        "attention.qkv": ["attn.c_attn"],
        "attention.out": ["attn.c_proj"],
        "feed_forward.in": ["mlp.c_fc"],
        "feed_forward.out": ["mlp.c_proj"],
    },
    "llama": {
        "attention.qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
        "attention.out": ["self_attn.o_proj"],
        "feed_forward.in": ["mlp.gate_proj", "mlp.up_proj"],
        "feed_forward.out": ["mlp.down_proj"],
    },
}
NORMS = {
    "gpt2": {"attention_norm": "ln_1", "feed_forward_norm": "ln_2", "final_norm": "ln_f"},
    "llama": {"attention_norm": "input_layernorm", "feed_forward_norm": "post_attention_layernorm",
              "final_norm": "norm"},
}  # fmt: skip
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

# Family, whether over the model with a head, LoraConfig, what is changed in adapter_config.json afterwards.
FORMS = {
    "gpt2 default": ("gpt2", False, dict(r=3), {}),
    "gpt2 null means default": ("gpt2", True, dict(r=3), {"target_modules": None}),
    "gpt2 all-linear by name": ("gpt2", True, dict(r=2, target_modules="all-linear"), {"target_modules": "ALL-linear"}),
    "gpt2 one layer": ("gpt2", True, dict(r=2, target_modules=["c_proj"], layers_to_transform=1), {}),
    "gpt2 bare with layers pattern": (
        "gpt2", False, dict(r=2, target_modules=["c_proj"], layers_to_transform=[0, 2], layers_pattern="h"), {},
    ),
    "gpt2 bare, one full name beside layers": (
        "gpt2", False,
        dict(r=2, target_modules=["h.1.attn.c_attn", "c_fc"], layers_to_transform=[2], layers_pattern=["x", "h"]), {},
    ),
    "llama layers without pattern": (
        "llama", True, dict(r=2, target_modules=["q_proj", "down_proj"], layers_to_transform=[0, 2]), {},
    ),
    "llama bare layers list": (
        "llama", False, dict(r=2, target_modules=LINEAR, layers_to_transform=[2], layers_pattern="layers"), {},
    ),
    "excluded by name": (
        "llama", True, dict(r=2, target_modules=LINEAR, exclude_modules=["self_attn.k_proj", "model.layers.1.mlp.up_proj"]),
        {},
    ),
    "excluded by expression": ("llama", True, dict(r=2, target_modules=LINEAR, exclude_modules=r".*\.[12]\.mlp\..*"), {}),
    "expression": ("llama", False, dict(r=2, target_modules=r"layers\.(0|2)\.(?:self_attn\.[qv]_proj|mlp\.\w+_proj)"), {}),
    "expression with lookahead": ("llama", True, dict(r=2, target_modules=r"(?!.*\.1\.).*_proj"), {}),
    "first pattern wins": (
        "llama", True,
        dict(r=4, lora_alpha=3, target_modules=LINEAR, use_rslora=True,
             rank_pattern={r"[0-9]\.self_attn\.q_proj": 5, "q_proj": 2, r"layers\.1\..*": 3},
             alpha_pattern={"proj": 100, r".*_proj": 7.5, r"down_proj": 1}), {},
    ),
    "pattern of a whole name": (
        "gpt2", False, dict(r=4, target_modules=["c_attn"], rank_pattern={r"^h\.0\.attn\.c_attn": 2, "attn": 9}), {},
    ),
    "suffix without a dot does not match": (
        "llama", False, dict(r=4, target_modules=["q_proj"], rank_pattern={"proj": 9}, alpha_pattern={"_proj": 9}), {},
    ),
    "all biases": ("gpt2", True, dict(r=2, target_modules=["c_fc"], bias="all"), {}),
    "own biases": ("llama", False, dict(r=2, target_modules=["v_proj", "up_proj"], bias="lora_only"), {}),
    "norms": ("gpt2", False, dict(r=2, target_modules=["c_fc"], bias="all", modules_to_save=["ln_2"]), {}),
    "gaussian": ("llama", True, dict(r=2, target_modules=["v_proj"], init_lora_weights="gaussian"), {}),
    "rank above width": ("llama", False, dict(r=64, target_modules=["v_proj"]), {}),
}  # fmt: skip


def base_model(family: str, with_head: bool):
    if family == "gpt2":
        config = GPT2Config(n_embd=24, n_head=2, n_layer=3, n_positions=16, vocab_size=31, n_inner=37)
    else:
        config = LlamaConfig(hidden_size=24, intermediate_size=37, num_hidden_layers=3, num_attention_heads=4,
                             num_key_value_heads=2, head_dim=6, max_position_embeddings=32, vocab_size=31,
                             attention_bias=True, mlp_bias=True)  # fmt: skip
    model = MODELS[family][with_head](config)
    for parameter in model.parameters():
        parameter.data = torch.randn_like(parameter)
    return model


def surroundings(folder: Path) -> None:
    description = {"version": 1, "input": {"kind": "waveform", "sample_rate": 8000, "patch": 10, "window": 4},
                   "positions": "base", "pool": "last", "task": "multiclass", "labels": ["a"]}  # fmt: skip
    (folder / "tacit.json").write_text(json.dumps(description))
    save_file({"patch.weight": torch.randn(24, 10), "patch.bias": torch.randn(24), "head.weight": torch.randn(1, 24),
               "head.bias": torch.randn(1)}, folder / "tacit.safetensors")  # fmt: skip


def matrix(tensors: dict, name: str, rows: int) -> np.ndarray:
    """From tiles of 16 rows, `[tiles][columns][16]`."""
    panels = tensors[f"{name}.panels"]
    return panels.transpose(0, 2, 1).reshape(-1, panels.shape[1])[:rows]


@pytest.mark.parametrize("form", FORMS)
def test_fused_as_peft_fuses(form, tmp_path):
    family, with_head, lora, changes = FORMS[form]
    torch.manual_seed(len(form))
    base_model(family, with_head).save_pretrained(tmp_path / "base")
    load = MODELS[family][with_head].from_pretrained
    adapted = get_peft_model(load(tmp_path / "base"), LoraConfig(**lora))
    for name, parameter in adapted.named_parameters():
        if parameter.requires_grad:
            parameter.data = torch.randn_like(parameter)
    adapted.save_pretrained(tmp_path / "adapter")
    surroundings(tmp_path / "adapter")
    path = tmp_path / "adapter/adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    command = [CONVERT, "--base", tmp_path / "base", "--adapter", tmp_path / "adapter", "--weights", "f32", "--json",
               "-o", tmp_path / "model.gguf"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)

    base = load(tmp_path / "base", dtype=torch.float64)
    fused = PeftModel.from_pretrained(base, tmp_path / "adapter").to(torch.float64)
    assert report["adapted_modules"] == sum(name.endswith("lora_A") for name, _ in fused.named_modules())
    assert report["fusion_difference"] < 5e-7
    fused = fused.merge_and_unload()
    state = {name: values.numpy() for name, values in (fused.base_model if with_head else fused).state_dict().items()}
    reader = GGUFReader(tmp_path / "model.gguf")
    assert reader.alignment == 64
    tensors = {tensor.name: tensor.data for tensor in reader.tensors}

    def same(found, expected):
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-7 * abs(expected).max())

    for layer in range(3):
        block = f"{BLOCKS[family]}.{layer}"
        for part, modules in PARTS[family].items():
            weights = [state[f"{block}.{module}.weight"] for module in modules]
            expected = np.concatenate([w.T if family == "gpt2" else w for w in weights])
            same(matrix(tensors, f"blocks.{layer}.{part}", len(expected)), expected)
            bias = np.concatenate([state[f"{block}.{module}.bias"] for module in modules])
            same(tensors[f"blocks.{layer}.{part}.bias"][: len(bias)], bias)
    for name, module in NORMS[family].items():
        for layer in range(3):
            ours, theirs = (name, module) if name == "final_norm" else (
                f"blocks.{layer}.{name}", f"{BLOCKS[family]}.{layer}.{module}")  # fmt: skip
            for field in ["weight", "bias"][: 2 if family == "gpt2" else 1]:
                same(tensors[f"{ours}.{field}"], state[f"{theirs}.{field}"])


@pytest.mark.parametrize("rope", [
    dict(rope_type="default", rope_theta=1e6), dict(rope_type="linear", rope_theta=500.0, factor=4.0),
    dict(rope_type="llama3", rope_theta=5e5, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
         original_max_position_embeddings=64),
])  # fmt: skip
@pytest.mark.parametrize("older", [False, True])
def test_rotary_frequencies(rope, older, tmp_path):
    config = LlamaConfig(hidden_size=64, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1, vocab_size=9,
                         max_position_embeddings=256, rope_parameters=rope)  # fmt: skip
    model = LlamaModel(config)
    model.save_pretrained(tmp_path)
    if older:
        path = tmp_path / "config.json"
        values = json.loads(path.read_text())
        parameters = values.pop("rope_parameters")
        values["rope_theta"] = parameters.pop("rope_theta")
        values["rope_scaling"] = None if rope["rope_type"] == "default" else parameters
        path.write_text(json.dumps(values))
    subprocess.run([CONVERT, "--base", tmp_path, "-o", tmp_path / "model.gguf"], check=True, capture_output=True)
    tensors = {tensor.name: tensor.data for tensor in GGUFReader(tmp_path / "model.gguf").tensors}
    np.testing.assert_allclose(tensors["rotary.frequencies"], model.rotary_emb.inv_freq.numpy(), rtol=3e-6)
