"""What `listen` makes of scores, for many thresholds at once: smoothing, two levels and waits, as Sources/Labelling has them."""

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Settings:
    """Seconds, but for `off_below`, a part of the threshold; as in `tacit.json`."""

    smooth: float = 0.0
    on_after: float = 0.0
    off_below: float = 0.8
    off_after: float = 0.0

    def to_json(self) -> dict[str, float]:
        return {
            "smooth": self.smooth, "on_after": self.on_after, "off_below": self.off_below, "off_after": self.off_after,
        }  # fmt: skip


def readings_in(seconds: float, hop: float) -> int:
    """Over how many readings, `hop` seconds apart, scores are averaged: those that end within so many seconds."""
    return max(1, math.ceil(seconds / hop - 1e-9))


def smoothed(scores: np.ndarray, readings: int) -> np.ndarray:
    """[readings, labels]: the mean over the last so many, or all there are."""
    sums = np.concatenate([np.zeros((1, scores.shape[1])), np.cumsum(scores, 0, np.float64)])
    end = np.arange(1, len(scores) + 1)
    start = np.maximum(end - readings, 0)
    return (sums[end] - sums[start]) / (end - start)[:, None]


def times_on(scores: np.ndarray, thresholds: np.ndarray, settings: Settings, hop: float) -> np.ndarray:
    """[thresholds, labels]: how often an event turns on in [readings, labels] scores."""
    on_wait, off_wait = (math.ceil(wait / hop - 1e-9) for wait in (settings.on_after, settings.off_after))
    level = thresholds[:, None]
    shape = (len(thresholds), scores.shape[1])
    is_on, since, count = np.zeros(shape, bool), np.zeros(shape, int), np.zeros(shape, int)
    for row in smoothed(scores, readings_in(settings.smooth, hop)):
        # As long as a reading asks for a change, its stretch grows; the one that makes it long enough decides.
        asks = np.where(is_on, row < settings.off_below * level, row >= level)
        since = np.where(asks, since + 1, 0)
        turns = asks & (since > np.where(is_on, off_wait, on_wait))
        count += turns & ~is_on
        is_on ^= turns
        since[turns] = 0
    return count
