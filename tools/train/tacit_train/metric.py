"""A linear metric in which what bears one label lies close together and apart from the rest, whatever the labels are.

Linear discriminant analysis over many classes (Fisher 1936, "The Use of Multiple Measurements in Taxonomic Problems"; Rao 1948,
"The Utilization of Multiple Measurements in Problems of Biological Classification"): the scatter within labels is evened out,
shrunk towards a sphere, and of what is left the directions are kept in which the means of labels differ most, each by the
share of its spread that is between labels (the posterior mean of Ioffe 2006, "Probabilistic Linear Discriminant Analysis",
section 2). That such a matrix carries over to labels that it never saw: Mensink et al. 2013, "Distance-Based Image
Classification: Generalizing to New Classes at Near-Zero Cost".
"""

from __future__ import annotations

import numpy as np

COUNTED = 40
"""Examples of a label that count at most in the scatter of means."""


def discriminants(
    rows: np.ndarray, classes: np.ndarray, everything: np.ndarray, width: int, shrink: float
) -> tuple[np.ndarray, np.ndarray]:
    """weight [at most `width`, inputs] and bias of `weight @ row + bias`; there is one direction a label, less one, at most.

    `classes` [rows] is the label of each; `everything` [any, inputs] says what is usual; `shrink` is the share of the mean
    variance within labels that is added to each direction.
    """
    mean, deviation = everything.mean(0), everything.std(0) + 1e-6
    scaled = (rows - mean) / deviation
    names, owner, counts = np.unique(classes, return_inverse=True, return_counts=True)
    means = np.stack([scaled[owner == index].mean(0) for index in range(len(names))])
    rest = scaled - means[owner]
    within = rest.T @ rest / max(1, len(rows) - len(names))
    within[np.diag_indices_from(within)] += shrink * np.trace(within) / len(within)
    values, vectors = np.linalg.eigh(within)
    evened = vectors @ (vectors / np.sqrt(values)).T
    weighed = np.minimum(counts, COUNTED)
    between = (means - np.average(means, axis=0, weights=counts)) @ evened
    _, singular, directions = np.linalg.svd(between * np.sqrt(weighed / weighed.sum())[:, None], full_matrices=False)
    count = min(width, len(names) - 1, int((singular > 1e-6 * singular[0]).sum()))
    spread = singular[:count] ** 2
    weight = (directions[:count] * np.sqrt(spread / (spread + 1))[:, None]) @ evened / deviation
    return weight, -weight @ mean


def beside(
    first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray], rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Both maps' elements, made equally long over `rows` on average."""
    parts = []
    for weight, bias in (first, second):
        length = np.sqrt(np.square(rows @ weight.T + bias).sum(1).mean())
        parts.append((weight / length, bias / length))
    return tuple(np.concatenate(both) for both in zip(*parts))


def scaled(weight: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """So that no element of the matrix is larger than 1."""
    scale = np.abs(weight).max()
    return weight / scale, bias / scale
