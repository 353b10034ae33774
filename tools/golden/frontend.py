#!/usr/bin/env python3
"""Makes Tests/Fixtures/frontend anew: sounds and the log-mel patches that torchaudio computes from them.

    python tools/golden/frontend.py            into Tests/Fixtures/frontend
    python tools/golden/frontend.py FOLDER     somewhere else, to compare

Needs numpy, torch and torchaudio. Each file holds torchaudio's values, computed in float64 so that they are not the
rounding of one library; the formula of patches.py must agree with them to 1e-9 or nothing is written. For each case it
prints how far torchaudio's own float32 strays from float64: what a float32 front end may be asked for.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torchaudio

import patches

CASES = {
    "default": dict(sample_rate=16000, n_fft=512, win_length=400, hop_length=160, n_mels=64, f_min=0.0, f_max=8000.0,
                    log_offset=1e-6, mean=0.0, std=1.0, patch_frames=4, stride_frames=4),
    "mixed-radix": dict(sample_rate=16000, n_fft=400, win_length=400, hop_length=160, n_mels=40, f_min=20.0,
                        f_max=7600.0, log_offset=1e-5, mean=-4.0, std=2.5, patch_frames=2, stride_frames=1),
    "odd-window": dict(sample_rate=11025, n_fft=120, win_length=97, hop_length=50, n_mels=13, f_min=50.0,
                       f_max=5000.0, log_offset=1e-4, mean=-2.0, std=3.0, patch_frames=3, stride_frames=2),
    "prime": dict(sample_rate=8000, n_fft=257, win_length=200, hop_length=100, n_mels=20, f_min=0.0, f_max=4000.0,
                  log_offset=1e-6, mean=0.0, std=1.0, patch_frames=1, stride_frames=1),
    "twice-prime": dict(sample_rate=22050, n_fft=254, win_length=254, hop_length=127, n_mels=20, f_min=0.0,
                        f_max=11025.0, log_offset=1e-6, mean=0.0, std=1.0, patch_frames=2, stride_frames=3),
    "empty-triangles": dict(sample_rate=16000, n_fft=64, win_length=64, hop_length=32, n_mels=60, f_min=0.0,
                            f_max=8000.0, log_offset=1e-6, mean=1.0, std=0.5, patch_frames=1, stride_frames=1),
}


def sound(rate: int, samples: int, rng: np.random.Generator) -> np.ndarray:
    """16-bit samples: loud tones, a quiet stretch, noise, silence."""
    t = np.arange(samples) / rate
    wave = 0.5 * np.sin(2 * np.pi * 0.11 * rate * t) + 0.3 * np.sin(2 * np.pi * 0.037 * rate * t + 1)
    wave += 0.05 * rng.standard_normal(samples)
    wave[samples // 2 :] *= 0.01
    wave[samples * 9 // 10 :] = 0
    return np.clip(np.round(wave * 32768), -32768, 32767).astype(int)


def by_torchaudio(samples: np.ndarray, d: dict, kind: torch.dtype) -> np.ndarray:
    mel = torchaudio.transforms.MelSpectrogram(
        sample_rate=d["sample_rate"], n_fft=d["n_fft"], win_length=d["win_length"], hop_length=d["hop_length"],
        n_mels=d["n_mels"], f_min=d["f_min"], f_max=d["f_max"], power=2.0, norm=None, mel_scale="htk", center=False,
    ).to(kind)
    # Made in float32 by torchaudio whatever the kind; in float64 they are made anew by its own functions.
    if kind == torch.float64:
        mel.spectrogram.window = torch.hann_window(d["win_length"], periodic=True, dtype=kind)
        torch.set_default_dtype(kind)
        mel.mel_scale.fb = torchaudio.functional.melscale_fbanks(
            d["n_fft"] // 2 + 1, d["f_min"], d["f_max"], d["n_mels"], d["sample_rate"], norm=None, mel_scale="htk")
        torch.set_default_dtype(torch.float32)
    energies = mel(torch.tensor(samples / 32768, dtype=kind))
    return ((torch.log(energies + d["log_offset"]) - d["mean"]) / d["std"]).T.numpy()


def main() -> None:
    root = Path(__file__).resolve().parents[2]
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else root / "Tests/Fixtures/frontend"
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    for name, case in CASES.items():
        description = dict(kind="logmel", **case)
        samples = sound(case["sample_rate"], case["n_fft"] + 9 * case["hop_length"], rng)
        exact = by_torchaudio(samples, case, torch.float64)
        gap = np.abs(exact - patches.log_mel(samples / 32768, description)).max()
        if not gap < 1e-9:
            sys.exit(f"{name}: the formula is {gap:.1e} from torchaudio")
        single = np.abs(exact - by_torchaudio(samples, case, torch.float32)).max()
        print(f"{name}: {len(exact)} frames; torchaudio's float32 is within {single:.1e}, the formula {gap:.1e}")
        document = dict(input=case, samples=samples.tolist(), frames=[[round(v, 9) for v in f] for f in exact.tolist()])
        (folder / f"{name}.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
