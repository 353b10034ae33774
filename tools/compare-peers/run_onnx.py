"""One process of ONNX Runtime."""

from pathlib import Path

import numpy as np

from configurations import Configuration
from measure import Start, quickest
from shapes import SHAPES, make_patches

# The way to attend that starts are measured with.
START = "mha"


def session(file: Path, threads: int):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # The files are optimized already; what is left is what happens in memory only.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def files(configuration: Configuration, folder: Path) -> dict[str, Path]:
    task, kind = configuration.task, configuration.contender.kind
    found = folder.glob(f"onnx-{task.shape}-{task.patches}-{kind}-*.onnx")
    return {file.stem.rsplit("-", 1)[1]: file for file in sorted(found)}


def run(configuration: Configuration, folder: Path, seconds: float) -> dict:
    task = configuration.task
    feed = {"patches": make_patches(SHAPES[task.shape], task.patches)[None]}
    ways = files(configuration, folder)
    if task.work == "start":
        start = Start()
        session(ways[START], task.threads).run(None, feed)
        return start.finish()
    sessions = {way: session(file, task.threads) for way, file in ways.items()}
    return quickest({way: lambda it=it: it.run(None, feed) for way, it in sessions.items()}, seconds)


def results(configuration: Configuration, folder: Path) -> dict[str, np.ndarray]:
    """The trunk's output by way, to be checked."""
    task = configuration.task
    feed = {"patches": make_patches(SHAPES[task.shape], task.patches)[None]}
    return {way: session(file, 1).run(None, feed)[0][0] for way, file in files(configuration, folder).items()}
