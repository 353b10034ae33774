"""Files for ONNX Runtime: the graph in three kinds of weights, optimized ahead so that a start does not pay for it."""

import logging
from pathlib import Path

import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import DefaultWeightOnlyQuantConfig, MatMulNBitsQuantizer

from onnx_graph import WAYS, build
from shapes import Shape, Weights

KINDS = ("fp32", "int8", "int4")
# Accuracy level 4 computes in int8, the quickest that MatMulNBits has.
GROUP, INT8_COMPUTE = 32, 4


def ways(shape: Shape, kind: str) -> tuple[str, ...]:
    """Attention's fused projection has no 4-bit form; in fp32 two ways will do, for the files are large."""
    if kind == "fp32":
        return ("mha", "gqa")
    return tuple(way for way in WAYS[shape.family] if (way, kind) != ("attention", "int4"))


def path(folder: Path, shape: Shape, patches: int, kind: str, way: str) -> Path:
    return folder / f"onnx-{shape.name}-{patches}-{kind}-{way}.onnx"


def prepare(folder: Path, shape: Shape, weights: Weights, patches: int, kind: str, way: str) -> None:
    target = path(folder, shape, patches, kind, way)
    if target.exists():
        return
    # The quantizers report every node.
    logging.disable(logging.WARNING)
    model = build(shape, weights, patches, way)
    raw = target.with_suffix(".raw")
    if kind == "int8":
        # Weights per channel, patches per tensor: what `quantize_dynamic` offers.
        onnx.save(model, raw)
        quantized = target.with_suffix(".quantized")
        # Without the default it knows no type for what comes out of operators that are ONNX Runtime's own.
        extra = {"DefaultTensorType": onnx.TensorProto.FLOAT}
        quantize_dynamic(raw, quantized, per_channel=True, weight_type=QuantType.QInt8, extra_options=extra)
        quantized.replace(raw)
    elif kind == "int4":
        config = DefaultWeightOnlyQuantConfig(block_size=GROUP, is_symmetric=True, accuracy_level=INT8_COMPUTE)
        quantizer = MatMulNBitsQuantizer(model, algo_config=config)
        quantizer.process()
        onnx.save(quantizer.model.model, raw)
    else:
        onnx.save(model, raw)
    _optimize(raw, target)
    raw.unlink()


def _optimize(source: Path, target: Path) -> None:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    unfinished = target.with_suffix(".part")
    options.optimized_model_filepath = str(unfinished)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    unfinished.replace(target)
