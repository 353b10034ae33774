"""The two trunks that are compared, and random weights for them under the names of Hugging Face files."""

import zlib
from dataclasses import dataclass

import numpy as np

# Nothing looks tokens up but CTranslate2, which takes ids only: one id a patch is plenty.
VOCABULARY = 256
# Positions that a base has; no window is longer.
POSITIONS = 256
EPSILON = 1e-5
ROPE_BASE = 10_000.0

Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Shape:
    name: str
    title: str
    family: str  # gpt2 | llama
    layers: int
    width: int
    heads: int
    hidden: int

    @property
    def head_width(self) -> int:
        return self.width // self.heads

    def operations(self, patches: int) -> int:
        """Of one causal window, two for a multiply-add; attention looks at half the pairs."""
        matrices = 3 if self.family == "llama" else 2
        linear = patches * self.width * (4 * self.width + matrices * self.hidden)
        pairs = patches * (patches + 1) // 2
        return 2 * self.layers * (linear + 2 * pairs * self.width)


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("m1", "GPT-2 124M (12 layers of 768)", "gpt2", 12, 768, 12, 3072),
        Shape("m2", "Llama kind (6 layers of 288)", "llama", 6, 288, 6, 768),
    )
}


def _normal(name: str, shape: tuple[int, ...], deviation: float) -> np.ndarray:
    """The same numbers for the same name, whatever else is made."""
    draws = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(shape, dtype=np.float32)
    return draws * np.float32(deviation)


def make_weights(shape: Shape) -> Weights:
    """At the scale that GPT-2 begins its training with: 0.02, less for what is added to the residual stream."""
    return _gpt2_weights(shape) if shape.family == "gpt2" else _llama_weights(shape)


def _gpt2_weights(shape: Shape) -> Weights:
    d, residual = shape.width, 0.02 / (2 * shape.layers) ** 0.5
    weights: Weights = {}

    def matrix(name: str, rows: int, columns: int, deviation: float) -> None:
        weights[name] = _normal(f"{shape.name}.{name}", (rows, columns), deviation)

    def norm(name: str) -> None:
        weights[f"{name}.weight"] = 1 + _normal(f"{shape.name}.{name}.weight", (d,), 0.02)
        weights[f"{name}.bias"] = _normal(f"{shape.name}.{name}.bias", (d,), 0.02)

    matrix("wte.weight", VOCABULARY, d, 0.02)
    matrix("wpe.weight", POSITIONS, d, 0.01)
    for layer in range(shape.layers):
        prefix = f"h.{layer}."
        norm(prefix + "ln_1")
        norm(prefix + "ln_2")
        for name, into, out, deviation in (
            ("attn.c_attn", d, 3 * d, 0.02),
            ("attn.c_proj", d, d, residual),
            ("mlp.c_fc", d, shape.hidden, 0.02),
            ("mlp.c_proj", shape.hidden, d, residual),
        ):
            # GPT-2's files hold these as [in, out].
            matrix(f"{prefix}{name}.weight", into, out, deviation)
            weights[f"{prefix}{name}.bias"] = _normal(f"{shape.name}.{prefix}{name}.bias", (out,), 0.02)
    norm("ln_f")
    return weights


def _llama_weights(shape: Shape) -> Weights:
    d, residual = shape.width, 0.02 / (2 * shape.layers) ** 0.5
    weights: Weights = {}

    def matrix(name: str, rows: int, columns: int, deviation: float) -> None:
        weights[name] = _normal(f"{shape.name}.{name}", (rows, columns), deviation)

    def norm(name: str) -> None:
        weights[f"{name}.weight"] = 1 + _normal(f"{shape.name}.{name}.weight", (d,), 0.02)

    matrix("embed_tokens.weight", VOCABULARY, d, 0.02)
    for layer in range(shape.layers):
        prefix = f"layers.{layer}."
        norm(prefix + "input_layernorm")
        norm(prefix + "post_attention_layernorm")
        for part in "qkv":
            matrix(f"{prefix}self_attn.{part}_proj.weight", d, d, 0.02)
        matrix(f"{prefix}self_attn.o_proj.weight", d, d, residual)
        matrix(f"{prefix}mlp.gate_proj.weight", shape.hidden, d, 0.02)
        matrix(f"{prefix}mlp.up_proj.weight", shape.hidden, d, 0.02)
        matrix(f"{prefix}mlp.down_proj.weight", d, shape.hidden, residual)
    norm("norm")
    return weights


def make_patches(shape: Shape, count: int) -> np.ndarray:
    """The embeddings of ids 0, 1, 2, ...: what CTranslate2 looks up is what the others are given. [count, width]"""
    table = {"gpt2": "wte.weight", "llama": "embed_tokens.weight"}[shape.family]
    return np.ascontiguousarray(_normal(f"{shape.name}.{table}", (VOCABULARY, shape.width), 0.02)[:count])


def hugging_face_config(shape: Shape) -> dict:
    if shape.family == "gpt2":
        return {
            "architectures": ["GPT2Model"], "model_type": "gpt2", "activation_function": "gelu_new",
            "n_embd": shape.width, "n_head": shape.heads, "n_layer": shape.layers, "n_inner": shape.hidden,
            "n_positions": POSITIONS, "vocab_size": VOCABULARY, "layer_norm_epsilon": EPSILON,
            "bos_token_id": 0, "eos_token_id": 0, "tie_word_embeddings": True, "dtype": "float32",
        }  # fmt: skip
    return {
        "architectures": ["LlamaModel"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": shape.width, "intermediate_size": shape.hidden, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "num_key_value_heads": shape.heads, "head_dim": shape.head_width,
        "max_position_embeddings": POSITIONS, "vocab_size": VOCABULARY, "rms_norm_eps": EPSILON,
        "rope_theta": ROPE_BASE, "rope_scaling": None, "attention_bias": False, "mlp_bias": False,
        "bos_token_id": 0, "eos_token_id": 0, "tie_word_embeddings": False, "dtype": "float32",
    }  # fmt: skip
