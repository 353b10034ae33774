"""Judges what the camera part of tools/vm-test left behind. Prints a line a finding; fails if one is bad."""

import json
import math
import re
import sys
from pathlib import Path

from vm_left import Left

host, tacit = Path(sys.argv[1]), sys.argv[2]
out = host / "out" / "camera"
left = Left(out)
check, lines, text = left.check, left.lines, left.text


def consistent(labels: list[dict]) -> bool:
    """Every frame is either labelled or counted as dropped, and time goes on."""
    first = labels[0]
    return all(
        a["time"] < b["time"] and b["frame"] - first["frame"] == index + 1 + b["dropped"] - first["dropped"]
        for index, (a, b) in enumerate(zip(labels, labels[1:])))


check(text("absent", "rc") == "69", f"no camera: exit {text('absent', 'rc')}, {text('absent', 'err')}")
check(
    text("late", "rc") == "0" and lines("late", "labels") != [],
    f"a late camera: {len(lines('late', 'labels'))} labels")
devices = [json.loads(line) for line in text("devices", "jsonl").splitlines()]
cameras = [device for device in devices if device["kind"] == "camera"]
check(
    len(cameras) == 1 and cameras[0]["id"].startswith("vivid.0") and len(cameras[0]["formats"]) > 3,
    f"devices: {[(d['id'], d['name'], d['formats'][:2]) for d in cameras]}")

labels = lines("rate", "labels")
opened = text("rate", "err").splitlines()[0]
match = re.search(r"at ([\d.]+) frames a second", opened)
rate = float(match[1]) if match else math.nan
check(rate >= 24, opened)
if len(labels) > 2:
    seconds = labels[-1]["time"] - labels[0]["time"]
    frames = labels[-1]["frame"] - labels[0]["frame"]
    dropped = labels[-1]["dropped"] - labels[0]["dropped"]
    check(
        abs(frames / seconds - rate) < 0.1 * rate,
        f"{frames} frames in {seconds:.2f} s: {frames / seconds:.2f} a second of {rate}, {len(labels)} labels, "
        f"{dropped} dropped")
    check(consistent(labels), "every frame is labelled or counted as dropped")
    # The emulated processor is as slow as this machine is busy: about 4 % are dropped where nothing else runs.
    check(dropped <= frames / 2, f"{100 * dropped / frames:.1f} % dropped")
else:
    check(False, f"{len(labels)} labels at the camera's rate: {text('rate', 'err')}")
begin, end = ([float(word) for word in text("rate", suffix).split()] for suffix in ("begin", "end"))
print(f"     watching: {(end[0] - begin[0]) / (end[1] - begin[1]):.1f} % of one processor of the machine")

labels = lines("every", "labels")
check(
    len(labels) >= 6 and all(0.9 < b["time"] - a["time"] < 1.2 for a, b in zip(labels[1:], labels[2:]))
    # The first takes longer: the processor's code is still being translated.
    and labels[-1]["dropped"] == labels[0]["dropped"], f"one a second: {[round(line['time'], 2) for line in labels]}")

left.unplugged()
left.replayed("unplugged", tacit, host / "tiny-image.gguf")
print("     unplugged: " + "; ".join(text("unplugged", "err").splitlines()[1:]))
check(text("abandoned", "rc") == "75", f"not back within 2 s: exit {text('abandoned', 'rc')}")

heard = lines("heard", "labels")
seen = lines("seen", "labels")
check(
    len(heard) >= 3 and lines("heard", "gap") == [] and len(seen) >= 10 and consistent(seen),
    f"microphone and camera at once: {len(heard)} labels heard, nothing lost; {len(seen)} seen, "
    f"{seen[-1]['dropped'] if seen else 0} dropped")

for name, faults in [("none", ["no-camera", "clock-free"]), ("", ["clock-free"]), ("busy", ["camera-busy", "clock-free"])]:
    path = out / ("doctor-" + name + ".jsonl" if name else "doctor.jsonl")
    told = [json.loads(line)["fault"] for line in path.read_text().splitlines()]
    check(told == faults, f"doctor {name}: {told}")
left.check_waits()

sys.exit(1 if left.failures else 0)
