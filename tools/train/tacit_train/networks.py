"""The networks that teach: windows of samples or pixels [batch, ...] to logits [batch, labels]."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .augment import Augmentation
from .convnet import ConvNet
from .inputs import Input, LogMelInput
from .masks import masked
from .yamnet import CLASSES, PATCH_FRAMES, PATCH_HOP, PATCH_SAMPLES, SAMPLE_RATE, WIDTH, YAMNet, load_yamnet


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


class Hearing(nn.Module):
    """What YAMNet as it is makes of windows of samples: features, and what it calls them."""

    names_count = CLASSES

    def __init__(self, weights: Path, description: Input):
        super().__init__()
        if not (isinstance(description, LogMelInput) and description.sample_rate == SAMPLE_RATE):
            raise ValueError(f"YAMNet hears logmel input at {SAMPLE_RATE} samples a second")
        self.yamnet = load_yamnet(weights)
        self.eval().requires_grad_(False)

    @torch.no_grad()
    def features(self, batch: Tensor) -> Tensor:
        """Samples [batch, n] to the mean and the maximum of each of its features over a window's patches, [batch, 2, WIDTH]."""
        short = PATCH_SAMPLES - batch.shape[1]
        embeddings = self.yamnet.embeddings(F.pad(batch, (0, max(0, short)))).float()
        return torch.stack([embeddings.mean(1), embeddings.amax(1)], 1)

    @torch.no_grad()
    def names(self, features: Tensor) -> Tensor:
        """A score in 0..1 for each of AudioSet's 521 classes."""
        return self.yamnet.head(features[:, 0]).float().sigmoid()


def make_network(form: dict, description: Input, labels: int) -> nn.Module:
    form = dict(form)
    kind = form.pop("kind")
    if kind == "convolutional":
        return ConvNet(description, form, labels)
    if kind != "yamnet":
        raise ValueError(f"network {kind!r}; expected convolutional or yamnet")
    if not (isinstance(description, LogMelInput) and description.sample_rate == SAMPLE_RATE):
        raise ValueError(f"YAMNet hears logmel input at {SAMPLE_RATE} samples a second")
    return TunedYAMNet(labels, **form)
