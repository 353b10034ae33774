"""Sounds, their windows and their patches, straight from the definitions and in float64 up to the last rounding."""

import wave
from pathlib import Path

import numpy as np


def write_sound(path: Path, samples: int, rate: int, channels: int, rng: np.random.Generator) -> None:
    """16-bit WAV: tones that move, a little noise, a burst; something different in every window and channel."""
    t = np.arange(samples) / rate
    columns = []
    for _ in range(channels):
        sound = 0.02 * rng.standard_normal(samples)
        for _ in range(4):
            f0, f1 = rng.uniform(0.01, 0.4, 2) * rate
            sweep = f0 * t + (f1 - f0) * t * t / (2 * max(t[-1], 1e-9)) if samples else t
            sound += rng.uniform(0.05, 0.2) * np.sin(2 * np.pi * sweep + rng.uniform(0, 6))
        if samples:
            sound[rng.integers(0, samples) :][: samples // 9] *= rng.uniform(0.1, 1.5)
        columns.append(sound)
    integers = np.clip(np.round(32768 * np.stack(columns, 1)), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(integers.tobytes())


def read_sound(path: Path) -> np.ndarray:
    """Samples -1..1, channels averaged."""
    with wave.open(str(path), "rb") as file:
        integers = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    return (integers / 32768).mean(axis=1)


def samples_to(patches: int, description: dict) -> int:
    """Samples from the start of the first of so many successive patches to the end of the last."""
    if description["kind"] == "waveform":
        return (patches - 1) * description.get("stride", description["patch"]) + description["patch"]
    frames = (patches - 1) * description.get("stride_frames", description["patch_frames"]) + description["patch_frames"]
    return description["n_fft"] + (frames - 1) * description["hop_length"]


def stride_samples(description: dict) -> int:
    if description["kind"] == "waveform":
        return description.get("stride", description["patch"])
    return description.get("stride_frames", description["patch_frames"]) * description["hop_length"]


def whole_patches(samples: int, description: dict) -> int:
    first = samples_to(1, description)
    return 0 if samples < first else (samples - first) // stride_samples(description) + 1


def cut(samples: np.ndarray, description: dict) -> np.ndarray:
    """All whole patches, [patches, patch size], float32."""
    if description["kind"] == "waveform":
        rows, stride, size = samples[:, None], stride_samples(description), description["patch"]
    else:
        rows, size = log_mel(samples, description), description["patch_frames"]
        stride = description.get("stride_frames", size)
    count = max(0, (len(rows) - size) // stride + 1)
    return np.stack([rows[i * stride : i * stride + size].reshape(-1) for i in range(count)]).astype(np.float32)


def log_mel(samples: np.ndarray, d: dict) -> np.ndarray:
    """[frames, n_mels]: MelSpectrogram (periodic Hann, power 2, HTK, no norm, not centred), log, standardised."""
    n_fft, length, hop = d["n_fft"], d["win_length"], d["hop_length"]
    window = np.zeros(n_fft)
    left = (n_fft - length) // 2
    window[left : left + length] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    frames = (len(samples) - n_fft) // hop + 1
    spectra = np.stack([np.fft.rfft(window * samples[i * hop : i * hop + n_fft]) for i in range(frames)])
    power = spectra.real**2 + spectra.imag**2
    mel = power @ mel_filters(n_fft, d["n_mels"], d["f_min"], d["f_max"], d["sample_rate"])
    return (np.log(mel + d["log_offset"]) - d["mean"]) / d["std"]


def mel_filters(n_fft: int, mels: int, low: float, high: float, rate: int) -> np.ndarray:
    """[n_fft / 2 + 1, mels]: triangles with corners evenly spaced on the HTK mel scale."""
    def to_mel(hertz):
        return 2595 * np.log10(1 + hertz / 700)

    bins = np.linspace(0, rate // 2, n_fft // 2 + 1)
    corners = 700 * (10 ** (np.linspace(to_mel(low), to_mel(high), mels + 2) / 2595) - 1)
    filters = np.zeros((len(bins), mels))
    for m in range(mels):
        a, b, c = corners[m : m + 3]
        filters[:, m] = np.maximum(0, np.minimum((bins - a) / (b - a), (c - bins) / (c - b)))
    return filters


def read_outs(patches: int, window: int, hop: int | None, context: str) -> list[tuple[int, int]]:
    """(first patch, one past the last) of each window of a file, or of what each sliding read-out pools.

    Windows of `restart` begin every `hop` patches, by default a window apart; a last one ends at the last patch if a
    tail remains. Read-outs of `sliding` come every `hop` patches once a window is there, and at the last patch.
    """
    hop = hop or window
    ends = list(range(window, patches + 1, hop))
    if ends[-1] != patches:
        ends.append(patches)
    return [(end - window, end) for end in ends]
