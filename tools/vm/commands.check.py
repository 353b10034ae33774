"""Judges what the part of tools/vm-test for programs as sources left behind. Prints a line a finding; fails if one is bad."""

import sys
from pathlib import Path

from vm_left import Left

left = Left(Path(sys.argv[1]) / "out" / "commands")

for name, gaps in [("heard", 2), ("seen", 2)]:
    lines = left.lines(name, "labels")
    told = left.lines(name, "gap")
    left.check(
        len(told) >= gaps and all(gap["reason"] == "command" and gap["lost_seconds"] >= 0 for gap in told),
        f"{name}: {[(gap['reason'], round(gap['lost_seconds'], 2)) for gap in told]}")
    left.check(
        len(lines) >= 8 and all(a["time"] < b["time"] for a, b in zip(lines, lines[1:]))
        and bool(told) and lines[-1]["time"] > told[-1]["time"] if name == "heard" else len(lines) >= 8,
        f"{name}: {len(lines)} labels, before and behind the gaps")
    left.check(left.status(name) == "0", f"{name}: exit {left.status(name)}, {left.text(name, 'err')}")
# Killed it was gone at once; where it stood still, it had three seconds.
told = left.lines("heard", "gap")
left.check(
    len(told) == 2 and told[1]["lost_seconds"] >= 2.5, f"heard: stood still, {told[-1]['lost_seconds'] if told else 0:.2f} s lost")
left.check(left.text("left", "").strip() in ("", "nothing"), "no program is left behind")
left.check(left.status("absent") == "69", f"no program: exit {left.status('absent')}, {left.text('absent', 'err')}")
left.check_waits()

sys.exit(1 if left.failures else 0)
