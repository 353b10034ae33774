"""A Mosquitto on loopback, for tools that need a broker. Wants Debian's mosquitto."""

import os
import pathlib
import socket
import subprocess
import sys
import time

# Where Debian has it, and a user's path may not lead.
os.environ["PATH"] += ":/usr/sbin"


def start(folder: pathlib.Path, port: int, *settings: str) -> subprocess.Popen:
    """One that answers on the port, keeps whatever nobody has fetched yet, and takes anybody."""
    configuration = folder / "broker.conf"
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "max_queued_messages 0", "user root", *settings]
    configuration.write_text("".join(f"{line}\n" for line in lines))
    broker = subprocess.Popen(["mosquitto", "-c", configuration], stderr=subprocess.DEVNULL)
    for _ in range(1000):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return broker
        time.sleep(0.01)
    broker.kill()
    sys.exit(f"{sys.argv[0]}: the broker does not answer")
