"""Judges what the microphone part of tools/vm-test left behind. Prints a line a finding; fails if one is bad."""

import json
import subprocess
import sys
from pathlib import Path

from vm_left import Left

host, tacit = Path(sys.argv[1]), sys.argv[2]
out = host / "out" / "microphone"
left = Left(out)
check, lines, status = left.check, left.lines, left.status
RATE = 8000
PERIOD = RATE // 40


def errors(name: str) -> str:
    return left.text(name, "err") + "\n"


def found(name: str) -> list[str]:
    """What tacit doctor named."""
    return [json.loads(line)["fault"] for line in (out / f"{name}.jsonl").read_text().splitlines()]


def scores(line: dict) -> list:
    return sorted((label["label"], label["score"]) for label in line["labels"])


def from_file(data: bytes, wave: Path, name: str) -> list[dict]:
    """What tacit says, on this side, of a sound file with these frames and that file's format."""
    header = bytearray(wave.read_bytes()[:44])
    header[4:8] = (36 + len(data)).to_bytes(4, "little")
    header[40:44] = len(data).to_bytes(4, "little")
    path = host / f"{name}.wav"
    path.write_bytes(bytes(header) + data)
    result = subprocess.run(
        [tacit, "listen", str(host / "tiny.gguf"), "--hop", "0.25", "--input", str(path), "--json", "--top", "0"],
        capture_output=True, text=True, check=True)
    return [line for line in map(json.loads, result.stdout.splitlines()) if line["type"] == "labels"]


def place(data: bytes, needle: bytes, width: int) -> int:
    """The frame at which a piece begins; -1 when it is not there."""
    at = data.find(needle)
    while at >= 0 and at % width:
        at = data.find(needle, at + 1)
    return at // width if at >= 0 else -1


# Without a card, and with one that comes late.
check(status("absent") == "69", f"no card: exit {status('absent')}")
check(len(errors("absent").splitlines()) == 1, f"no card: {errors('absent').strip()}")
check(status("late") == "0" and lines("late", "labels") != [], f"a late card: {len(lines('late', 'labels'))} labels")
devices = [json.loads(line) for line in (out / "devices.jsonl").read_text().splitlines()]
check(
    {device["id"] for device in devices} == {"hw:CARD=Loopback,DEV=0", "hw:CARD=Loopback,DEV=1"}
    and all(device["kind"] == "microphone" and device["formats"] for device in devices),
    f"devices: {[device['id'] for device in devices]}, {devices[0]['formats'] if devices else []}")

# A card with a driver for hardware, which can't do what is asked for first.
everything = [json.loads(line)["id"] for line in (out / "all-devices.jsonl").read_text().splitlines()]
check("hw:CARD=I82801AAICH,DEV=0" in everything, f"devices: {everything}")
check("S16_LE, 2 channels, 8000 Hz" in errors("card"), errors("card").strip())
check(
    len(lines("card", "labels")) >= 8 and lines("card", "gap") == [] and status("card") == "0",
    f"an emulated card: {len(lines('card', 'labels'))} readings, nothing lost")

