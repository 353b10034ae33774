"""Front ends against formulas written out a second time, in numpy and f64."""

import numpy as np
import pytest
import torch

from tacit_train.frontend import make_front_end
from tacit_train.inputs import LogMelInput, WaveformInput, input_from_json


def mel_by_formula(samples: np.ndarray, d: LogMelInput) -> np.ndarray:
    """Frames [n, n_mels]: a plain sum for the DFT, triangles from their corners, one frequency at a time."""
    window = np.zeros(d.n_fft)
    left = (d.n_fft - d.win_length) // 2
    window[left : left + d.win_length] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(d.win_length) / d.win_length)
    bins = d.n_fft // 2 + 1
    dft = np.exp(-2j * np.pi * np.outer(np.arange(bins), np.arange(d.n_fft)) / d.n_fft)

    def mel(f):
        return 2595 * np.log10(1 + f / 700)

    corners = [mel(d.f_min) + (mel(d.f_max) - mel(d.f_min)) * i / (d.n_mels + 1) for i in range(d.n_mels + 2)]
    corners = [700 * (10 ** (m / 2595) - 1) for m in corners]
    out = []
    for start in range(0, len(samples) - d.n_fft + 1, d.hop_length):
        power = np.abs(dft @ (samples[start : start + d.n_fft] * window)) ** 2
        row = []
        for m in range(d.n_mels):
            low, middle, high = corners[m : m + 3]
            total = 0.0
            for k in range(bins):
                f = k * d.sample_rate / d.n_fft
                if low < f <= middle:
                    total += power[k] * (f - low) / (middle - low)
                elif middle < f < high:
                    total += power[k] * (high - f) / (high - middle)
            row.append((np.log(total + d.log_offset) - d.mean) / d.std)
        out.append(row)
    return np.array(out)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        dict(n_fft=256, win_length=256, hop_length=100, n_mels=20, f_min=50.0, f_max=7000.0, mean=-4.0, std=3.0),
        dict(patch_frames=3, stride_frames=2, win_length=320),
    ],
)
def test_log_mel_equals_the_formula(changes):
    d = LogMelInput(sample_rate=16000, window=3, **changes)
    rng = np.random.default_rng(0)
    samples = 0.1 * rng.standard_normal(d.window_samples) + 0.3 * np.sin(np.arange(d.window_samples) * 0.2)
    want = mel_by_formula(samples, d)
    frames = (d.window - 1) * d.stride_frames + d.patch_frames
    assert want.shape == (frames, d.n_mels)
    front = make_front_end(d)
    samples32 = torch.from_numpy(samples).float()[None]
    assert np.abs(front.spectrogram(samples32)[0].numpy() - want).max() < 2e-4
    patches = front(samples32)[0].numpy()
    assert patches.shape == (d.window, d.patch_size)
    for p in range(d.window):
        flat = want[p * d.stride_frames : p * d.stride_frames + d.patch_frames].reshape(-1)
        assert np.abs(patches[p] - flat).max() < 2e-4


def test_waveform_patches_overlap_by_stride():
    d = WaveformInput(sample_rate=16000, window=4, patch=6, stride=4)
    assert d.window_samples == 18
    patches = make_front_end(d)(torch.arange(18.0)[None])[0]
    assert patches.tolist() == [[float(4 * p + i) for i in range(6)] for p in range(4)]


def test_windows_of_a_recording():
    d = WaveformInput(sample_rate=16000, window=4, patch=6, stride=4)
    assert d.window_starts(5) == [0]
    assert d.window_starts(18) == [0]
    assert d.window_starts(21) == [0]  # the tail holds no whole patch more
    assert d.window_starts(22) == [0, 4]
    assert d.window_starts(34) == [0, 16]
    assert d.window_starts(38) == [0, 16, 20]


def test_descriptions_are_read_strictly():
    assert input_from_json({"kind": "waveform", "sample_rate": 8000, "window": 5, "patch": 80}).stride == 80
    mel = {"kind": "logmel", "sample_rate": 16000, "window": 5, "patch_frames": 8}
    assert input_from_json(mel).stride_frames == 8
    with pytest.raises(ValueError, match="strude"):
        input_from_json({"kind": "waveform", "sample_rate": 8000, "window": 5, "strude": 80})
    with pytest.raises(ValueError, match="'sonar'"):
        input_from_json({"kind": "sonar"})
