"""More hours out of few recordings: the same at other levels and speeds, in other colours, in rooms; and made-up noises."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from tacit_train.augment import coloured_noise, in_room  # noqa: E402

SECONDS = 20


def played(samples: np.ndarray, speed: float) -> np.ndarray:
    if speed == 1:
        return samples
    return np.interp(np.arange(int((len(samples) - 1) / speed)) * speed, np.arange(len(samples)), samples)


def random_curve(octaves: np.ndarray, rng: np.random.Generator, slope: tuple[float, float]) -> np.ndarray:
    """A smooth response in dB over octaves from 1 kHz: a slope, and up to four hills and valleys of 12 dB."""
    curve = -rng.uniform(*slope) * octaves
    for _ in range(int(rng.integers(0, 5))):
        curve += rng.uniform(-12, 12) * np.exp(-(((octaves - rng.uniform(-5, 3)) / rng.uniform(0.2, 1.2)) ** 2))
    return curve


def octaves_of(length: int, rate: int) -> np.ndarray:
    return np.log2(np.maximum(np.fft.rfftfreq(length, 1 / rate), 20) / 1000)


def at_level(samples: np.ndarray, decibels: float) -> np.ndarray:
    return samples / (np.sqrt(np.mean(samples**2)) + 1e-9) * 10 ** (decibels / 20)


def coloured(recordings: list[np.ndarray], minutes: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Excerpts of recordings as other machines of their kind and other rooms would sound: other speeds, spectra, levels,
    now and then two at once."""
    length, made = SECONDS * rate, []

    def excerpt() -> np.ndarray:
        whole = np.resize(recordings[int(rng.integers(len(recordings)))], max(2 * length, length + 1))
        start = int(rng.integers(len(whole) - 3 * length // 2)) if len(whole) > 3 * length // 2 else 0
        part = played(whole[start : start + 3 * length // 2], rng.uniform(0.72, 1.4))
        part = np.resize(part, length)
        curve = random_curve(octaves_of(length, rate), rng, (-3, 5))
        return np.fft.irfft(np.fft.rfft(part) * 10 ** (curve / 20), length)

    for _ in range(round(minutes * 60 / SECONDS)):
        sound = at_level(excerpt(), 0)
        if rng.random() < 0.3:
            sound = sound + at_level(excerpt(), rng.uniform(-12, 6))
        if rng.random() < 0.3:
            sound = in_room(sound.astype(np.float32), rate, rng)
        made.append(at_level(sound, rng.uniform(-50, -10)))
    return np.concatenate(made)


def steady_noises(minutes: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Made-up machines, pipes and ventilation: noise of a random spectrum, often with the harmonics of something that
    turns, often throbbing slowly; and plain noises of any colour. Nobody wants to be told of them."""
    made, length = [], SECONDS * rate
    octaves, t = octaves_of(length, rate), np.arange(length) / rate
    for _ in range(round(minutes * 60 / SECONDS)):
        if rng.random() < 0.3:
            made.append(at_level(coloured_noise(length, rng.uniform(-0.5, 2.2), rng), rng.uniform(-50, -10)))
            continue
        curve = random_curve(octaves, rng, (0, 9))
        noise = at_level(np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * 10 ** (curve / 20), length), 0)
        if rng.random() < 0.5:
            base = np.exp(rng.uniform(np.log(25), np.log(400)))
            tones = [np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6.3)) / k ** rng.uniform(0, 2) for k in range(1, 12)]
            noise = noise + sum(tones) * 10 ** (rng.uniform(-20, 6) / 20)
        if rng.random() < 0.5:
            noise = noise * (1 + rng.uniform(0, 0.6) * np.sin(2 * np.pi * np.exp(rng.uniform(-2, 2.3)) * t))
        made.append(at_level(noise, rng.uniform(-50, -12)))
    return np.concatenate(made)
