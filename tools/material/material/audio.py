"""Sound as 16 kHz mono float32: decoding and encoding by ffmpeg, measures, trimming, joining, excerpts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

RATE = 16000
FRAME = RATE // 50


class AudioError(Exception):
    """A file could not be decoded or encoded."""


def decode(path: Path) -> np.ndarray:
    """Samples of a file's first audio stream, mixed to mono."""
    # Raw G.722 has no header to tell it by.
    kind = ["-f", "g722"] if path.suffix == ".g722" else []
    command = ["ffmpeg", "-v", "error", "-nostdin", *kind, "-i", path, "-map", "0:a:0"]
    command += ["-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise AudioError(f"{path}: not decoded: {reason[-1] if reason else 'ffmpeg failed'}")
    return np.frombuffer(done.stdout, dtype="<f4").copy()


def encode(samples: np.ndarray, path: Path, quality: float) -> None:
    """Writes Ogg Vorbis; what is above full scale is turned down as a whole."""
    peak = float(np.abs(samples).max(initial=0))
    if peak > 0.98:
        samples = samples * (0.98 / peak)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Bit-exact flags keep the encoder's version and the stream's random serial number out of the file.
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact"]
    command += ["-c:a", "libvorbis", "-q:a", str(quality), "-f", "ogg", "-"]
    done = subprocess.run(command, input=samples.astype("<f4").tobytes(), capture_output=True)
    if done.returncode != 0:
        raise AudioError(f"{path}: not encoded: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}")
    # Of a full disk ffmpeg says nothing where it is full only as the file is closed.
    try:
        path.write_bytes(done.stdout)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from None


def frame_levels(samples: np.ndarray) -> np.ndarray:
    """Root mean square of each 20 ms, in dB of full scale."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)


def fault(samples: np.ndarray) -> str | None:
    """Why a recording is of no use (short, silent, clipped), or None."""
    if len(samples) < 0.3 * RATE:
        return "shorter than 0.3 s"
    if not np.isfinite(samples).all():
        return "not finite"
    if np.percentile(frame_levels(samples), 90) < -50:
        return "silent"
    # A pure tone or a square wave dwells at its peak, too, but seldom exactly at full scale.
    peak = np.abs(samples).max()
    if peak > 0.97 and np.mean(np.abs(samples) > 0.985 * peak) > 0.02:
        return "clipped"
    return None


def trimmed(samples: np.ndarray, below: float = 40, edge: float = 0.05) -> np.ndarray:
    """Without the leading and trailing part that is `below` dB under the loudest 20 ms; `edge` seconds are left."""
    levels = frame_levels(samples)
    if not len(levels):
        return samples
    loud = np.flatnonzero(levels > max(levels.max() - below, -65))
    if not len(loud):
        return samples[:0]
    margin = int(edge * RATE)
    return samples[max(0, loud[0] * FRAME - margin) : (loud[-1] + 1) * FRAME + margin]


def faded(samples: np.ndarray, seconds: float = 0.01) -> np.ndarray:
    count = min(int(seconds * RATE), len(samples) // 2)
    if not count:
        return samples
    ramp = np.linspace(0, 1, count, dtype=np.float32)
    samples = samples.copy()
    samples[:count] *= ramp
    samples[-count:] *= ramp[::-1]
    return samples


def joined(parts: list[np.ndarray], pauses: list[float]) -> np.ndarray:
    """Parts with pauses between them, in seconds: one pause fewer than parts."""
    pieces = [faded(parts[0])]
    for pause, part in zip(pauses, parts[1:], strict=True):
        pieces += [np.zeros(int(pause * RATE), dtype=np.float32), faded(part)]
    return np.concatenate(pieces)


def excerpts(samples: np.ndarray, count: int, seconds: float) -> list[tuple[float, np.ndarray]]:
    """At most `count` excerpts spread evenly over a recording, each with its start in seconds."""
    length = int(seconds * RATE)
    count = min(count, max(1, len(samples) // length))
    if len(samples) <= length:
        return [(0.0, samples)]
    starts = [int((len(samples) - length) * (index + 0.5) / count) for index in range(count)]
    return [(start / RATE, faded(samples[start : start + length])) for start in starts]
