"""The trunk as an ONNX graph over patch embeddings, in the operators that ONNX Runtime's own optimizer arrives at.

Four ways to attend, since no one of them is the quickest everywhere:

plain      products, a mask and a softmax, as an exporter writes them
mha        MultiHeadAttention, causal
gqa        GroupQueryAttention over packed queries, keys and values, which rotates by itself
attention  Attention with the projection inside, which int8 turns into QAttention (GPT-2 only)
"""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from reference import rotations
from shapes import EPSILON, POSITIONS, Shape, Weights

MICROSOFT = "com.microsoft"
WAYS = {"gpt2": ("plain", "mha", "gqa", "attention"), "llama": ("plain", "mha", "gqa")}


class Graph:
    """Nodes and constants as they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = np.ascontiguousarray(value)
        return name

    def add(self, kind: str, inputs: list[str], name: str, domain: str = "", outputs: int = 1, **attributes) -> str:
        """The first output's name, which is the node's. The others are `name:1` and so on."""
        results = [name, *(f"{name}:{number}" for number in range(1, outputs))]
        self.nodes.append(helper.make_node(kind, inputs, results, name=name, domain=domain, **attributes))
        return name

    def linear(self, x: str, weight: np.ndarray, bias: np.ndarray | None, name: str) -> str:
        """weight is [in, out]."""
        if bias is None:
            return self.add("MatMul", [x, self.constant(f"{name}.weight", weight)], name)
        product = self.add("MatMul", [x, self.constant(f"{name}.weight", weight)], f"{name}.product")
        return self.add("Add", [product, self.constant(f"{name}.bias", bias)], name)

    def model(self, x: str, result: str, shape: Shape, patches: int) -> onnx.ModelProto:
        sizes = [1, patches, shape.width]
        graph = helper.make_graph(
            self.nodes, "trunk",
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, sizes)],
            [helper.make_tensor_value_info(result, TensorProto.FLOAT, sizes)],
            [numpy_helper.from_array(value, name) for name, value in self.constants.items()],
        )  # fmt: skip
        return helper.make_model(
            graph, ir_version=10, opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid(MICROSOFT, 1)]
        )


def build(shape: Shape, weights: Weights, patches: int, way: str) -> onnx.ModelProto:
    graph = Graph()
    result = (_gpt2 if shape.family == "gpt2" else _llama)(graph, shape, weights, patches, way)
    return graph.model("patches", result, shape, patches)


def _gpt2(graph: Graph, shape: Shape, weights: Weights, patches: int, way: str) -> str:
    attend = ATTENTION[way]
    positions = graph.constant("positions", weights["wpe.weight"][None, :patches])
    stream = graph.add("Add", ["patches", positions], "embedded")

    def norm(name: str, x: list[str], outputs: int) -> str:
        gain = graph.constant(f"{name}.weight", weights[f"{name}.weight"])
        offset = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
        if outputs == 1:
            return graph.add("LayerNormalization", [*x, gain, offset], name, epsilon=EPSILON)
        return graph.add("SkipLayerNormalization", [*x, gain, offset], name, MICROSOFT, outputs, epsilon=EPSILON)

    y = norm("h.0.ln_1", [stream], 1)
    for layer in range(shape.layers):
        prefix = f"h.{layer}."

        def linear(x: str, name: str, prefix: str = prefix) -> str:
            name = prefix + name
            return graph.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"], name)

        matrix, bias = weights[f"{prefix}attn.c_attn.weight"], weights[f"{prefix}attn.c_attn.bias"]
        mixed = attend(graph, shape, y, matrix, bias, patches, prefix)
        y = norm(f"{prefix}ln_2", [stream, linear(mixed, "attn.c_proj")], 4)
        stream = f"{y}:3"
        name = f"{prefix}mlp.c_fc"
        hidden = graph.linear(y, weights[f"{name}.weight"], None, name)
        offset = graph.constant(f"{name}.bias", weights[f"{name}.bias"])
        hidden = graph.add("FastGelu", [hidden, offset], f"{prefix}gelu", MICROSOFT)
        following = f"h.{layer + 1}.ln_1" if layer + 1 < shape.layers else "ln_f"
        y = norm(following, [stream, linear(hidden, "mlp.c_proj")], 4)
        stream = f"{y}:3"
    return y


def _llama(graph: Graph, shape: Shape, weights: Weights, patches: int, way: str) -> str:
    attend = ATTENTION[way]
    cosine, sine = rotations(shape, POSITIONS)
    graph.constant("cosine", cosine)
    graph.constant("sine", sine)

    def norm(name: str, x: list[str]) -> str:
        gain = graph.constant(f"{name}.weight", weights[f"{name}.weight"])
        if len(x) == 1:
            return graph.add("SimplifiedLayerNormalization", [*x, gain], name, epsilon=EPSILON, axis=-1)
        return graph.add("SkipSimplifiedLayerNormalization", [*x, gain], name, MICROSOFT, 4, epsilon=EPSILON)

    stream = "patches"
    y = norm("layers.0.input_layernorm", [stream])
    for layer in range(shape.layers):
        prefix = f"layers.{layer}."

        def linear(x: str, name: str, prefix: str = prefix) -> str:
            return graph.linear(x, weights[f"{prefix}{name}.weight"].T, None, prefix + name)

        matrix = np.concatenate([weights[f"{prefix}self_attn.{part}_proj.weight"] for part in "qkv"]).T
        mixed = attend(graph, shape, y, matrix, None, patches, prefix)
        y = norm(f"{prefix}post_attention_layernorm", [stream, linear(mixed, "self_attn.o_proj")])
        stream = f"{y}:3"
        gate = graph.add("QuickGelu", [linear(y, "mlp.gate_proj")], f"{prefix}silu", MICROSOFT, alpha=1.0)
        hidden = graph.add("Mul", [gate, linear(y, "mlp.up_proj")], f"{prefix}gated")
        following = f"layers.{layer + 1}.input_layernorm" if layer + 1 < shape.layers else "norm"
        y = norm(following, [stream, linear(hidden, "mlp.down_proj")])
        stream = f"{y}:3"
    return y


# One of the ways: graph, shape, input, matrix [d, 3 d], its bias, patches, prefix for names; returns the mixed values.
Way = Callable[[Graph, Shape, str, np.ndarray, np.ndarray | None, int, str], str]


def _separate(graph: Graph, shape: Shape, x: str, matrix: np.ndarray, bias: np.ndarray | None, prefix: str) -> list[str]:
    """Queries, keys and values, each by a product of its own."""
    matrices = np.split(matrix, 3, axis=1)
    biases = np.split(bias, 3) if bias is not None else [None] * 3
    return [graph.linear(x, matrices[i], biases[i], prefix + "qkv"[i]) for i in range(3)]


def _rotated(graph: Graph, shape: Shape, x: str, patches: int, name: str) -> str:
    if shape.family != "llama":
        return x
    positions = graph.constant("position_ids", np.arange(patches, dtype=np.int64)[None])
    inputs = [x, positions, "cosine", "sine"]
    return graph.add("RotaryEmbedding", inputs, name, MICROSOFT, num_heads=shape.heads)


def _plain(
    graph: Graph, shape: Shape, x: str, matrix: np.ndarray, bias: np.ndarray | None, patches: int, prefix: str
) -> str:
    q, k, v = _separate(graph, shape, x, matrix, bias, prefix)
    q = _rotated(graph, shape, q, patches, f"{prefix}q.rotated")
    k = _rotated(graph, shape, k, patches, f"{prefix}k.rotated")
    split = graph.constant("split", np.array([1, patches, shape.heads, shape.head_width], np.int64))
    joined = graph.constant("joined", np.array([1, patches, shape.width], np.int64))
    mask = graph.constant("mask", np.where(np.tri(patches), 0, -1e9).astype(np.float32)[None, None])
    scale = graph.constant("scale", np.array(shape.head_width**-0.5, np.float32))

    def heads(y: str, name: str, order: list[int]) -> str:
        return graph.add("Transpose", [graph.add("Reshape", [y, split], f"{name}.split")], name, perm=order)

    product = graph.add(
        "MatMul",
        [heads(q, f"{prefix}q.heads", [0, 2, 1, 3]), heads(k, f"{prefix}k.heads", [0, 2, 3, 1])],
        f"{prefix}pairs",
    )
    scores = graph.add("Add", [graph.add("Mul", [product, scale], f"{prefix}scaled"), mask], f"{prefix}masked")
    scores = graph.add("Softmax", [scores], f"{prefix}scores", axis=-1)
    mixed = graph.add("MatMul", [scores, heads(v, f"{prefix}v.heads", [0, 2, 1, 3])], f"{prefix}mixed")
    mixed = graph.add("Transpose", [mixed], f"{prefix}mixed.patches", perm=[0, 2, 1, 3])
    return graph.add("Reshape", [mixed, joined], f"{prefix}mixed.joined")


def _mha(
    graph: Graph, shape: Shape, x: str, matrix: np.ndarray, bias: np.ndarray | None, patches: int, prefix: str
) -> str:
    q, k, v = _separate(graph, shape, x, matrix, bias, prefix)
    q = _rotated(graph, shape, q, patches, f"{prefix}q.rotated")
    k = _rotated(graph, shape, k, patches, f"{prefix}k.rotated")
    return graph.add(
        "MultiHeadAttention", [q, k, v], f"{prefix}mixed", MICROSOFT, num_heads=shape.heads, unidirectional=1
    )


def _gqa(
    graph: Graph, shape: Shape, x: str, matrix: np.ndarray, bias: np.ndarray | None, patches: int, prefix: str
) -> str:
    packed = graph.linear(x, matrix, bias, f"{prefix}qkv")
    last = graph.constant("last", np.array([patches - 1], np.int32))
    total = graph.constant("total", np.array([patches], np.int32))
    rotary = ["cosine", "sine"] if shape.family == "llama" else []
    return graph.add(
        "GroupQueryAttention", [packed, "", "", "", "", last, total, *rotary], f"{prefix}mixed", MICROSOFT, 3,
        num_heads=shape.heads, kv_num_heads=shape.heads, do_rotary=int(bool(rotary)),
    )  # fmt: skip


def _attention(
    graph: Graph, shape: Shape, x: str, matrix: np.ndarray, bias: np.ndarray | None, patches: int, prefix: str
) -> str:
    inputs = [x, graph.constant(f"{prefix}qkv.weight", matrix), graph.constant(f"{prefix}qkv.bias", bias)]
    return graph.add("Attention", inputs, f"{prefix}mixed", MICROSOFT, num_heads=shape.heads, unidirectional=1)


ATTENTION: dict[str, Way] = {"plain": _plain, "mha": _mha, "gqa": _gqa, "attention": _attention}
