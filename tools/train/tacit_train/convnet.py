"""A small convolutional network over log-mel frames or pixels: the teacher of `adapt --teacher`.

Shaped after the fast residual networks of the CIFAR-10 speed records (Page 2018, "How to train your ResNet").
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .augment import Augmentation
from .frontend import LogMel, make_front_end
from .inputs import ImageInput, Input, LogMelInput
from .masks import masked


class Maps(nn.Module):
    """Windows of samples or pixels to maps [batch, channels, height, width]: standardised log-mel frames (frames by
    bands, one channel) or standardised pixels. A window of sound may be of any length."""

    def __init__(self, description: Input):
        super().__init__()
        if not isinstance(description, (LogMelInput, ImageInput)):
            raise ValueError(f"no map of an input of the kind {description.kind}")
        self.front = make_front_end(description)

    def forward(self, batch: Tensor, draws=None, masks: Augmentation | None = None) -> Tensor:
        if isinstance(self.front, LogMel):
            frames = self.front.spectrogram(batch)
            return (frames if masks is None else masked(frames, draws, masks))[:, None]
        return self.front.standardised(batch).permute(0, 3, 1, 2)


def convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    plain = nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
    return nn.Sequential(plain, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.inner = nn.Sequential(convolution(width, width), convolution(width, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inner(x)


class ConvNet(nn.Module):
    """Logits of windows of samples or pixels, each of them made a map first."""

    def __init__(self, description: Input, form: dict, labels: int):
        super().__init__()
        self.maps = Maps(description)
        self.network = MapNet(**form, labels=labels)

    @property
    def head(self) -> nn.Linear:
        return self.network.head

    def forward(self, batch: Tensor, draws=None, masks: Augmentation | None = None) -> Tensor:
        return self.network(self.maps(batch, draws, masks))


class MapNet(nn.Module):
    """Maps [batch, channels, height, width] of any size to logits [batch, labels]: four stages, each of half the
    height and width and twice the channels of the one before, then mean and maximum over what is left."""

    def __init__(self, channels: int, width: int, stride: int, labels: int, dropout: float = 0.0):
        super().__init__()
        if min(channels, width, stride) < 1:
            raise ValueError(f"channels {channels}, width {width}, stride {stride}; expected 1 or more of each")
        widths = [width, 2 * width, 4 * width, 8 * width]
        layers: list[nn.Module] = [convolution(channels, width, stride)]
        for before, after in zip(widths, widths[1:]):
            layers += [convolution(before, after), nn.MaxPool2d(2, ceil_mode=True), Residual(after)]
        self.body = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * widths[-1], labels)
        self.to(memory_format=torch.channels_last)

    def forward(self, maps: Tensor) -> Tensor:
        x = self.body(maps.contiguous(memory_format=torch.channels_last))
        return self.head(self.dropout(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)))
