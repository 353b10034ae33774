"""`tacit listen` with every sink that there is, for `soak` and `stop-anywhere`: each with someone at its other end."""

import json
import math
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import wave

import mosquitto
from executables import TACIT
from loopback import unused_port


class Broker:
    """A Mosquitto on loopback, and who listens to all events there."""

    def __init__(self, folder: pathlib.Path):
        self.port = unused_port()
        self.broker = mosquitto.start(folder, self.port)
        self.file = folder / "heard.txt"
        with open(self.file, "w") as file:
            self.listener = subprocess.Popen(
                ["mosquitto_sub", "-p", str(self.port), "-q", "1", "-t", "#", "-F", "%t %p"], stdout=file)
        while "test/ready" not in self.file.read_text():
            subprocess.run(["mosquitto_pub", "-p", str(self.port), "-t", "test/ready", "-n"], check=True)
            time.sleep(0.02)

    def ids(self, prefix: str, awaited: int = 0) -> list[str]:
        """The names of the events under a prefix; waits a moment until there are so many."""
        for _ in range(200):
            found = [json.loads(line.split(" ", 1)[1])["id"] for line in self.file.read_text().splitlines()
                     if line.startswith(f"{prefix}/") and line.split(" ", 1)[0].endswith("/event")]
            if len(found) >= awaited:
                break
            time.sleep(0.02)
        return found

    def stop(self) -> None:
        for process in (self.listener, self.broker):
            process.kill()
            process.wait()


class Reader(threading.Thread):
    """Follows a page's events."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.lines: list[str] = []
        self.connection = socket.create_connection(("127.0.0.1", port))
        self.connection.sendall(f"GET /events HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        self.count = 0
        self.start()

    def run(self) -> None:
        with self.connection, self.connection.makefile("rb") as file:
            for line in file:
                self.count += 1
                if b'"type":"event"' in line:
                    self.lines.append(line.decode().removeprefix("data: "))

    def ids(self) -> list[str]:
        return [json.loads(line)["id"] for line in self.lines]


class Run:
    """A `tacit listen` that tells everyone."""

    def __init__(self, folder: pathlib.Path, model: pathlib.Path, broker: Broker, prefix: str, more: list[str],
                 stdin=subprocess.DEVNULL):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        token = folder / "token"
        token.write_text("a token for this run alone\n")
        self.script = folder / "told.sh"
        self.script.write_text(f"printf '%s\\n' \"$TACIT_ID\" >>{folder}/told.txt\n")
        self.errors = folder / "errors.txt"
        command = [
            TACIT, "listen", model, "--name", "ear", *more, "--to", "stdout", "--json",
            "--to", f"jsonl:{folder}/lines.jsonl", "--to", f"mqtt://127.0.0.1:{broker.port}/{prefix}", "--mqtt-commands",
            "--labels", folder / "my.labels", "--to", "http://127.0.0.1:0", "--http-token-file", token,
            "--to", f"clips:{folder}/clips", "--clip-reserve", "0", "--to", f"exec:/bin/sh {self.script}",
        ]
        with open(self.errors, "w") as errors, open(folder / "out.txt", "w") as out:
            self.process = subprocess.Popen(list(map(str, command)), stdin=stdin, stdout=out, stderr=errors)

    def port(self) -> int:
        """Of the page, once there is one."""
        while True:
            if found := re.search(r"page: http://127.0.0.1:(\d+)/", self.errors.read_text()):
                return int(found[1])
            if self.process.poll() is not None:
                sys.exit(f"tacit ended: {self.errors.read_text()}")
            time.sleep(0.005)

    def events(self) -> list[dict]:
        """Of the file of lines, those that were put away first."""
        files = sorted(self.folder.glob("lines.jsonl*"), key=lambda file: (file.name == "lines.jsonl", file.name))
        return [json.loads(line) for file in files for line in file.read_text().splitlines() if '"type":"event"' in line]

    def told(self) -> list[str]:
        """The names that the command was given."""
        file = self.folder / "told.txt"
        return file.read_text().split() if file.exists() else []


def not_owned_up_to(missing: set[str], log: str) -> set[str]:
    """Of events that were not told those that the log neither names nor counts among the lines that it left out."""
    missing = missing - set(re.findall(r"event (\S+?)(?: is lost|: the command is ended|: the command hangs)", log))
    counts = re.findall(r"\((\d+) such lines were left out\)|lines left out here: (\d+)", log)
    left_out = sum(int(first or second) for first, second in counts)
    return missing if len(missing) > left_out else set()


def unpaired(events: list[dict]) -> list[str]:
    """Labels that were on twice, off twice, or on at the end."""
    on: set[str] = set()
    wrong = []
    for event in events:
        (on.discard if event["state"] == "off" else on.add)(event["label"]) \
            if (event["label"] in on) == (event["state"] == "off") else wrong.append(event["id"])
    return wrong + sorted(on)


def make_sound(path: pathlib.Path, seconds: float, chance: random.Random, rate: int = 8000) -> None:
    """Tones that move and noise: what a model of random weights makes many events of."""
    samples = []
    for index in range(int(seconds * rate)):
        moment = index / 16000
        tones = math.sin(moment * (900 + 700 * math.sin(moment * 3))) + math.sin(moment * (5200 - 300 * moment))
        samples.append(int(6000 * tones + chance.uniform(-4000, 4000)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
