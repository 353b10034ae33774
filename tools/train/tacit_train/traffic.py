"""Sounds of the road, made up: engines, horns and sirens, as recipes/traffic.py has them. Each function gives samples [length] of
no particular level."""

from __future__ import annotations

import numpy as np

from .noises import at_level, filtered, logarithmic, octaves_of, random_curve, spectral


def wandering(length: int, rate: int, rng: np.random.Generator, seconds: float) -> np.ndarray:
    """A slow random curve [length] between -1 and 1 that turns every so many seconds."""
    knots = rng.uniform(-1, 1, int(length / rate / seconds) + 3)
    place = np.arange(length) / rate / seconds + rng.uniform(0, 1)
    return np.interp(place, np.arange(len(knots)), knots)


def lagging(curve: np.ndarray, count: int) -> np.ndarray:
    """The mean of the latest values of a curve [length], so many of them: what can't jump."""
    return np.convolve(np.pad(curve, (count - 1, 0), mode="edge"), np.full(count, 1 / count), mode="valid")


def through(sound: np.ndarray, rate: int, rng: np.random.Generator, slope: tuple[float, float]) -> np.ndarray:
    """Through a pipe, a bonnet, a street: a random response (`random_curve`)."""
    return filtered(sound, random_curve(octaves_of(len(sound), rate), rng, slope))


