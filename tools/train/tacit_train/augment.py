"""Making training examples from recordings: excerpts, level, noise, mixtures, negatives, masks.

Every row of a batch has a numpy generator of its own, seeded by the step and its place in the batch: a resumed run sees
what an unbroken one would have seen, and a process that makes some rows makes them as it would make all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .seeds import Draw

NEGATIVES = ("silence", "white", "pink", "brown", "hum", "quiet")


@dataclass(frozen=True)
class Augmentation:
    shift: float = 0.0
    """Seconds by which an excerpt may begin early or late; negative: anywhere, the clip taken as a ring."""
    speed: float = 0.0
    """Largest change of speed and pitch, as a part of the whole."""
    gain_low: float = 0.0
    gain_high: float = 0.0
    """Range of level changes in dB."""
    flip: bool = False
    """Polarity at random."""
    noise: float = 0.0
    """Probability of added white or pink noise, 5 to 40 dB under the clip."""
    room: float = 0.0
    """Probability that a clip sounds as it would from some way off in a room."""
    mix: float = 0.0
    """Probability that an example is a mixture of two clips."""
    under: float = 0.0
    """Probability that another clip sounds 12 to 30 dB under it, too quiet to be labelled (only with --batched)."""
    band: float = 0.0
    """Probability that the lowest and highest frequencies are missing (only with --batched)."""
    negatives: float = 0.0
    """Probability that an example is one that no label fits (multilabel only)."""
    time_masks: int = 0
    frequency_masks: int = 0
    cut: float = 0.0
    """Probability that an example is a short stretch of one clip and silence, as a short file is (only with --batched)."""


def excerpt_of(samples: np.ndarray, length: int, rate: int, rng: np.random.Generator, a: Augmentation) -> np.ndarray:
    """An excerpt of `length` samples, shifted, at another speed, at another level."""
    if a.speed > 0 and rng.random() < 0.5:
        factor = 1 + a.speed * rng.uniform(-1, 1)
        places = np.arange(int(len(samples) / factor)) * factor
        samples = np.interp(places, np.arange(len(samples)), samples).astype(np.float32)
    if a.shift < 0 and len(samples) > 1:
        start = int(rng.integers(len(samples)))
        samples = np.concatenate([samples[start:], samples[:start]])
        spare = len(samples) - length
        out = samples[:length] if spare >= 0 else np.pad(samples, (0, -spare))
    else:
        spare = len(samples) - length
        centre = spare // 2 if spare < 0 else (int(rng.integers(spare + 1)) if spare > 0 else 0)
        start = centre + round(a.shift * rate * rng.uniform(-1, 1))
        out = np.zeros(length, np.float32)
        low, high = max(start, 0), min(start + length, len(samples))
        if high > low:
            out[low - start : high - start] = samples[low:high]
    if a.room > 0 and rng.random() < a.room:
        out = in_room(out, rate, rng)
    gain = 10 ** (rng.uniform(a.gain_low, a.gain_high) / 20)
    if a.flip and rng.random() < 0.5:
        gain = -gain
    out = out * np.float32(gain)
    if a.noise > 0 and rng.random() < a.noise:
        level = np.sqrt(np.mean(out**2) + 1e-12) * 10 ** (-rng.uniform(5, 40) / 20)
        out = out + np.float32(level) * coloured_noise(length, float(rng.choice([0.0, 1.0])), rng)
    return out


def coloured_noise(length: int, slope: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise of deviation 1 whose power falls as frequency to the `slope` (0 white, 1 pink, 2 brown)."""
    white = rng.standard_normal(length).astype(np.float32)
    if slope == 0:
        return white
    spectrum = np.fft.rfft(white)
    frequency = np.maximum(np.arange(len(spectrum)), max(1.0, length / 2000))
    shaped = np.fft.irfft(spectrum * frequency ** (-slope / 2), length)
    return (shaped / (shaped.std() + 1e-12)).astype(np.float32)


def in_room(samples: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
    """As loud as before, through a made-up room: the direct sound, then noise that falls by 60 dB within 0.1 to 0.8 s
    (Polack's model of late reverberation, 1988), 0 to 20 dB under the direct sound in all."""
    time60 = rng.uniform(0.1, 0.8)
    t = np.arange(max(2, int(time60 * rate))) / rate
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / time60)
    tail *= 10 ** (-rng.uniform(0, 20) / 20) / np.linalg.norm(tail)
    tail[0] += 1
    size = 1 << (len(samples) + len(tail) - 2).bit_length()
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(tail.astype(np.float32), size)
    wet = np.fft.irfft(spectrum, size)[: len(samples)]
    level, before = np.sqrt(np.mean(wet**2)), np.sqrt(np.mean(samples**2))
    return (wet * (before / max(level, 1e-12))).astype(np.float32)


