"""What labels could be learned by without a model of ours: vectors of whole files."""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from PIL import Image

RATE = 16_000


def samples(path: Path) -> np.ndarray:
    sound, own = soundfile.read(path, dtype="float32", always_2d=True)
    sound = sound.mean(1)
    return sound if own == RATE else soxr.resample(sound, own, RATE)


def mel_filters(bands: int, bins: int) -> np.ndarray:
    """Triangles [bins, bands], evenly spaced on the HTK mel scale from 0 Hz to half the rate."""
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + RATE / 1400), bands + 2) / 2595) - 1)
    frequencies = np.linspace(0, RATE / 2, bins)[:, None]
    rising = (frequencies - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - frequencies) / np.diff(corners)[1:]
    return np.maximum(np.minimum(rising, falling), 0)


def log_mel_statistics(path: Path) -> np.ndarray:
    """Mean and deviation over time of each of 64 bands' logarithms."""
    sound = samples(path)
    sound = np.pad(sound, (0, max(0, 400 - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, 400)[::160] * np.hanning(401)[:-1]
    power = np.abs(np.fft.rfft(frames, 512)) ** 2
    bands = np.log(power @ mel_filters(64, 257) + 1e-6)
    return np.concatenate([bands.mean(0), bands.std(0)])


def pixels(path: Path) -> np.ndarray:
    """The picture at 16 x 16, in colour."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((16, 16)), np.float64).ravel() / 255


class YAMNet:
    """Scores of 521 classes as logits, averaged over windows of 0.975 s, half of it apart."""

    window = 15_600

    def __init__(self, path: Path):
        from ai_edge_litert.interpreter import Interpreter

        self.network = Interpreter(str(path), num_threads=1)
        self.network.allocate_tensors()
        self.input = self.network.get_input_details()[0]
        outputs = self.network.get_output_details()
        self.output = next(it["index"] for it in outputs if it["shape"][-1] == 521)

    def __call__(self, path: Path) -> np.ndarray:
        sound = samples(path)
        sound = np.pad(sound, (0, max(0, self.window - len(sound)))).astype(np.float32)
        found = []
        for start in range(0, len(sound) - self.window + 1, self.window // 2)[:20]:
            given = sound[start : start + self.window].reshape(self.input["shape"])
            self.network.set_tensor(self.input["index"], given)
            self.network.invoke()
            found.append(self.network.get_tensor(self.output).reshape(-1, 521).mean(0))
        scores = np.clip(np.stack(found), 1e-5, 1 - 1e-5)
        return np.log(scores / (1 - scores)).mean(0)
