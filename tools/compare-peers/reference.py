"""What a trunk computes, in plain NumPy: the peers' results are held against it, so that all do the same work."""

import numpy as np

from shapes import EPSILON, ROPE_BASE, Shape, Weights


def trunk(shape: Shape, weights: Weights, patches: np.ndarray) -> np.ndarray:
    """The causal trunk's output after its final norm. [count, width] to [count, width]"""
    return (_gpt2 if shape.family == "gpt2" else _llama)(shape, weights, patches.astype(np.float32))


def _gpt2(shape: Shape, weights: Weights, x: np.ndarray) -> np.ndarray:
    def linear(name: str, y: np.ndarray) -> np.ndarray:
        return y @ weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def norm(name: str, y: np.ndarray) -> np.ndarray:
        centred = y - y.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    x = x + weights["wpe.weight"][: len(x)]
    for layer in range(shape.layers):
        prefix = f"h.{layer}."
        q, k, v = np.split(linear(prefix + "attn.c_attn", norm(prefix + "ln_1", x)), 3, axis=-1)
        x = x + linear(prefix + "attn.c_proj", attention(shape, q, k, v))
        hidden = linear(prefix + "mlp.c_fc", norm(prefix + "ln_2", x))
        gelu = 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3)))
        x = x + linear(prefix + "mlp.c_proj", gelu)
    return norm("ln_f", x)


def _llama(shape: Shape, weights: Weights, x: np.ndarray) -> np.ndarray:
    def linear(name: str, y: np.ndarray) -> np.ndarray:
        return y @ weights[f"{name}.weight"].T

    def norm(name: str, y: np.ndarray) -> np.ndarray:
        return y / np.sqrt((y**2).mean(-1, keepdims=True) + EPSILON) * weights[f"{name}.weight"]

    cosine, sine = rotations(shape, len(x))
    for layer in range(shape.layers):
        prefix = f"layers.{layer}."
        y = norm(prefix + "input_layernorm", x)
        q, k, v = (linear(f"{prefix}self_attn.{part}_proj", y) for part in "qkv")
        mixed = attention(shape, rotate(shape, q, cosine, sine), rotate(shape, k, cosine, sine), v)
        x = x + linear(prefix + "self_attn.o_proj", mixed)
        y = norm(prefix + "post_attention_layernorm", x)
        gate = linear(prefix + "mlp.gate_proj", y)
        x = x + linear(prefix + "mlp.down_proj", gate / (1 + np.exp(-gate)) * linear(prefix + "mlp.up_proj", y))
    return norm("norm", x)


def attention(shape: Shape, q: np.ndarray, k: np.ndarray, v: np.ndarray) -> np.ndarray:
    count = len(q)
    heads = [y.reshape(count, shape.heads, shape.head_width).transpose(1, 0, 2) for y in (q, k, v)]
    scores = heads[0] @ heads[1].transpose(0, 2, 1) / np.sqrt(np.float32(shape.head_width))
    scores = np.where(np.tri(count, dtype=bool), scores, -np.inf)
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = scores / scores.sum(-1, keepdims=True) @ heads[2]
    return mixed.transpose(1, 0, 2).reshape(count, shape.width)


def rotations(shape: Shape, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Cosines and sines of the rotary positions. [count, head_width / 2] each"""
    half = shape.head_width // 2
    angles = np.arange(count)[:, None] * ROPE_BASE ** (-np.arange(half) / half)[None, :]
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def rotate(shape: Shape, x: np.ndarray, cosine: np.ndarray, sine: np.ndarray) -> np.ndarray:
    """Element i of a head turns with element i + half of it."""
    half = shape.head_width // 2
    first, second = np.split(x.reshape(len(x), shape.heads, shape.head_width), [half], axis=-1)
    cosine, sine = cosine[:, None], sine[:, None]
    turned = np.concatenate([first * cosine - second * sine, second * cosine + first * sine], axis=-1)
    return turned.reshape(len(x), shape.width)


def relative_error(result: np.ndarray, expected: np.ndarray) -> float:
    """Root of the mean squared difference, relative to the expected values' own."""
    return float(np.sqrt(((result - expected) ** 2).mean() / (expected**2).mean()))
