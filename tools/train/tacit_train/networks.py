"""The networks that teach: windows of samples or pixels [batch, ...] to logits [batch, labels]."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .augment import Augmentation
from .convnet import ConvNet
from .inputs import Input, expect_log_mel
from .masks import masked
from .yamnet import PATCH_FRAMES, PATCH_HOP, PATCH_SAMPLES, SAMPLE_RATE, WIDTH, YAMNet


class TunedYAMNet(nn.Module):
    """YAMNet's features averaged over a window's patches, and a head of one's own."""

    def __init__(self, labels: int, dropout: float = 0.0):
        super().__init__()
        self.yamnet = YAMNet()
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(WIDTH, labels)

    def pooled(self, batch: Tensor, draws=None, masks: Augmentation | None = None) -> Tensor:
        frames = self.yamnet.front(F.pad(batch, (0, max(0, PATCH_SAMPLES - batch.shape[1]))))
        if masks is not None and (masks.time_masks or masks.frequency_masks):
            middle = frames.mean((1, 2), keepdim=True)
            frames = masked(frames - middle, draws, masks) + middle
        # Patch by patch, as it was trained: one map of the whole window would have its zero padding elsewhere.
        patches = frames.unfold(1, PATCH_FRAMES, PATCH_HOP).transpose(-1, -2)
        maps = self.yamnet.features(patches.flatten(0, 1)).float()
        return maps.mean((2, 3)).unflatten(0, patches.shape[:2]).mean(1)

    def forward(self, batch: Tensor, draws=None, masks: Augmentation | None = None) -> Tensor:
        return self.head(self.dropout(self.pooled(batch, draws, masks)))


def make_network(form: dict, description: Input, labels: int) -> nn.Module:
    form = dict(form)
    kind = form.pop("kind")
    if kind == "convolutional":
        return ConvNet(description, form, labels)
    if kind != "yamnet":
        raise ValueError(f"network {kind!r}; expected convolutional or yamnet")
    expect_log_mel("YAMNet", SAMPLE_RATE, description)
    return TunedYAMNet(labels, **form)
