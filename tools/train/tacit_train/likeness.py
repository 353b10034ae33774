"""A linear map in which lies close together what another network finds alike.

A network that heard or saw far more than the model's trunk makes features of generic material; what the trunk makes of it foretells
them by ridge regression (Hoerl and Kennard 1970, "Ridge Regression: Biased Estimation for Nonorthogonal Problems"), as a student's
layer is led by a hint (Romero et al. 2015, "FitNets"). What is taught later is told apart by what was foretold, beside the trunk's own
directions: the other network is not needed where the model runs.
"""

from __future__ import annotations

import numpy as np


def ridge_regression(rows: np.ndarray, targets: np.ndarray, shrink: float) -> tuple[np.ndarray, np.ndarray]:
    """weight [targets, inputs] and bias [targets] of `weight @ row + bias`, which foretells a row's targets.

    `rows` are [count, inputs], `targets` [count, targets]. Inputs are brought to deviation 1, and `count * shrink` is added to the
    diagonal of their Gram matrix: more than 0, else what hangs together can't be told apart. Raises `np.linalg.LinAlgError` where it
    is too little.
    """
    mean, deviation = rows.mean(0), rows.std(0) + 1e-6
    scaled, middle = (rows - mean) / deviation, targets.mean(0)
    count, inputs = scaled.shape
    # The same solution by whichever matrix is the smaller.
    if inputs <= count:
        held = scaled.T @ scaled
        held[np.diag_indices_from(held)] += shrink * count
        weight = np.linalg.solve(held, scaled.T @ (targets - middle)).T
    else:
        held = scaled @ scaled.T
        held[np.diag_indices_from(held)] += shrink * count
        weight = np.linalg.solve(held, targets - middle).T @ scaled
    weight = weight / deviation
    return weight, middle - weight @ mean


def principal_components(weight: np.ndarray, bias: np.ndarray, rows: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A map to at most `width` elements that keeps as much as can be of the distances between rows [count, inputs]."""
    points = rows @ weight.T + bias
    centre = points.mean(0)
    spread, directions = np.linalg.eigh((points - centre).T @ (points - centre))
    # Elements that hang together have directions in which nothing lies.
    count = min(width, int((spread > 1e-12 * spread[-1]).sum()))
    kept = directions[:, ::-1][:, :count].T
    return kept @ weight, kept @ (bias - centre)