def outdoors(sound: np.ndarray, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Far or near between houses: a few echoes within a third of a second, and the air, which takes the highs."""
    out = sound.copy()
    for _ in range(int(rng.integers(0, 5))):
        late = int(rng.uniform(0.01, 0.35) * rate)
        if late < len(sound):
            out[late:] += rng.uniform(0.05, 0.5) * sound[: len(sound) - late]
    cut = logarithmic(1500, 12000, rng)
    frequencies = np.fft.rfftfreq(len(out), 1 / rate)
    return np.fft.irfft(np.fft.rfft(out) / np.sqrt(1 + (frequencies / cut) ** 2), len(out))


def speeds(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """Power strokes a second [length]: idling, held, or revved now and then."""
    idle = logarithmic(9, 45, rng)
    way = rng.random()
    if way < 0.6:
        return idle * 2 ** (rng.uniform(0, 0.06) * wandering(length, rate, rng, rng.uniform(0.3, 2)))
    if way < 0.8:
        return logarithmic(30, 160, rng) * 2 ** (rng.uniform(0, 0.4) * wandering(length, rate, rng, rng.uniform(1, 4)))
    gas = np.clip(3 * wandering(length, rate, rng, rng.uniform(0.4, 1.5)) - 1, 0, 1)
    gas = lagging(gas, int(rng.uniform(0.1, 0.4) * rate))
    return idle * 2 ** (rng.uniform(1, 2.5) * gas)


def engine(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A train of power strokes, the cylinders in turn, each a thump and a burst through an exhaust that is nearly the same every
    time; no two cylinders are alike, which gives the half orders that make an engine rumble (Baldan et al. 2015, "Physically
    informed car engine sound synthesis for virtual and augmented environments"); valves tick, and a fan or the road hisses."""
    speed = speeds(length, rate, rng)
    phase = np.cumsum(speed) / rate
    starts = np.flatnonzero(np.diff(np.floor(phase)) > 0)
    cylinders = int(rng.integers(1, 7))
    strength = rng.uniform(1 - rng.uniform(0.1, 0.8), 1, cylinders)
    late = rng.uniform(-0.08, 0.08, cylinders) * rng.uniform(0, 1)
    decay, noisy, fresh = logarithmic(25, 250, rng), rng.uniform(0, 1), rng.uniform(0, 0.5)
    out = np.zeros(length + rate)
    t = np.arange(min(int(6 * rate / decay), rate // 2)) / rate
    thump = np.sin(2 * np.pi * logarithmic(35, 180, rng) * t * (1 + rng.uniform(0, 2) * np.exp(-decay * t)))
    bursts = thump + noisy * rng.standard_normal((cylinders, len(t)))
    for number, start in enumerate(starts):
        which = number % cylinders
        begin = max(0, int(start + late[which] * rate / speed[start]))
        body = bursts[which] + noisy * fresh * rng.standard_normal(len(t))
        out[begin : begin + len(t)] += strength[which] * rng.uniform(0.85, 1.1) * np.exp(-decay * t) * body
    pipe = at_level(through(out[:length], rate, rng, (2, 8)), 0)
    turns = np.exp(-2j * np.pi * np.fft.rfftfreq(2 * length, 1 / rate) / rate)
    for mode in logarithmic(50, 700, rng, int(rng.integers(2, 7))):
        pole = np.exp(-np.pi * mode / rng.uniform(2, 8) / rate)
        response = 1 / (1 - 2 * pole * np.cos(2 * np.pi * mode / rate) * turns + (pole * turns) ** 2)
        pipe = pipe + at_level(np.fft.irfft(np.fft.rfft(pipe, 2 * length) * response, 2 * length)[:length], rng.uniform(-9, 9))
        pipe = at_level(pipe, 0)
    works = np.exp(-rng.uniform(1, 20) * (phase * rng.choice([0.5, 1, 2]) % 1)) + rng.uniform(0.02, 1)
    pipe = pipe + at_level(works * spectral(length, rate, rng, (-2, 4)), rng.uniform(-28, -6))
    pipe = pipe + at_level(spectral(length, rate, rng, (1, 7)), rng.uniform(-34, -8))
    return outdoors(pipe, rate, rng)


def blasts(length: int, rate: int, rng: np.random.Generator, shortest: float, longest: float) -> np.ndarray:
    """When a horn sounds: an envelope [length] of one to five blasts."""
    envelope = np.zeros(length)
    place = int(rng.uniform(0, 0.3) * length)
    rise, fall = rng.uniform(0.005, 0.04), rng.uniform(0.01, 0.08)
    for _ in range(int(rng.integers(1, 6))):
        count = int(logarithmic(shortest, longest, rng) * rate)
        t = np.arange(min(count, length - place)) / rate
        if len(t) == 0:
            break
        envelope[place : place + len(t)] = np.clip(t / rise, 0, 1) * np.clip((count / rate - t) / fall, 0, 1)
        place += count + int(logarithmic(0.06, 1.2, rng) * rate)
    return envelope


def horn(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """One to three reeds or diaphragms at once, a third or so apart, of a car (the lowest at 280 to 560 Hz) or a lorry (120 to 330),
    each with many harmonics and a peak where the trumpet is; over the street."""
    low, high = (280, 560) if rng.random() < 0.75 else (120, 330)
    root = logarithmic(low, high, rng)
    ratios = [1, rng.choice([1.19, 1.2, 1.25, 1.26, 1.33, 1.5]) * rng.uniform(0.985, 1.015), rng.uniform(1.4, 1.7)]
    envelope = blasts(length, rate, rng, 0.1, 3)
    bend = 1 - rng.uniform(0, 0.04) * (1 - np.clip(envelope, 0, 1))
    peak, width, slope = logarithmic(900, 4000, rng), rng.uniform(0.4, 1.5), rng.uniform(0, 7)
    sound = np.zeros(length)
    for ratio in ratios[: int(rng.choice([1, 2, 2, 2, 3]))]:
        base = root * ratio
        wobble = 2 ** (rng.uniform(0, 0.006) * wandering(length, rate, rng, 0.05))
        phase = 2 * np.pi * np.cumsum(base * bend * wobble) / rate
        for k in range(1, int(0.48 * rate / base)):
            octaves = np.log2(k * base / peak)
            level = -slope * np.log2(k) - 12 * min((octaves / width) ** 2, 3) + rng.uniform(-5, 5)
            sound += 10 ** (level / 20) * np.sin(k * phase + rng.uniform(0, 6.3))
    sound = np.tanh(at_level(sound, 0) * rng.uniform(0.1, 2)) * envelope
    return outdoors(at_level(sound, 0), rate, rng) + at_level(spectral(length, rate, rng, (1, 8)), rng.uniform(-45, -8))


def siren(length: int, rate: int, rng: np.random.Generator) -> np.ndarray:
    """A wail, a yelp, two tones in turn, or one that is cranked up; with the harmonics of a loudspeaker that is driven hard."""
    t = np.arange(length) / rate
    low, high = logarithmic(350, 800, rng), logarithmic(900, 1800, rng)
    turn = rng.uniform(0, 1)
    kind = rng.choice(["wail", "yelp", "tones", "cranked"])
    if kind == "wail":
        around = (t / rng.uniform(2.5, 8) + turn) % 1
        rising = rng.uniform(0.2, 0.6)
        curve = np.where(around < rising, around / rising, (1 - around) / (1 - rising))
        curve = np.sin(np.pi / 2 * curve) if rng.random() < 0.5 else curve
    elif kind == "yelp":
        around = (t * rng.uniform(1.5, 4) + turn) % 1
        curve = np.minimum(around / 0.5, (1 - around) / 0.5)
    elif kind == "tones":
        low = logarithmic(360, 700, rng)
        high = low * rng.uniform(1.15, 1.5)
        curve = ((t / rng.uniform(0.7, 1.8) + turn) % 1 < 0.5).astype(float)
        curve = lagging(curve, max(1, int(rng.uniform(0.001, 0.03) * rate)))
    else:
        low, high = logarithmic(120, 300, rng), logarithmic(350, 900, rng)
        around = (t / rng.uniform(6, 20) + 0.4 * turn) % 1
        curve = np.minimum(1, around * rng.uniform(2, 5)) * np.clip((1 - around) * 4, 0, 1)
    phase = 2 * np.pi * np.cumsum(low * (high / low) ** curve) / rate
    odd, slope = rng.random() < 0.5, rng.uniform(3, 12)
    sound = np.zeros(length)
    for k in range(1, max(2, int(0.45 * rate / high))):
        sound += 10 ** ((-slope * np.log2(k) - (10 if odd and k % 2 == 0 else 0)) / 20) * np.sin(k * phase)
    sound = np.tanh(at_level(sound, 0) * rng.uniform(0.1, 3))
    sound = through(sound, rate, rng, (-2, 5)) * 10 ** (rng.uniform(0, 10) * wandering(length, rate, rng, 2) / 20)
    return outdoors(at_level(sound, 0), rate, rng) + at_level(spectral(length, rate, rng, (1, 8)), rng.uniform(-35, -5))
