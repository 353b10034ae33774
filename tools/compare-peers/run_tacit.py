"""Tacit, by its own executable."""

import json
import random
import struct
import subprocess
import time
import wave
from pathlib import Path

from configurations import Configuration
from make_models import PATCH, SAMPLE_RATE, model_path
from measure import memory

# So often is the recording named on the command line that the process still runs when it is looked at.
COPIES = 200


def recording(folder: Path, patches: int) -> Path:
    """Noise, one window of it."""
    path = folder / f"noise-{patches}.wav"
    if not path.exists():
        random.seed(patches)
        samples = [random.randint(-8000, 8000) for _ in range(patches * PATCH)]
        unfinished = path.with_suffix(".part")
        with wave.open(str(unfinished), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
        unfinished.replace(path)
    return path


def run(configuration: Configuration, folder: Path, seconds: float, tacit: Path) -> dict:
    task, kind = configuration.task, configuration.contender.kind
    if task.work == "start":
        return _start(tacit, model_path(folder, task.shape, task.patches, kind), recording(folder, task.patches))
    # A step stands behind all patches of the window but the last.
    window = task.patches + (task.work == "step")
    model = model_path(folder, task.shape, window, kind)
    command = [tacit, "bench", model, "--json", "--threads", str(task.threads), "--seconds", str(seconds)]
    line = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return parse_bench(line, task.work)


def parse_bench(line: str, work: str) -> dict:
    values = json.loads(line)
    return {"ms": values[f"{work}_ms"]["median"], "way": values.get("instruction_set", ""), "ways": {}}


def _start(tacit: Path, model: Path, sound: Path) -> dict:
    """From before the process is there until its first line is read."""
    command = [tacit, "classify", model, "--json", "--threads", "1", *[sound] * COPIES]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        first = process.stdout.readline()
        passed = time.perf_counter() - begin
        peak, held = memory(process.pid)
        process.kill()
    if not first:
        raise OSError(f"{model.name}: tacit labelled nothing")
    return {"ms": passed * 1000, "peak_mb": peak, "held_mb": held, "interpreter_mb": 0.0}


def embedding(tacit: Path, model: Path, sound: Path) -> list[float]:
    """The mean of the trunk's output over a window."""
    command = [tacit, "embed", model, "--json", sound]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["embedding"]
