"""Thresholds to choose from, what each keeps and lets through, and which to take."""

import numpy as np

STEP = 0.02


def grid_of(lowest: float, least: float, highest: float) -> np.ndarray:
    """Thresholds to choose from, `lowest` among them: from `least` or just below on."""
    first = lowest - STEP * np.ceil((lowest - least) / STEP - 1e-9)
    return np.arange(first, highest + STEP / 2, STEP)


def place_of(score: float, grid: np.ndarray) -> int:
    """The first threshold that is no lower, or the last there is."""
    return min(int(np.searchsorted(grid, score - 1e-9)), len(grid) - 1)


def recall(scores: np.ndarray, truth: np.ndarray, labels: int, grid: np.ndarray, weight: float = 8) -> np.ndarray:
    """[thresholds, labels]: the share of a label's clips that reach a threshold. Few clips of a label say little, so all
    clips together count as `weight` more of each."""
    own = scores[np.arange(len(scores)), truth]
    reached = own[None, :] >= grid[:, None]
    together = reached.mean(1)
    shares = np.empty((len(grid), labels))
    for label in range(labels):
        mine = reached[:, truth == label]
        shares[:, label] = (mine.sum(1) + weight * together) / (mine.shape[1] + weight)
    return shares


def mistaken(scores: np.ndarray, truth: np.ndarray, labels: int, grid: np.ndarray) -> np.ndarray:
    """[thresholds, labels]: how many of a hundred clips of other labels reach a threshold."""
    wrong = np.where(truth[:, None] == np.arange(labels), -1.0, scores)
    return np.stack([100 * (wrong >= threshold).mean(0) for threshold in grid])


def quietest(
    rates: list[np.ndarray], kept: np.ndarray, allowed: list[float], lowest: np.ndarray, highest: np.ndarray
) -> np.ndarray:
    """For each label a place in the grid, so that the false events an hour of all labels together stay within what is
    `allowed` in each stream. From the lowest places on, that of the label is raised which saves most for what it loses.

    - rates: a stream each, [thresholds, labels] false events an hour.
    - kept: [thresholds, labels], what of a label's own is left.
    - lowest, highest: [labels], the first and the last place that each may have.
    """
    labels = np.arange(kept.shape[1])
    places = lowest.copy()
    while raise_one(places, rates, kept, allowed, highest, labels):
        pass
    # What was raised early may be more than is needed by the end: as much is given back as the streams allow.
    while True:
        sums = [rate[places, labels].sum() for rate in rates]
        best = None
        for label in labels:
            here = places[label]
            for there in range(lowest[label], here):
                after = [s + rate[there, label] - rate[here, label] for s, rate in zip(sums, rates)]
                fits = all(now <= max(limit, before) for now, before, limit in zip(after, sums, allowed))
                gained = kept[there, label] - kept[here, label]
                if fits and gained > 0 and (best is None or gained > best[0]):
                    best = (gained, label, there)
        if best is None:
            return places
        places[best[1]] = best[2]


def raise_one(places: np.ndarray, rates, kept, allowed, highest, labels) -> bool:
    """One step of the way up; false where there is nothing left to do."""
    too_many = [rate[places, labels].sum() > limit for rate, limit in zip(rates, allowed)]
    if not any(too_many):
        return False
    best = None
    for label in labels:
        here = places[label]
        for there in range(here + 1, highest[label] + 1):
            saved = sum(
                (rate[here, label] - rate[there, label]) / limit
                for rate, limit, much in zip(rates, allowed, too_many)
                if much
            )
            lost = max(kept[here, label] - kept[there, label], 0) + 1e-4 * (there - here)
            if saved > 0 and (best is None or saved / lost > best[0]):
                best = (saved / lost, label, there)
    if best is None:
        return False
    places[best[1]] = best[2]
    return True
