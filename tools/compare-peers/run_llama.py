"""One process of llama.cpp, through its C functions."""

import ctypes
from collections.abc import Callable
from pathlib import Path

import llama_cpp as llama
import numpy as np

from configurations import Configuration
from measure import Start, quickest
from shapes import SHAPES, make_patches

F32, F16 = 0, 1
# Flash attention off and on, and a cache that needs no conversion.
WAYS = {"plain": (0, F16), "flash": (1, F16), "plain-f32": (0, F32)}
START = "plain"
CONTEXT = 256


@llama.llama_log_callback
def _silent(level: int, text: bytes, data: object) -> None:
    pass


llama.llama_log_set(_silent, None)
llama.llama_backend_init()


class Model:
    def __init__(self, file: Path) -> None:
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self.pointer = llama.llama_model_load_from_file(str(file).encode(), parameters)
        if not self.pointer:
            raise OSError(f"{file.name}: llama.cpp can't load it")


class Context:
    """Takes embeddings, gives the output of every patch after the final norm."""

    def __init__(self, model: Model, way: str, threads: int) -> None:
        flash, cache = WAYS[way]
        parameters = llama.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = CONTEXT
        parameters.n_seq_max = 1
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.embeddings = True
        parameters.pooling_type = 0
        parameters.flash_attn_type = flash
        parameters.type_k = parameters.type_v = cache
        parameters.offload_kqv = False
        parameters.no_perf = True
        self.pointer = llama.llama_init_from_model(model.pointer, parameters)
        if not self.pointer:
            raise RuntimeError("llama.cpp makes no context")
        self.memory = llama.llama_get_memory(self.pointer)

    def decode(self, batch: "Batch") -> None:
        if llama.llama_decode(self.pointer, batch.it):
            raise RuntimeError("llama_decode failed")
        # Waits until all is computed.
        llama.llama_synchronize(self.pointer)

    def window(self, batch: "Batch") -> None:
        llama.llama_memory_clear(self.memory, False)
        self.decode(batch)

    def output(self, patches: int, width: int) -> np.ndarray:
        return np.ctypeslib.as_array(llama.llama_get_embeddings(self.pointer), (patches, width)).copy()


class Batch:
    """Patches at consecutive positions of one sequence, all of which give output."""

    def __init__(self, patches: np.ndarray, first: int = 0) -> None:
        count, width = patches.shape
        self.it = llama.llama_batch_init(count, width, 1)
        self.it.n_tokens = count
        ctypes.memmove(self.it.embd, np.ascontiguousarray(patches).ctypes.data, patches.nbytes)
        for i in range(count):
            self.it.pos[i] = first + i
            self.it.n_seq_id[i] = 1
            self.it.seq_id[i][0] = 0
            self.it.logits[i] = 1


def run(configuration: Configuration, folder: Path, seconds: float) -> dict:
    task = configuration.task
    file = folder / f"llama-{task.shape}-{configuration.contender.kind}.gguf"
    patches = make_patches(SHAPES[task.shape], task.patches + 1)
    batch = Batch(patches[:-1])
    if task.work == "start":
        start = Start()
        Context(Model(file), START, task.threads).window(batch)
        return start.finish()
    model = Model(file)
    contexts = {way: Context(model, way, task.threads) for way in WAYS}
    if task.work == "window":
        return quickest({way: lambda it=it: it.window(batch) for way, it in contexts.items()}, seconds)
    return _steps(contexts, batch, Batch(patches[-1:], task.patches), seconds)


def _steps(contexts: dict[str, Context], batch: Batch, one: Batch, seconds: float) -> dict:
    for context in contexts.values():
        context.window(batch)

    def forget() -> None:
        for context in contexts.values():
            llama.llama_memory_seq_rm(context.memory, 0, batch.it.n_tokens, -1)

    ways: dict[str, Callable[[], None]] = {way: lambda it=it: it.decode(one) for way, it in contexts.items()}
    return quickest(ways, seconds, forget)


def results(configuration: Configuration, folder: Path) -> dict[str, np.ndarray]:
    """The trunk's output by way, to be checked."""
    task = configuration.task
    shape = SHAPES[task.shape]
    model = Model(folder / f"llama-{task.shape}-{configuration.contender.kind}.gguf")
    found = {}
    for way in WAYS:
        context = Context(model, way, 1)
        context.window(Batch(make_patches(shape, task.patches)))
        found[way] = context.output(task.patches, shape.width)
    return found
