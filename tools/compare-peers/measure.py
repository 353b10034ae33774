"""Clocks and memory."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

# Least repetitions, however long one takes.
LEAST = 3
# Repetitions that are not counted.
WARMUP = 2


def quickest(ways: dict[str, Callable[[], object]], seconds: float, prepare: Callable[[], object] | None = None) -> dict:
    """Times ways of doing the same work, one after the other so that each has the caches to itself, for so many seconds
    each. The quickest way's median counts.

    `prepare` runs before each repetition, unmeasured. The first of each way are not counted.
    """
    times = {name: _times(work, seconds, prepare) for name, work in ways.items()}
    medians = {name: median(values) * 1000 for name, values in times.items()}
    best = min(medians, key=medians.__getitem__)
    return {"ms": medians[best], "way": best, "ways": medians, "repeats": len(times[best])}


def _times(work: Callable[[], object], seconds: float, prepare: Callable[[], object] | None) -> list[float]:
    times: list[float] = []
    while len(times) < WARMUP + LEAST or sum(times[WARMUP:]) < seconds:
        if prepare:
            prepare()
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return times[WARMUP:]


def memory(process: int | str = "self") -> tuple[float, float]:
    """The most a process has held in memory, and what it holds, in MB (10^6 bytes)."""
    return parse_memory(Path(f"/proc/{process}/status").read_text())


def parse_memory(status: str) -> tuple[float, float]:
    values = dict(re.findall(r"^(VmHWM|VmRSS):\s*(\d+) kB$", status, re.MULTILINE))
    return int(values["VmHWM"]) * 1024 / 1e6, int(values["VmRSS"]) * 1024 / 1e6


class Start:
    """From nothing to the first result. Begins when made; what the interpreter already holds is not counted."""

    def __init__(self) -> None:
        self.before = memory()[1]
        self.begin = time.perf_counter()

    def finish(self) -> dict:
        passed = time.perf_counter() - self.begin
        peak, held = memory()
        return {
            "ms": passed * 1000,
            "peak_mb": peak - self.before,
            "held_mb": held - self.before,
            "interpreter_mb": self.before,
        }
