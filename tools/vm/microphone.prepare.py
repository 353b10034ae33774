"""Makes the recordings that the machine's loopback card plays: noise and tones that never repeat, so that any piece of a
capture tells where in the recording it comes from."""

import math
import random
import struct
import sys
from pathlib import Path

# Longer than all that is done while it plays, on a slow host as well.
SECONDS = 90
# The tiny model's. An emulated processor is too slow to resample several streams at once.
RATE = 8000


def recording(seed: int) -> list[int]:
    """16-bit samples."""
    noise = random.Random(seed)
    samples = []
    for index in range(SECONDS * RATE):
        time = index / RATE
        loudness = 0.15 + 0.1 * math.sin(2 * math.pi * time / 3)
        tone = 0.3 * math.sin(2 * math.pi * (200 + 75 * time) * time)
        samples.append(round(32767 * (tone + loudness * (2 * noise.random() - 1))))
    return samples


def wave(path: Path, data: bytes, code: int, channels: int, width: int) -> None:
    header = struct.pack("<HHIIHH", code, channels, RATE, RATE * channels * width, channels * width, 8 * width)
    path.write_bytes(
        b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack("<I", 16) + header
        + b"data" + struct.pack("<I", len(data)) + data)


folder = Path(sys.argv[1])
plain = recording(1)
wave(folder / "S16_LE.wav", struct.pack(f"<{len(plain)}h", *plain), 1, 1, 2)
packed = b"".join(bytes([index % 256]) + struct.pack("<h", sample) for index, sample in enumerate(recording(2)))
wave(folder / "S24_3LE.wav", packed, 1, 1, 3)
stereo = [value for sample in recording(3) for value in (sample / 32768, -sample / 65536)]
wave(folder / "FLOAT_LE.wav", struct.pack(f"<{len(stereo)}f", *stereo), 3, 2, 4)
