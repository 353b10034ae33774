"""Accuracy, average precision, and thresholds."""

from __future__ import annotations

import numpy as np


def accuracy(logits: np.ndarray, targets: np.ndarray) -> float:
    """Part of the rows that have a target (multi-hot) whose largest logit is one of theirs."""
    some = targets.any(1)
    logits, targets = logits[some], targets[some]
    return float(targets[np.arange(len(logits)), logits.argmax(1)].mean(dtype=np.float64))


def accuracy_by_class(logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The same for the rows of each label; NaN for a label without rows."""
    hits = targets[np.arange(len(logits)), logits.argmax(1)]
    with np.errstate(invalid="ignore"):
        return (hits[:, None] * targets).sum(0) / targets.sum(0)


def average_precision(scores: np.ndarray, truth: np.ndarray) -> float:
    """Mean, over the true rows, of the precision at their rank; ties count as ranked below (pessimistic)."""
    order = np.lexsort((truth, -scores))
    hits = truth[order].astype(bool)
    if not hits.any():
        return float("nan")
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def mean_average_precision(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """mAP over the labels that occur, and each label's average precision."""
    each = np.array([average_precision(logits[:, i], targets[:, i]) for i in range(targets.shape[1])])
    return float(np.nanmean(each)), each


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927)."""
    z, p = 1.959964, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * np.sqrt(p * (1 - p) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return float(middle - half), float(middle + half)


def calibrate(scores: np.ndarray, targets: np.ndarray, quiet: np.ndarray, margin: float = 0.05) -> list[float]:
    """A threshold per label from held-out scores in 0..1: the one common threshold with the best F1 over all labels
    (each label alone has too few rows), raised where a label's score on the `quiet` rows (nothing to hear) comes
    within `margin` of it at the 99.5th percentile."""
    grid = np.linspace(0.1, 0.9, 81)
    f1 = []
    for t in grid:
        said = scores >= t
        f1.append(2 * (said & (targets > 0)).sum() / max(1, said.sum() + (targets > 0).sum()))
    common = grid[int(np.argmax(f1))]
    highest = np.quantile(quiet, 0.995, axis=0) + margin if len(quiet) else np.zeros(scores.shape[1])
    return [float(t) for t in np.clip(np.maximum(common, highest), 0.1, 0.95)]
