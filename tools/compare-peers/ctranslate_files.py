"""Folders for CTranslate2: the trunk as a decoder-only model in int8.

It takes token ids and gives logits. The ids are 0, 1, 2, ..., whose embeddings are the patches that the other peers
are given; the logits are of VOCABULARY words at most, and of OUTPUTS words if the model allows it: next to nothing.
"""

from pathlib import Path

import numpy as np
from ctranslate2.specs import TransformerDecoderModelSpec
from ctranslate2.specs.common_spec import Activation, LayerNormSpec, LinearSpec

from shapes import EPSILON, ROPE_BASE, VOCABULARY, Shape, Weights

# Rows of the output projection. A head can't be left out.
OUTPUTS = 8


def path(folder: Path, shape: Shape) -> Path:
    return folder / f"ctranslate2-{shape.name}-int8"


def projection(shape: Shape) -> np.ndarray:
    """The head: picks OUTPUTS channels of the trunk's output. [OUTPUTS, width]"""
    return np.eye(shape.width, dtype=np.float32)[channels(shape)]


def channels(shape: Shape) -> np.ndarray:
    return np.arange(OUTPUTS) * (shape.width // OUTPUTS)


def prepare(folder: Path, shape: Shape, weights: Weights) -> None:
    target = path(folder, shape)
    if (target / "model.bin").exists():
        return
    spec = (_gpt2 if shape.family == "gpt2" else _llama)(shape, weights)
    spec.decoder.projection.weight = projection(shape)
    spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = "0"
    spec.register_vocabulary([str(number) for number in range(VOCABULARY)])
    spec.validate()
    spec.optimize(quantization="int8")
    target.mkdir(parents=True, exist_ok=True)
    spec.save(str(target))


def _linear(spec: LinearSpec, weight: np.ndarray, bias: np.ndarray | None = None) -> None:
    """weight is [out, in]. Quantization works in place, so it gets a copy."""
    spec.weight = np.array(weight, order="C")
    if bias is not None:
        spec.bias = bias


def _norm(spec: LayerNormSpec, weights: Weights, name: str) -> None:
    spec.gamma = weights[f"{name}.weight"]
    if f"{name}.bias" in weights:
        spec.beta = weights[f"{name}.bias"]


def _gpt2(shape: Shape, weights: Weights) -> TransformerDecoderModelSpec:
    spec = TransformerDecoderModelSpec.from_config(
        shape.layers, shape.heads, pre_norm=True, activation=Activation.GELUTanh
    )
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = weights["wte.weight"].copy()
    decoder.position_encodings.encodings = weights["wpe.weight"]
    _norm(decoder.layer_norm, weights, "ln_f")
    for number, layer in enumerate(decoder.layer):
        prefix = f"h.{number}."

        def linear(spec: LinearSpec, name: str, prefix: str = prefix) -> None:
            _linear(spec, weights[f"{prefix}{name}.weight"].T, weights[f"{prefix}{name}.bias"])

        _norm(layer.self_attention.layer_norm, weights, prefix + "ln_1")
        linear(layer.self_attention.linear[0], "attn.c_attn")
        linear(layer.self_attention.linear[1], "attn.c_proj")
        _norm(layer.ffn.layer_norm, weights, prefix + "ln_2")
        linear(layer.ffn.linear_0, "mlp.c_fc")
        linear(layer.ffn.linear_1, "mlp.c_proj")
    return spec


def _llama(shape: Shape, weights: Weights) -> TransformerDecoderModelSpec:
    spec = TransformerDecoderModelSpec.from_config(
        shape.layers, shape.heads, pre_norm=True, activation=Activation.SWISH, ffn_glu=True, rms_norm=True,
        rotary_dim=0, rotary_interleave=False, rotary_base=ROPE_BASE,
    )  # fmt: skip
    spec.config.layer_norm_epsilon = EPSILON
    decoder = spec.decoder
    decoder.scale_embeddings = False
    decoder.embeddings.weight = weights["embed_tokens.weight"].copy()
    _norm(decoder.layer_norm, weights, "norm")
    for number, layer in enumerate(decoder.layer):
        prefix = f"layers.{number}."

        def linear(spec: LinearSpec, name: str, prefix: str = prefix) -> None:
            _linear(spec, weights[f"{prefix}{name}.weight"])

        _norm(layer.self_attention.layer_norm, weights, prefix + "input_layernorm")
        packed = np.concatenate([weights[f"{prefix}self_attn.{part}_proj.weight"] for part in "qkv"])
        _linear(layer.self_attention.linear[0], packed)
        linear(layer.self_attention.linear[1], "self_attn.o_proj")
        _norm(layer.ffn.layer_norm, weights, prefix + "post_attention_layernorm")
        linear(layer.ffn.linear_0, "mlp.gate_proj")
        linear(layer.ffn.linear_0_noact, "mlp.up_proj")
        linear(layer.ffn.linear_1, "mlp.down_proj")
    return spec
