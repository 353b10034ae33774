"""One process of CTranslate2."""

from pathlib import Path

import numpy as np

from configurations import Configuration
from measure import Start, quickest


def generator(folder: Path, threads: int):
    import ctranslate2

    return ctranslate2.Generator(
        str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
    )


def ids(patches: int):
    from ctranslate2 import StorageView

    numbers = np.arange(patches, dtype=np.int32)[None]
    return StorageView.from_array(numbers), StorageView.from_array(np.array([patches], np.int32))


def run(configuration: Configuration, folder: Path, seconds: float) -> dict:
    task = configuration.task
    model = folder / f"ctranslate2-{task.shape}-int8"
    if task.work == "start":
        start = Start()
        generator(model, task.threads).forward_batch(*ids(task.patches))
        return start.finish()
    it, feed = generator(model, task.threads), ids(task.patches)
    return quickest({"oneDNN": lambda: it.forward_batch(*feed)}, seconds)


def results(configuration: Configuration, folder: Path) -> dict[str, np.ndarray]:
    """A few channels of the trunk's output, to be checked."""
    task = configuration.task
    model = generator(folder / f"ctranslate2-{task.shape}-int8", 1)
    return {"oneDNN": np.array(model.forward_batch(*ids(task.patches)))[0]}
