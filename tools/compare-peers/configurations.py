"""What is measured: contenders, kinds of work, and their combinations."""

import random
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """A program in one kind of weights."""

    peer: str  # tacit | onnx | ctranslate | llama
    kind: str
    title: str
    steps: bool = False

    @property
    def name(self) -> str:
        return f"{self.peer}-{self.kind}"


CONTENDERS = (
    Contender("tacit", "int8", "Tacit int8", steps=True),
    Contender("tacit", "int4", "Tacit int4", steps=True),
    Contender("onnx", "int8", "ONNX Runtime int8"),
    Contender("onnx", "fp32", "ONNX Runtime fp32"),
    Contender("onnx", "int4", "ONNX Runtime 4-bit"),
    Contender("ctranslate", "int8", "CTranslate2 int8"),
    Contender("llama", "q8_0", "llama.cpp Q8_0", steps=True),
    Contender("llama", "q4_0", "llama.cpp Q4_0", steps=True),
)
BY_NAME = {contender.name: contender for contender in CONTENDERS}
TITLES = {contender.name: contender.title for contender in CONTENDERS}


@dataclass(frozen=True)
class Task:
    """The same for all contenders; their results are compared within one task."""

    shape: str
    # window: one causal pass over `patches`. step: one patch behind `patches` that are cached.
    # start: from nothing to the first window, and the memory that takes.
    work: str
    patches: int
    threads: int

    @property
    def name(self) -> str:
        return f"{self.shape}-{self.work}-{self.patches}-{self.threads}"


@dataclass(frozen=True)
class Configuration:
    task: Task
    contender: Contender

    @property
    def name(self) -> str:
        return f"{self.task.name}-{self.contender.name}"


TASKS = tuple(
    Task(shape, work, patches, threads)
    for shape in ("m1", "m2")
    for work, patches, threads in (
        *(("window", patches, threads) for patches in (64, 200) for threads in (1, 2)),
        *(("step", 200, threads) for threads in (1, 2)),
        ("start", 200, 1),
    )
)


def contenders(task: Task, among: Iterable[Contender] = CONTENDERS) -> list[Contender]:
    return [contender for contender in among if contender.steps or task.work != "step"]


def shuffled(chosen: list[Configuration], order: random.Random) -> list[Configuration]:
    """Tasks in random order, and within each its contenders, so that what is compared stands close together in time."""
    tasks = sorted({configuration.task for configuration in chosen}, key=lambda task: task.name)
    order.shuffle(tasks)
    result = []
    for task in tasks:
        together = [configuration for configuration in chosen if configuration.task == task]
        order.shuffle(together)
        result += together
    return result
