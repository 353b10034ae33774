"""Makes what the part of tools/vm-test for programs as sources hears and sees: noise that lasts, and a picture's pixels."""

import random
import struct
import sys
import wave
from pathlib import Path

RATE = 8000
SECONDS = 240
SIDE = 8

folder = Path(sys.argv[1])
noise = random.Random(4)
second = struct.pack(f"<{RATE}h", *(noise.randrange(-9000, 9000) for _ in range(RATE)))
with wave.open(str(folder / "noise.wav"), "wb") as file:
    file.setparams((1, 2, RATE, 0, "NONE", ""))
    file.writeframes(second * SECONDS)
pixels = bytes((31 * x + 57 * y + 80 * channel) % 256 for y in range(SIDE) for x in range(SIDE) for channel in range(3))
(folder / "frame.rgb").write_bytes(pixels)