def negative(length: int, rate: int, rng: np.random.Generator, clip: np.ndarray | None = None) -> np.ndarray:
    """A window in which there is nothing to label: silence, noise or mains hum from -90 to -15 dB full scale, or a
    clip too quiet to be heard (peak -75 dB or less)."""
    kind = NEGATIVES[int(rng.integers(len(NEGATIVES)))]
    level = np.float32(10 ** (rng.uniform(-90, -15) / 20))
    if kind == "quiet" and clip is not None:
        peak = np.abs(clip).max() + 1e-9
        return clip * np.float32(10 ** (rng.uniform(-95, -75) / 20) / peak)
    if kind in ("silence", "quiet"):
        return np.zeros(length, np.float32)
    if kind == "hum":
        t = np.arange(length) / rate
        base = float(rng.choice([50.0, 60.0])) * rng.uniform(0.998, 1.002)
        tones = [
            10 ** (-rng.uniform(0, 30) / 20) * (k > 1) * np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6.3))
            for k in (2, 3, 4, 5, 6, 8, 10)
        ]
        hum = np.sin(2 * np.pi * base * t) + sum(tones)
        floor = 10 ** (-rng.uniform(10, 70) / 20) * coloured_noise(length, 1.0, rng)
        return (level * (hum + floor)).astype(np.float32)
    slope = {"white": 0.0, "pink": 1.0, "brown": 2.0}[kind]
    return level * coloured_noise(length, slope + rng.uniform(-0.25, 0.25), rng)


def mixture(a: np.ndarray, b: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Two excerpts at once, and the part of `a` in it: levels evened first, as Tokozume et al. 2018 mix sounds."""
    share = float(rng.uniform(0.25, 0.75))
    level_a, level_b = (np.sqrt(np.mean(x**2)) + 1e-6 for x in (a, b))
    even = np.float32(np.clip(level_a / level_b, 0.03, 30))
    norm = np.float32(1 / np.hypot(share, 1 - share))
    return (np.float32(share) * a + np.float32(1 - share) * even * b) * norm, share


def mask_frames(frames: Tensor, rngs: Sequence[np.random.Generator], a: Augmentation) -> Tensor:
    """SpecAugment (Park et al. 2019): stripes of standardised log-mel frames [batch, frames, mels] set to 0, each row's
    drawn from its own generator."""
    frames = frames.clone()
    _, length, mels = frames.shape
    for row, rng in zip(frames, rngs, strict=True):
        for _ in range(a.time_masks):
            width = int(rng.integers(0, max(1, length // 8) + 1))
            start = int(rng.integers(0, length - width + 1))
            row[start : start + width] = 0
        for _ in range(a.frequency_masks):
            width = int(rng.integers(0, max(1, mels // 6) + 1))
            start = int(rng.integers(0, mels - width + 1))
            row[:, start : start + width] = 0
    return frames


def generators(seed: int, step: int, rows: range) -> list[np.random.Generator]:
    """One for each of these rows of a step's batch."""
    return [np.random.default_rng((seed, Draw.EXAMPLE, step, row)) for row in rows]


class Shuffle:
    """Which clips a step's batch is made of: epoch after epoch, each in an order of its own."""

    def __init__(self, count: int, seed: int):
        self.count, self.seed = count, seed
        self.epoch, self.order = -1, np.empty(0, np.int64)

    def places(self, step: int, size: int) -> list[int]:
        found = []
        for place in range(step * size, (step + 1) * size):
            epoch, index = divmod(place, self.count)
            if epoch != self.epoch:
                self.epoch = epoch
                self.order = np.random.default_rng((self.seed, Draw.ORDER, epoch)).permutation(self.count)
            found.append(int(self.order[index]))
        return found


class Examples:
    """Batches for training: samples [batch, length], multi-hot targets and shares [batch, labels], in f32.

    `targets` says what is there (all zero for a negative), `shares` how much of it (sums to 1, or 0).
    """

    def __init__(self, recordings, targets: np.ndarray, length: int, rate: int, augmentation: Augmentation, seed: int):
        self.recordings, self.targets = recordings, targets.astype(np.float32)
        self.length, self.rate, self.augmentation, self.seed = length, rate, augmentation, seed
        self.shuffle = Shuffle(len(recordings), seed)

    def batch(self, step: int, size: int, rows: range | None = None) -> tuple[Tensor, Tensor, Tensor, list]:
        """The batch of a step, or these rows of it, and the generators from which the rows' other draws (masks) come."""
        rows = range(size) if rows is None else rows
        rngs, places = generators(self.seed, step, rows), self.shuffle.places(step, size)
        made = [self.example(places[row], rng) for row, rng in zip(rows, rngs)]
        samples, target, share = (torch.from_numpy(np.stack(x)) for x in zip(*made))
        return samples, target, share, rngs

    def example(self, index: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        a = self.augmentation
        row = excerpt_of(self.recordings[index], self.length, self.rate, rng, a)
        target = self.targets[index]
        if rng.random() < a.negatives:
            nothing = np.zeros_like(target)
            return negative(self.length, self.rate, rng, row), nothing, nothing
        share = target / max(1.0, target.sum())
        if rng.random() < a.mix:
            other = int(rng.integers(len(self.recordings)))
            second = excerpt_of(self.recordings[other], self.length, self.rate, rng, a)
            row, part = mixture(row, second, rng)
            second_share = self.targets[other] / max(1.0, self.targets[other].sum())
            share = part * share + (1 - part) * second_share
            target = np.maximum(target, self.targets[other])
        return row.astype(np.float32), target, share.astype(np.float32)
