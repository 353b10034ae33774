"""Making training examples from images and token files: shifts, mirrors, colour, erased rectangles, mixtures.

As in `augment`, every row of a batch has a generator of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .augment import Shuffle, generators

GREY = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class ImageAugmentation:
    pad: int = 0
    """Largest shift of an image in pixels, both ways on both axes; what comes in is the image mirrored at its edge."""
    mirror: bool = False
    """Left and right swapped at random."""
    turn: float = 0.0
    """Largest turn, in degrees (only with --batched)."""
    zoom: float = 0.0
    """Largest change of size, as a logarithm (only with --batched)."""
    brightness: float = 0.0
    """Largest change of brightness, as a part of the whole; likewise contrast and saturation."""
    contrast: float = 0.0
    saturation: float = 0.0
    erase: float = 0.0
    """Probability that a rectangle of the image is painted over with its mean colour (Zhong et al. 2017)."""
    mixup: float = 0.0
    """Probability that an example is a weighted mean of two images (Zhang et al. 2017)."""
    cutmix: float = 0.0
    """Probability that a rectangle of an example is another image's (Yun et al. 2019)."""


def varied(pixels: np.ndarray, rng: np.random.Generator, a: ImageAugmentation) -> np.ndarray:
    """Pixels 0..1 of one image [height, width, channels], as another photograph of the same thing might be."""
    height, width, _ = pixels.shape
    if a.pad:
        up, left = rng.integers(-a.pad, a.pad + 1, 2)
        edges = [(abs(int(s)) * (s > 0), abs(int(s)) * (s < 0)) for s in (up, left)]
        padded = np.pad(pixels, [*edges, (0, 0)], mode="reflect")
        top, side = max(0, -int(up)), max(0, -int(left))
        pixels = padded[top : top + height, side : side + width]
    if a.mirror and rng.random() < 0.5:
        pixels = pixels[:, ::-1]
    if a.brightness:
        pixels = pixels * np.float32(1 + a.brightness * rng.uniform(-1, 1))
    if a.contrast:
        mean = pixels.mean(dtype=np.float32)
        pixels = mean + (pixels - mean) * np.float32(1 + a.contrast * rng.uniform(-1, 1))
    if a.saturation and pixels.shape[2] == 3:
        grey = (pixels @ GREY)[..., None]
        pixels = grey + (pixels - grey) * np.float32(1 + a.saturation * rng.uniform(-1, 1))
    if a.erase and rng.random() < a.erase:
        top, bottom, left, right = rectangle(height, width, rng.uniform(0.02, 0.25), rng)
        pixels = pixels.copy()
        pixels[top:bottom, left:right] = pixels.mean((0, 1), dtype=np.float32)
    return np.clip(pixels, 0, 1).astype(np.float32)


def rectangle(height: int, width: int, area: float, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Top, bottom, left, right of a rectangle of about this part of the image, somewhere in it."""
    aspect = np.exp(rng.uniform(-0.7, 0.7))
    down = int(np.clip(round(height * np.sqrt(area * aspect)), 1, height))
    across = int(np.clip(round(width * np.sqrt(area / aspect)), 1, width))
    top, left = int(rng.integers(height - down + 1)), int(rng.integers(width - across + 1))
    return top, top + down, left, left + across


class ImageExamples:
    """Batches for training: pixels 0..1 [batch, height, width, channels], multi-hot targets and shares [batch, labels]
    (as in `augment.Examples`), in f32."""

    def __init__(self, images, targets: np.ndarray, augmentation: ImageAugmentation, seed: int):
        self.images, self.targets, self.augmentation = images, targets.astype(np.float32), augmentation
        self.shuffle, self.seed = Shuffle(len(images), seed), seed

    def batch(self, step: int, size: int, rows: range | None = None) -> tuple[Tensor, Tensor, Tensor, list]:
        rows = range(size) if rows is None else rows
        rngs, places = generators(self.seed, step, rows), self.shuffle.places(step, size)
        made = [self.example(places[row], rng) for row, rng in zip(rows, rngs)]
        pixels, targets, shares = (torch.from_numpy(np.stack(x)) for x in zip(*made))
        return pixels, targets, shares, rngs

    def single(self, index: int, rng: np.random.Generator) -> np.ndarray:
        return varied(self.images[index].astype(np.float32) / 255, rng, self.augmentation)

    def example(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        a = self.augmentation
        pixels, target = self.single(index, rng), self.targets[index]
        share = target / max(1.0, target.sum())
        way = rng.random()
        if way >= a.mixup + a.cutmix:
            return pixels, target, share
        other = int(rng.integers(len(self.images)))
        second, part = self.single(other, rng), float(rng.uniform(0.5, 1))
        if way < a.mixup:
            pixels = np.float32(part) * pixels + np.float32(1 - part) * second
        else:
            top, bottom, left, right = rectangle(*pixels.shape[:2], 1 - part, rng)
            pixels = pixels.copy()
            pixels[top:bottom, left:right] = second[top:bottom, left:right]
            part = 1 - (bottom - top) * (right - left) / (pixels.shape[0] * pixels.shape[1])
        share = part * share + (1 - part) * self.targets[other] / max(1.0, self.targets[other].sum())
        return pixels, np.maximum(target, self.targets[other]), share.astype(np.float32)


class TokenExamples:
    """Batches of ids [batch, T, codebooks]: excerpts of at most `window` patches, as long as the batch's shortest."""

    def __init__(self, files, targets: np.ndarray, window: int, seed: int):
        self.files, self.targets, self.window = files, targets.astype(np.float32), window
        self.shuffle, self.seed = Shuffle(len(files), seed), seed

    def batch(self, step: int, size: int, rows: range | None = None) -> tuple[Tensor, Tensor, Tensor, list]:
        rows = range(size) if rows is None else rows
        rngs, places = generators(self.seed, step, rows), self.shuffle.places(step, size)
        length = min(self.window, *(len(self.files[i]) for i in places))
        places = [places[row] for row in rows]
        starts = [int(rng.integers(len(self.files[i]) - length + 1)) for i, rng in zip(places, rngs)]
        ids = torch.from_numpy(np.stack([self.files[i][s : s + length] for i, s in zip(places, starts)]))
        targets = torch.from_numpy(self.targets[places])
        return ids, targets, targets / targets.sum(1, keepdim=True).clamp(min=1), rngs
