"""A teacher without a run of its own: a linear layer on what another network makes of the views that an adapter learns from.

Such a layer on a large network's embeddings is what few clips are best served by (Cramer et al. 2019, "Look, Listen and
Learn More"); the adapter, which hears far more cheaply, learns its answers and the features themselves (Romero et al. 2015,
"FitNets").
"""

from __future__ import annotations

import argparse

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .training import loss_of
from .views import Views

EPOCHS, ROWS, RATE, DROPOUT = 8, 512, 2e-3, 0.5


def some_of(views: Views) -> Tensor:
    """Features of views that stand for all, evenly spread over them: 8,192 to 16,383 of them, or all there are."""
    return views.rows("features", np.arange(0, views.count, max(1, views.count // 8192)))


class Scale(nn.Module):
    """Features [rows, ..., width] flattened, each brought to mean 0 and deviation 1 over the views."""

    def __init__(self, views: Views):
        super().__init__()
        some = some_of(views).flatten(1)
        self.register_buffer("mean", some.mean(0))
        self.register_buffer("deviation", some.std(0).clamp(min=0.02))

    def forward(self, features: Tensor) -> Tensor:
        # Features that are hardly ever more than 0 would have outliers of hundreds of deviations.
        return ((features.flatten(1) - self.mean) / self.deviation).clamp(-8, 8)


class Whitening(nn.Module):
    """Scaled features [rows, width] with their largest directions held down, so that what sets few rows apart counts beside what
    sets all of them apart: by the inverse root of their covariance over the views, to which the mean variance is added (ZCA-cor
    with shrinkage: Kessy et al. 2018, "Optimal Whitening and Decorrelation"), scaled to a mean variance of 1. Directions below
    the mean variance stay small: they are noise more than features.

    The symmetric root is the one that no choice of signs or of an order enters, so that a run goes on as it began.
    """

    def __init__(self, views: Views, scale: Scale):
        super().__init__()
        rows = scale(some_of(views)).double()
        rows = rows - rows.mean(0)
        variance, directions = torch.linalg.eigh(rows.T @ rows / len(rows))
        variance = variance.clamp(min=0)
        if not variance.mean() > 0:
            raise ValueError("--whiten-features: all features are the same in every view")
        gain = (variance + variance.mean()).rsqrt()
        gain = gain / (variance * gain.square()).mean().sqrt()
        self.register_buffer("matrix", ((directions * gain) @ directions.T).float())

    def forward(self, scaled: Tensor) -> Tensor:
        return scaled @ self.matrix


def fit_linear_teacher(views: Views, scale: Scale, labels: int, args: argparse.Namespace, multilabel: bool) -> nn.Linear:
    """Fitted to the views' labels; the same whenever it is made from the same views by as many threads."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(args.seed)
        layer = nn.Linear(len(scale.mean), labels).to(views.device)
        nn.init.zeros_(layer.weight)
        nn.init.constant_(layer.bias, -4.0 if multilabel else 0.0)
        optimizer = torch.optim.AdamW(layer.parameters(), RATE, weight_decay=0.05)
        rng, rows = np.random.default_rng(args.seed), min(ROWS, views.count)
        total = EPOCHS * (views.count // rows)
        for step in range(total):
            if step % (views.count // rows) == 0:
                order = rng.permutation(views.count)
            at = step % (views.count // rows) * rows
            places = np.sort(order[at : at + rows])
            x, targets, shares = (views.rows(name, places) for name in ("features", "targets", "shares"))
            loss = loss_of(layer(F.dropout(scale(x), DROPOUT)), targets, shares, args, multilabel)
            optimizer.param_groups[0]["lr"] = RATE * (1 - step / total)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return layer.requires_grad_(False)