# The recording through the card is what was played, and its labels are those of the file.
for number, name, width, channels in [(0, "S16_LE", 2, 1), (1, "S24_3LE", 3, 1), (2, "FLOAT_LE", 8, 2)]:
    wave = host / f"{name}.wav"
    played = wave.read_bytes()[44:]
    captured = (out / f"tee{number}.raw").read_bytes()
    captured = captured[:len(captured) // width * width]
    start = place(played, captured[:400 * width], width)
    sounding = min(len(captured), len(played) - start * width)
    check(
        start >= 0 and sounding >= 8 * RATE * width
        and captured[:sounding] == played[start * width:start * width + sounding],
        f"{name}: {sounding / width / RATE:.2f} s captured, every sample in its place")
    check(f"{name}, {channels} channel" in errors(f"tee{number}"), errors(f"tee{number}").strip())
    heard = lines(f"tee{number}", "labels")
    expected = from_file(captured, wave, f"tee{number}")
    common = min(len(heard), len(expected))
    check(
        common >= 30 and all(
            scores(a) == scores(b) and a["time"] == b["time"] for a, b in zip(heard[:common], expected)),
        f"{name}: {common} readings, the same scores to the last bit as from a file")
    check(lines(f"tee{number}", "gap") == [] and status(f"tee{number}") == "0", f"{name}: nothing lost")

# Stopped for 3 s: the gap's true length is in the recording itself.
played = (host / "S16_LE.wav").read_bytes()[44:]
captured = (out / "tee3.raw").read_bytes()
start = place(played, captured[:800], 2)
before = next(
    (n for n in range(0, len(captured), 2) if captured[n:n + 2] != played[2 * start + n:2 * start + n + 2]),
    len(captured)) // 2
again = place(played, captured[2 * before:2 * before + 800], 2)
true = again - (start + before)
gaps = lines("tee3", "gap")
told = sum(round(gap["lost_seconds"] * RATE) for gap in gaps)
check(
    len(gaps) == 1 and gaps[0]["reason"] == "overrun" and start >= 0 and again >= 0 and abs(told - true) <= PERIOD,
    f"stopped for 3 s: lost {true / RATE:.4f} s by the recording, a gap of {told / RATE:.4f} s")
if gaps:
    resumed = round(gaps[0]["time"] * RATE)
    heard = [line for line in lines("tee3", "labels") if line["time"] > gaps[0]["time"]]
    expected = from_file(captured[2 * before:], host / "S16_LE.wav", "tee3")
    common = min(len(heard), len(expected))
    check(
        common >= 10 and resumed == before + told and all(
            scores(a) == scores(b) and round(a["time"] * RATE) == resumed + round(b["time"] * RATE)
            for a, b in zip(heard[:common], expected)),
        f"stopped for 3 s: {common} readings behind the gap are those of the samples behind it")

for name in ["shared0", "shared1"]:
    check(
        len(lines(name, "labels")) >= 30 and lines(name, "gap") == [] and status(name) == "0",
        f"dsnoop, {name}: {len(lines(name, 'labels'))} readings, nothing lost")

# Taken away and given back.
left.unplugged()
check(errors("unplugged").count("\n") == 3, "unplugged: " + "; ".join(errors("unplugged").splitlines()[1:]))
# What was recorded, with an overrun and without its card.
for name in ["tee3", "unplugged"]:
    left.replayed(name, tacit, host / "tiny.gguf")
check(status("abandoned") == "75", f"not back within 2 s: exit {status('abandoned')}")

# A minute of nothing.
begin = [float(word) for word in (out / "idle.begin").read_text().split()]
end = [float(word) for word in (out / "idle.end").read_text().split()]
readings = lines("idle", "labels")
gaps = lines("idle", "gap")
# Samples wait for about two seconds while the model computes: nothing is lost unless it took longer, and then no more.
WAIT = 1.7
owed = []
for gap in gaps:
    before = [line for line in readings if line["time"] <= gap["time"] - gap["lost_seconds"]]
    owed.append((gap["lost_seconds"], before[-1]["inference_ms"] / 1000 if before else 0))
check(
    all(lost <= slowest - WAIT for lost, slowest in owed),
    "idle: nothing lost" if not gaps else f"idle: {len(gaps)} gaps of at most {max(gap['lost_seconds'] for gap in gaps):.2f} s, "
    f"where the model took up to {max(slowest for _, slowest in owed):.2f} s")
check(
    len(readings) >= 12 and all(
        abs(b["time"] - a["time"] - 5) < 0.1 for a, b in zip(readings, readings[1:])
        if not any(a["time"] < gap["time"] <= b["time"] for gap in gaps)),
    f"idle: {len(readings)} readings, each 5 s behind the one before it or after a gap")
check("zeros" in errors("idle"), "idle: " + "; ".join(errors("idle").splitlines()[1:]))
check(
    end[1] - begin[1] <= 256 and end[2] == begin[2],
    f"idle for {end[3] - begin[3]:.0f} s: resident {begin[1]:.0f}, then {end[1]:.0f} kB; {end[2]:.0f} descriptors")
print(f"     idle: {(end[0] - begin[0]) / (end[3] - begin[3]):.1f} % of one processor of the machine")

# What tacit doctor says of a real kernel's devices. (Nothing keeps the machine's clock.)
check(found("doctor-none") == ["no-microphone", "clock-free"], f"doctor, no card: {found('doctor-none')}")
check(found("doctor") == ["clock-free"], f"doctor, a card: {found('doctor')}")
check(
    found("doctor-user") == ["microphone-forbidden", "clock-free"], f"doctor, not root: {found('doctor-user')}")
busy = [json.loads(line) for line in (out / "doctor-busy.jsonl").read_text().splitlines()]
check(
    [finding["fault"] for finding in busy] == ["microphone-busy", "clock-free"] and "tacit (pid" in busy[0]["reason"],
    f"doctor, a card that is used: {[finding['reason'] for finding in busy]}")
left.check_waits()

# What plays has no say in what tacit does: if that was late too, the host was too busy for an emulated processor.
if "underrun" in (out / "aplay.err").read_text():
    print("     the players themselves were late (underruns): this machine was too busy, losses are to be expected")

sys.exit(1 if left.failures else 0)
