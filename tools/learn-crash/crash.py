"""Learns, forgets and renames, and kills. Started by `run`."""

import argparse
import json
import math
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from executables import TACIT  # noqa: E402


def tone(path: Path, frequency: float, rng: random.Random) -> Path:
    """Half a second at 16 kHz."""
    values = (
        int(8000 * math.sin(2 * math.pi * frequency * i / 16000) + rng.uniform(-500, 500)) for i in range(8000)
    )
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", value) for value in values))
    return path


def state(model: Path, labels: Path) -> dict[str, int]:
    """Labels and how many examples each has; a broken file ends it all."""
    done = subprocess.run([TACIT, "learn", model, "--list", "--json", "--labels", labels], capture_output=True, text=True)
    if done.returncode == 66:
        return {}
    if done.returncode:
        sys.exit(f"the file is broken: {done.stderr.strip()}")
    lines = map(json.loads, done.stdout.splitlines())
    return {line["name"]: line["examples"] for line in lines}


def step(known: dict[str, int], wanted: int, number: int, rng: random.Random) -> tuple[list[str], dict[str, int]]:
    """Words of a command without its files, and what is known once it has run."""
    after = dict(known)
    choice = rng.random()
    if known and (choice < 0.15 or len(known) >= wanted):
        name = rng.choice(sorted(known))
        del after[name]
        return ["--forget", name], after
    if known and choice < 0.35:
        name, new = rng.choice(sorted(known)), f"renamed {number}"
        after[new] = after.pop(name)
        return ["--rename", name, new], after
    name = rng.choice(sorted(known)) if known and choice < 0.45 else f"label {number}"
    after[name] = after.get(name, 0) + 1
    return [name], after


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/learn-crash/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--labels", type=int, default=1000, help="labels to have learned in all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as scratch:
        labels = Path(scratch) / "my.labels"
        tones = [tone(Path(scratch) / f"{i}.wav", 200 * 1.15**i, rng) for i in range(20)]
        known: dict[str, int] = {}
        learned, number, killed, lost, took = 0, 0, 0, 0, 0.05
        while learned < options.labels:
            words, after = step(known, options.labels, number, rng)
            number += 1
            is_learning = not words[0].startswith("--")
            command = [TACIT, "learn", options.model, *words, *([rng.choice(tones)] if is_learning else []), "--labels", labels]
            begun = time.monotonic()
            run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if rng.random() < 0.3:
                time.sleep(rng.uniform(0, 1.2 * took))
                run.send_signal(signal.SIGKILL)
            _, errors = run.communicate()
            if run.returncode == -signal.SIGKILL:
                killed += 1
            elif run.returncode:
                sys.exit(f"{' '.join(words)}: status {run.returncode}: {errors.strip()}")
            else:
                took = 0.9 * took + 0.1 * (time.monotonic() - begun)
            found = state(options.model, labels)
            if found not in (known, after) or (run.returncode == 0 and found != after):
                sys.exit(f"after command {number}, {' '.join(words)}: {found} is neither {known} nor {after}")
            lost += found == known and found != after
            learned += is_learning and len(found) > len(known)
            known = found
        left = [it.name for it in Path(scratch).iterdir() if it != labels and it.suffix != ".wav"]
        print(
            f"{number} commands, {learned} labels learned, {len(known)} there at the end; {killed} killed, of which {lost} had "
            f"changed nothing and {killed - lost} all; no file broken, nothing else lost; files left by the killed: {len(left)}"
        )


if __name__ == "__main__":
    main()
