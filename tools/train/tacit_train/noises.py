"""Noises of a house that nobody wants to be told of, out of few recordings or of none: recordings at other speeds, in other
colours, in rooms; machines, pipes and ventilation; and what runs, knocks and rubs."""

from __future__ import annotations

import numpy as np

from .augment import coloured_noise, in_room

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


def filtered(samples: np.ndarray, curve: np.ndarray) -> np.ndarray:
    """Samples [n] by a response in dB, [n // 2 + 1]."""
    return np.fft.irfft(np.fft.rfft(samples) * 10 ** (curve / 20), len(samples))


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
        return filtered(part, random_curve(octaves_of(length, rate), rng, (-3, 5)))

    for _ in range(round(minutes * 60 / SECONDS)):
        sound = at_level(excerpt(), 0)
        if rng.random() < 0.3:
            sound = sound + at_level(excerpt(), rng.uniform(-12, 6))
        if rng.random() < 0.3:
            sound = in_room(sound.astype(np.float32), rate, rng)
        made.append(at_level(sound, rng.uniform(-50, -10)))
    return np.concatenate(made)


def spectral(length: int, rate: int, rng: np.random.Generator, slope: tuple[float, float]) -> np.ndarray:
    """Noise [length] of a random spectrum, root mean square 1."""
    curve = random_curve(octaves_of(length, rate), rng, slope)
    return at_level(filtered(rng.standard_normal(length), curve), 0)


def logarithmic(low: float, high: float, rng: np.random.Generator, count: int | None = None):
    """One draw or `count`, each octave from `low` to `high` as likely as any other."""
    return np.exp(rng.uniform(np.log(low), np.log(high), count))


def steady_noises(minutes: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Made-up machines, pipes and ventilation: noise of a random spectrum, often with the harmonics of something that
    turns, often throbbing slowly; and plain noises of any colour. Nobody wants to be told of them."""
    made, length = [], SECONDS * rate
    t = np.arange(length) / rate
    for _ in range(round(minutes * 60 / SECONDS)):
        if rng.random() < 0.3:
            made.append(at_level(coloured_noise(length, rng.uniform(-0.5, 2.2), rng), rng.uniform(-50, -10)))
            continue
        noise = spectral(length, rate, rng, (0, 9))
        if rng.random() < 0.5:
            base = logarithmic(25, 400, rng)
            tones = [np.sin(2 * np.pi * base * k * t + rng.uniform(0, 6.3)) / k ** rng.uniform(0, 2) for k in range(1, 12)]
            noise = noise + sum(tones) * 10 ** (rng.uniform(-20, 6) / 20)
        if rng.random() < 0.5:
            noise = noise * (1 + rng.uniform(0, 0.6) * np.sin(2 * np.pi * np.exp(rng.uniform(-2, 2.3)) * t))
        made.append(at_level(noise, rng.uniform(-50, -12)))
    return np.concatenate(made)


def running_water(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A tap, a shower, a pan: 50 to 3,000 bubbles a second over a hiss. A bubble rings at a frequency of its size (Minnaert
    1933), which rises as it comes up, and dies away the faster the higher it is, as van den Doel 2005 has it ("Physically Based
    Models for Liquid Sounds", section 2) but some four times as fast, which leaves more ticks and less of a tune."""
    out = np.zeros(length + rate)
    count = int(logarithmic(50, 3000, rng) * length / rate)
    low, high = sorted(logarithmic(200, 6000, rng, 2))
    loudness = rng.pareto(2.0, count).clip(0, 20)
    for frequency, start, loud in zip(logarithmic(low, 1.2 * high, rng, count), rng.integers(0, length, count), loudness):
        decay = 0.13 * frequency + 0.0072 * frequency**1.5
        t = np.arange(min(int(5 * rate / decay) + 8, rate // 4)) / rate
        rise = 1 + rng.uniform(0, 0.01) * decay * t
        out[start : start + len(t)] += loud * np.exp(-decay * t) * np.sin(2 * np.pi * frequency * rise * t)
    return at_level(out[:length], 0) + at_level(spectral(length, rate, rng, (-2, 6)), rng.uniform(-25, 6))


def clatter(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Dishes, tools, toys: up to 25 knocks a second on a few things, each of which rings in a few modes; over noise."""
    out = np.zeros(length + rate)
    things = [(logarithmic(250, 7000, rng, int(rng.integers(2, 9))), logarithmic(8, 250, rng)) for _ in range(int(rng.integers(1, 6)))]
    for _ in range(int(logarithmic(0.7, 25, rng) * length / rate)):
        modes, decay = things[int(rng.integers(len(things)))]
        t = np.arange(min(int(6 * rate / decay) + 8, rate)) / rate
        ring = sum(
            rng.uniform(0.2, 1) * np.exp(-decay * (1 + 0.3 * k) * t) * np.sin(2 * np.pi * mode * t) for k, mode in enumerate(modes)
        )
        knock = rng.uniform(0, 2) * np.exp(-400 * t) * rng.standard_normal(len(t))
        start = int(rng.integers(length))
        out[start : start + len(t)] += min(rng.pareto(1.5), 15.0) * (ring + knock)
    return at_level(out[:length], 0) + at_level(coloured_noise(length, rng.uniform(-0.3, 2), rng), rng.uniform(-40, -3))


def rubbing(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Wheels, brushes, a bicycle that stands: noise in pulses, 0.8 to 30 a second, not quite evenly."""
    t = np.arange(length) / rate
    speed = logarithmic(0.8, 30, rng) * (1 + 0.05 * np.sin(2 * np.pi * rng.uniform(0.05, 0.4) * t))
    phase = np.cumsum(speed) / rate % 1
    return at_level(spectral(length, rate, rng, (-2, 8)) * (np.exp(-rng.uniform(2, 20) * phase) + rng.uniform(0.02, 0.5)), 0)
