"""A llama2.c checkpoint (its first, headerless version): the format, and its forward pass as `run.c` computes it.

Seven little-endian 32-bit integers (dim, hidden_dim, n_layers, n_heads, n_kv_heads, vocab_size, seq_len; a negative
vocab_size means that the classifier has weights of its own), then 32-bit floats in the order of `Config.shapes`.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HEADER = struct.Struct("<7i")
# Larger ones can't be in a file of this version.
LIMIT = 1 << 20


@dataclass(frozen=True)
class Config:
    dim: int
    hidden_dim: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    vocab_size: int
    seq_len: int
    shares_classifier: bool

    @property
    def head_size(self) -> int:
        return self.dim // self.n_heads

    def shapes(self) -> dict[str, tuple[int, ...]]:
        layers, dim, hidden = self.n_layers, self.dim, self.hidden_dim
        kv = self.head_size * self.n_kv_heads
        shapes = {
            "token_embedding": (self.vocab_size, dim),
            "rms_att": (layers, dim),
            "wq": (layers, dim, dim),
            "wk": (layers, kv, dim),
            "wv": (layers, kv, dim),
            "wo": (layers, dim, dim),
            "rms_ffn": (layers, dim),
            "w1": (layers, hidden, dim),
            "w2": (layers, dim, hidden),
            "w3": (layers, hidden, dim),
            "rms_final": (dim,),
            # Tables of cosines and sines that run.c skips, too.
            "freq_cis": (2, self.seq_len, self.head_size // 2),
        }
        if not self.shares_classifier:
            shapes["wcls"] = (self.vocab_size, dim)
        return shapes


def read(path: Path) -> tuple[Config, dict[str, np.ndarray]]:
    data = path.read_bytes()
    if len(data) < HEADER.size:
        raise ValueError(f"{path}: too short for a header")
    dim, hidden, layers, heads, kv_heads, vocabulary, length = HEADER.unpack_from(data)
    sizes = (dim, hidden, layers, heads, kv_heads, abs(vocabulary), length)
    if not all(0 < size <= LIMIT for size in sizes) or dim % heads or heads % kv_heads or dim // heads % 2:
        raise ValueError(f"{path}: the header {sizes} makes no sense")
    config = Config(dim, hidden, layers, heads, kv_heads, abs(vocabulary), length, vocabulary > 0)
    shapes = config.shapes()
    count = sum(int(np.prod(shape, dtype=object)) for shape in shapes.values())
    if len(data) != HEADER.size + 4 * count:
        raise ValueError(f"{path}: {len(data)} bytes, expected {HEADER.size + 4 * count}")
    weights, offset = {}, HEADER.size
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        weights[name] = np.frombuffer(data, "<f4", size, offset).reshape(shape)
        offset += 4 * size
    return config, weights


def rms_norm(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return weight * x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-5)


def rotate(x: np.ndarray, head_size: int) -> np.ndarray:
    """Neighbours (2i, 2i + 1) of each head are turned by position * 10000^(-2i / head_size); `x` is [time, width]."""
    time, width = x.shape
    angles = np.arange(time)[:, None] * 10000.0 ** (-np.arange(0, head_size, 2) / head_size)
    pairs = x.reshape(time, width // head_size, head_size // 2, 2)
    cosine, sine = np.cos(angles)[:, None], np.sin(angles)[:, None]
    even, odd = pairs[..., 0], pairs[..., 1]
    return np.stack([even * cosine - odd * sine, even * sine + odd * cosine], -1).reshape(time, width)


def forward(config: Config, weights: dict[str, np.ndarray], tokens: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """The output of the final norm and the logits for every position, in double precision."""
    w = {name: values.astype(np.float64) for name, values in weights.items()}
    size, time = config.head_size, len(tokens)
    group = config.n_heads // config.n_kv_heads
    causal = np.triu(np.full((time, time), -np.inf), 1)
    x = w["token_embedding"][tokens]
    for layer in range(config.n_layers):
        h = rms_norm(x, w["rms_att"][layer])
        q = rotate(h @ w["wq"][layer].T, size).reshape(time, config.n_heads, size)
        k = rotate(h @ w["wk"][layer].T, size).reshape(time, config.n_kv_heads, size)
        v = (h @ w["wv"][layer].T).reshape(time, config.n_kv_heads, size)
        heads = []
        for head in range(config.n_heads):
            scores = q[:, head] @ k[:, head // group].T / np.sqrt(size) + causal
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(scores / scores.sum(-1, keepdims=True) @ v[:, head // group])
        x = x + np.concatenate(heads, -1) @ w["wo"][layer].T
        h = rms_norm(x, w["rms_ffn"][layer])
        gate = h @ w["w1"][layer].T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ w["w3"][layer].T)) @ w["w2"][layer].T
    x = rms_norm(x, w["rms_final"])
    return x, x @ (w["token_embedding"] if config.shares_classifier else w["wcls"]).T
