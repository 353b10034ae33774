"""Judges what the part of tools/vm-test for `tacit run` left behind. Prints a line a finding; fails if one is bad."""

import json
import sys
from pathlib import Path

from vm_left import Left

out = Path(sys.argv[1]) / "out" / "run"
left = Left(out)
if (out / "skipped").exists():
    print(f"skip {(out / 'skipped').read_text().strip()}")
    sys.exit(0)

told = [json.loads(line) for line in (out / "ear.jsonl").read_text().splitlines()]
before = int((out / "before").read_text())


def steps(lines: list[dict]) -> list[float]:
    """Seconds from each reading to the next."""
    times = [line["time"] for line in lines if line["type"] == "labels"]
    return [round(b - a, 3) for a, b in zip(times, times[1:])]


left.check(left.status("check") == "0", f"check: exit {left.status('check')}, {left.text('check', 'out')}")
first, then = steps(told[:before]), steps(told[before:])[-5:]
left.check(len(first) > 6 and all(abs(step - 0.25) < 0.03 for step in first), f"ear: a reading in {sorted(set(first))} s at first")
left.check(len(then) == 5 and all(abs(step - 0.5) < 0.03 for step in then), f"ear: then one in {sorted(set(then))} s")
eye, gaps = steps(left.lines("eye", "labels")), left.lines("eye", "gap")
left.check(
    len(eye) >= 11 and gaps == [] and all(0.4 < step < 0.9 for step in eye[1:]),
    f"eye: {len(eye) + 1} labels, half a second apart all the time, {len(gaps)} gaps")
errors = left.text("run", "err")
left.check("toml" in errors, f"a broken file: {errors.splitlines()[-1] if errors else ''}")
left.check(left.status("run") == "0", f"run: exit {left.status('run')}")
left.check_waits()

sys.exit(1 if left.failures else 0)
