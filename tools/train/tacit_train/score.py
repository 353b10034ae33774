"""Logits of whole recordings, images and token files: windows as `tacit classify` reads them, averaged over each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import nn

from .inputs import Input
from .material import windows_of


@torch.no_grad()
def logits_of(
    model: nn.Module,
    front_end: nn.Module,
    description: Input,
    items: Iterable[np.ndarray],
    input_gain: float = 1.0,
    batch: int | None = None,
    device: str = "cpu",
) -> np.ndarray:
    """[items, labels] in f32, by a model with a linear `head`; leaves the model in the mode it was in."""
    batch = batch or (16 if torch.device(device).type == "cpu" else 256)
    was_training = model.training
    model.eval()
    rows: list[np.ndarray] = []
    owners: list[int] = []
    sums: list[torch.Tensor] = []
    counts: list[int] = []

    def flush() -> None:
        if rows:
            patches = front_end(torch.from_numpy(np.stack(rows)).to(device))
            if input_gain != 1:
                patches = patches * input_gain
            for owner, row in zip(owners, model(patches).cpu().double()):
                sums[owner] += row
                counts[owner] += 1
        rows.clear()
        owners.clear()

    labels = model.head.out_features
    for index, item in enumerate(items):
        sums.append(torch.zeros(labels, dtype=torch.float64))
        counts.append(0)
        for window in windows_of(item, description):
            if rows and rows[0].shape != window.shape:
                flush()
            rows.append(window)
            owners.append(index)
            if len(rows) == batch:
                flush()
    flush()
    model.train(was_training)
    return np.stack([(s / max(1, c)).float().numpy() for s, c in zip(sums, counts)])


def multi_hot(clips, labels: int) -> np.ndarray:
    out = np.zeros((len(clips), labels), np.float32)
    for row, clip in zip(out, clips):
        row[list(clip.targets)] = 1
    return out
