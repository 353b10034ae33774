"""Random numbers of a batch that is made at once (see `batched`), from generators seeded per step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Draws:
    """Where the draws of one step come from; every `generator` begins anew, so that a copy draws the same. One generator
    draws for all rows, so a process that keeps some of them makes them all: on a GPU that takes little beside the
    training, where a generator a row would take long."""

    seed: int
    device: str
    size: int | None = None
    """Of the whole batch; none: as many as there are."""
    rows: range | None = None
    """Those that are kept; none: all."""

    def generator(self) -> torch.Generator:
        return torch.Generator(self.device).manual_seed(self.seed)

    def uniform(self, count: int) -> Uniform:
        """For the `count` rows that are kept."""
        return Uniform(self.size or count, self.generator(), self.rows)

    def kept(self, *whole: Tensor) -> list[Tensor]:
        return [x if self.rows is None else x[self.rows.start : self.rows.stop] for x in whole]


def step_seed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> np.uint64(1))


class Uniform:
    """Uniform numbers of a batch, one a row; drawn for all rows, given for those that are kept."""

    def __init__(self, size: int, generator: torch.Generator, kept: range | None = None):
        self.size, self.generator, self.kept = size, generator, kept

    def __call__(self, low: float = 0.0, high: float = 1.0) -> Tensor:
        x = torch.rand(self.size, generator=self.generator, device=self.generator.device)
        if self.kept is not None:
            x = x[self.kept.start : self.kept.stop]
        return low + (high - low) * x

    def chance(self, probability: float) -> Tensor:
        return self() < probability

    def whole(self, below: Tensor | int) -> Tensor:
        return (self() * below).long()
