"""The numbers that keep a run's random streams apart."""

from __future__ import annotations

from enum import IntEnum


class Draw(IntEnum):
    """What is drawn, as it stands behind the run's seed and before step, row or epoch. Of two that share a number the draws
    would be the same ones; another number makes another model of the same command, and a resumed run goes on with other
    examples."""

    HELD_OUT = 0
    """Which groups of clips are held out."""
    EXAMPLE = 1
    """How a step's examples are cut out, changed, mixed and masked."""
    ORDER = 2
    """Which examples a step is made of: by an epoch's order or, where clips have weights, by these; no run does both."""
    NOTHING = 3
    """What no label fits, to choose thresholds by."""
    LEAD = 4
    """Whether a batch has something else in front of it."""
    QUIET = 4
    """What no label fits, to count labels in: of `evaluate`, which has no batches, so that the number is one with `LEAD`'s."""
    COMPANY = 5
    """Which other examples those of a batch are mixed with."""
    VIEW = 6
    """What is masked of views that were made before."""
