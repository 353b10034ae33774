"""Logits of whole recordings, images and token files: windows as `tacit classify` reads them, averaged over each."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

from .inputs import Input, SoundInput
from .material import windows_of
from .model import AdaptedModel


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


@torch.no_grad()
def streamed_logits(
    model: AdaptedModel, front_end: nn.Module, description: Input, items: Iterable[np.ndarray], device: str = "cpu"
) -> np.ndarray:
    """The same by a model of a sliding context, as the runtime reads a file: one endless context, read once a window is full,
    from there every second (of ids, every window), and after the last patch."""
    sound = isinstance(description, SoundInput)
    window = description.window
    hop = max(1, round_half_up(description.sample_rate / description.stride_samples)) if sound else window
    rows = []
    for item in items:
        if sound and len(item) < description.window_samples:
            item = np.pad(item, (0, description.window_samples - len(item)))
        patches = front_end(torch.from_numpy(item[None]).to(device))
        count = patches.shape[1]
        ends = list(range(min(window, count), count + 1, hop))
        if ends[-1] < count:
            ends.append(count)
        hidden = streamed(model, patches)
        read = [model.read(hidden[:, max(0, end - window) : end]).cpu().double() for end in ends]
        rows.append(torch.cat(read).mean(0).float().numpy())
    return np.stack(rows)


def streamed(model: AdaptedModel, patches: Tensor) -> Tensor:
    """`model.hidden` of a stream of any length, a stretch at a time: a layer sees a window back, so that what lies further back
    than a window for each layer makes no difference."""
    lead = model.bare().config.num_hidden_layers * model.window
    step = max(lead, 512)
    parts = []
    for start in range(0, patches.shape[1], step):
        begun = max(0, start - lead)
        parts.append(model.hidden(patches[:, begun : start + step])[:, start - begun :])
    return torch.cat(parts, 1)


def round_half_up(x: float) -> int:
    return int(x + 0.5)


def multi_hot(clips, labels: int) -> np.ndarray:
    out = np.zeros((len(clips), labels), np.float32)
    for row, clip in zip(out, clips):
        row[list(clip.targets)] = 1
    return out
