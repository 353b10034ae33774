"""A linear map in which lies close together what another network finds alike.

A network that heard or saw far more than the model's trunk makes features of generic material; what the trunk makes of it foretells
them by ridge regression (Hoerl and Kennard 1970, "Ridge Regression: Biased Estimation for Nonorthogonal Problems"), as a student's
layer is led by a hint (Romero et al. 2015, "FitNets"). What is taught later is told apart by what was foretold, beside the trunk's own
directions: the other network is not needed where the model runs.
"""

from __future__ import annotations

import numpy as np


def foretold(rows: np.ndarray, targets: np.ndarray, shrink: float) -> tuple[np.ndarray, np.ndarray]:
    """weight [targets, inputs] and bias of `weight @ row + bias`, which foretells a row's targets.

    Inputs are brought to deviation 1; `shrink` is what is added to the variance of each of their directions, 1 being that of an
    input.
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


def narrowed(weight: np.ndarray, bias: np.ndarray, rows: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A map to at most `width` elements that keeps as much as can be of the distances between rows (principal components)."""
    points = rows @ weight.T + bias
    centre = points.mean(0)
    _, directions = np.linalg.eigh((points - centre).T @ (points - centre))
    kept = directions[:, ::-1][:, :width].T
    return kept @ weight, kept @ (bias - centre)
