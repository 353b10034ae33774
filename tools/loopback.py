"""Ports on 127.0.0.1 for servers that have to be told one before they start."""

import random
import socket

# Below those that Linux gives to connections and to servers that ask for any (by default 32768 and up, ip(7)): one of these
# would sooner or later be given away while the server starts, or between two of its lives.
PORTS = range(20_000, 32_000)


def unused_port() -> int:
    """One that nobody listens on."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port on 127.0.0.1 is unused")
