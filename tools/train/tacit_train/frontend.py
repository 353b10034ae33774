"""Front ends in torch: windows of samples, pixels or ids to patches. The reference for the runtime's front ends."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .inputs import ImageInput, Input, LogMelInput, TokensInput, WaveformInput


def mel_filters(n_freqs: int, n_mels: int, f_min: float, f_max: float, sample_rate: int) -> Tensor:
    """Triangular filters [n_freqs, n_mels], evenly spaced on the HTK mel scale, peak 1 (norm=None)."""

    def to_mel(f: float) -> float:
        return 2595.0 * math.log10(1.0 + f / 700.0)

    frequencies = torch.linspace(0, sample_rate // 2, n_freqs, dtype=torch.float64)
    mels = torch.linspace(to_mel(f_min), to_mel(f_max), n_mels + 2, dtype=torch.float64)
    corners = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
    widths = corners[1:] - corners[:-1]
    slopes = corners[None, :] - frequencies[:, None]
    rising = -slopes[:, :-2] / widths[:-1]
    falling = slopes[:, 2:] / widths[1:]
    return torch.clamp(torch.minimum(rising, falling), min=0.0).float()


class Waveform(nn.Module):
    """Samples [batch, n] to overlapping raw patches [batch, patches, patch]."""

    def __init__(self, description: WaveformInput):
        super().__init__()
        self.description = description

    def forward(self, samples: Tensor) -> Tensor:
        return samples.unfold(-1, self.description.patch, self.description.stride)


class LogMel(nn.Module):
    """Samples [batch, n] to log-mel patches [batch, patches, patch_frames * n_mels], flattened frame by frame.

    Equal to `torchaudio.transforms.MelSpectrogram(power=2, center=False, norm=None, mel_scale="htk")` followed by
    `log(x + log_offset)` and standardisation.
    """

    def __init__(self, description: LogMelInput):
        super().__init__()
        d = self.description = description
        hann = torch.hann_window(d.win_length, periodic=True, dtype=torch.float32)
        self.register_buffer("hann", hann, persistent=False)
        filters = mel_filters(d.n_fft // 2 + 1, d.n_mels, d.f_min, d.f_max, d.sample_rate)
        self.register_buffer("filters", filters, persistent=False)

    def spectrogram(self, samples: Tensor) -> Tensor:
        """Standardised log-mel frames [batch, frames, n_mels], in f32 whatever products around it are in."""
        d = self.description
        spectrum = torch.stft(
            samples, d.n_fft, d.hop_length, d.win_length, self.hann, center=False, onesided=True, return_complex=True
        )
        power = spectrum.real.square() + spectrum.imag.square()
        with torch.autocast(power.device.type, enabled=False):
            mel = power.transpose(-1, -2) @ self.filters
        return (torch.log(mel + d.log_offset) - d.mean) / d.std

    def cut(self, frames: Tensor) -> Tensor:
        """Frames [batch, frames, n_mels] to patches [batch, patches, patch_frames * n_mels]."""
        d = self.description
        return frames.unfold(1, d.patch_frames, d.stride_frames).transpose(-1, -2).flatten(2)

    def forward(self, samples: Tensor) -> Tensor:
        return self.cut(self.spectrogram(samples))


class Pixels(nn.Module):
    """Pixels [batch, height, width, channels], bytes or 0..1, to patches [batch, patches, patch * patch * channels]:
    standardised, in raster order, each flattened row, column, channel."""

    def __init__(self, description: ImageInput):
        super().__init__()
        self.description = description
        self.register_buffer("mean", torch.tensor(description.mean), persistent=False)
        self.register_buffer("std", torch.tensor(description.std), persistent=False)

    def standardised(self, pixels: Tensor) -> Tensor:
        if pixels.dtype == torch.uint8:
            pixels = pixels.float() / 255
        return (pixels - self.mean) / self.std

    def forward(self, pixels: Tensor) -> Tensor:
        d = self.description
        x = self.standardised(pixels)
        x = x.unfold(1, d.patch, d.stride).unfold(2, d.patch, d.stride)  # [batch, rows, columns, channels, y, x]
        return x.permute(0, 1, 2, 4, 5, 3).flatten(3).flatten(1, 2)


class Ids(nn.Module):
    """Ids [batch, patches, codebooks] are patches already."""

    def forward(self, ids: Tensor) -> Tensor:
        return ids


def make_front_end(description: Input) -> nn.Module:
    if isinstance(description, WaveformInput):
        return Waveform(description)
    if isinstance(description, LogMelInput):
        return LogMel(description)
    if isinstance(description, ImageInput):
        return Pixels(description)
    if isinstance(description, TokensInput):
        return Ids()
    raise ValueError(f"no front end for input kind {description.kind}")
