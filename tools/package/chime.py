"""Writes recordings of a made-up doorbell: two struck tones, each time a little otherwise.

    python3 tools/package/chime.py FOLDER COUNT
"""

import math
import random
import struct
import sys
import wave
from pathlib import Path

RATE = 16_000
SECONDS = 5


def samples(seed: int) -> list[int]:
    """One ring, somewhere in five seconds of faint noise."""
    chance = random.Random(seed)
    start, pitch, loud = chance.uniform(0.3, 1.5), chance.uniform(0.98, 1.02), chance.uniform(0.3, 0.6)
    out = [chance.gauss(0, 0.003) for _ in range(RATE * SECONDS)]
    for offset, frequency in ((0.0, 659.3), (0.6, 523.3)):
        for index in range(int((start + offset) * RATE), len(out)):
            age = index / RATE - start - offset
            for partial, share in ((1, 1.0), (2.76, 0.4), (5.4, 0.15)):
                wave_at = math.sin(2 * math.pi * frequency * pitch * partial * age)
                out[index] += loud * share * math.exp(-age * (2 + partial)) * wave_at
    return [max(-32768, min(32767, round(32767 * value))) for value in out]


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(1, count + 1):
        with wave.open(str(folder / f"{seed}.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            values = samples(seed)
            file.writeframes(struct.pack(f"<{len(values)}h", *values))


if __name__ == "__main__":
    main()
