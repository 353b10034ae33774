"""Varied mastering: tilt, bands, compression, saturation, reverb and level, so that renderings sound less alike."""

from __future__ import annotations

import numpy as np

from .audio import RATE


def mastered(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    samples = samples.astype(np.float64)
    samples /= max(float(np.abs(samples).max(initial=0)), 1e-6)
    samples = equalized(samples, rng)
    if rng.random() < 0.5:
        samples = np.tanh(samples * rng.uniform(1, 4))
    if rng.random() < 0.6:
        samples = compressed(samples, rng.uniform(0.2, 0.8))
    if rng.random() < 0.5:
        samples = reverberated(samples, rng)
    samples *= 10 ** (rng.uniform(-18, -1) / 20) / max(float(np.abs(samples).max(initial=0)), 1e-6)
    return samples.astype(np.float32)


def equalized(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A tilt of at most 4 dB an octave around 1 kHz, two wide bells, sometimes a narrow loudspeaker's band."""
    spectrum = np.fft.rfft(samples)
    octaves = np.log2(np.maximum(np.fft.rfftfreq(len(samples), 1 / RATE), 20) / 1000)
    gain = np.clip(rng.uniform(-3, 3) * octaves, -18, 12)
    for _ in range(2):
        gain += rng.uniform(-6, 6) * np.exp(-0.5 * ((octaves - rng.uniform(-4, 3)) / 0.7) ** 2)
    if rng.random() < 0.2:
        gain -= 12 * np.maximum(0, np.abs(octaves - 0.5) - rng.uniform(1.2, 2))
    return np.fft.irfft(spectrum * 10 ** (gain / 20), len(samples))


def compressed(samples: np.ndarray, amount: float) -> np.ndarray:
    """Level differences over 50 ms, lessened by `amount` (1: none left)."""
    window = RATE // 20
    power = np.convolve(samples**2, np.ones(window) / window, "same")
    level = np.sqrt(power + 1e-6)
    return samples * (level / level.max()) ** -amount


def reverberated(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A room of 0.2 to 1.8 s as exponentially decaying noise."""
    seconds = rng.uniform(0.2, 1.8)
    count = int(seconds * RATE)
    response = rng.standard_normal(count) * 10 ** (-3 * np.arange(count) / count)
    response *= rng.uniform(0.1, 0.7) / np.sqrt(np.sum(response**2))
    response[0] += 1
    size = 1 << int(np.ceil(np.log2(len(samples) + count)))
    wet = np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)
    return wet[: len(samples)]
