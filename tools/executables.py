"""What the measuring tools beside this file share: the release executables, and running them.

Each tool is a script in a folder of its own and finds this one by `sys.path.insert(0, ...parents[1])`. TACIT_BIN names the folder
of the executables if it is not `.build/release`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import ending  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
RELEASE = ROOT / ".build/release"
PROGRAMS = Path(os.environ.get("TACIT_BIN", RELEASE))
TACIT = PROGRAMS / "tacit"
CONVERT = PROGRAMS / "tacit-convert"


def output(*command: object, given: bytes | None = None) -> str:
    """What a command prints; its failure, in its own words, is the tool's."""
    words = [str(word) for word in command]
    done = subprocess.run(words, input=given, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(words[:3])} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode()


def json_lines(*command: object, given: bytes | None = None) -> list[dict]:
    """The same, of a command that prints JSON Lines."""
    return [json.loads(line) for line in output(*command, given=given).splitlines()]


def show(model: Path) -> dict:
    """What is in a model file."""
    return json_lines(TACIT, "show", model, "--json")[0]


def matrices(shapes: dict) -> int:
    """Of what `show` says: weights of the trunk's matrices, which is multiply-adds a patch."""
    width, attended = shapes["width"], shapes["heads"] * shapes["head_width"]
    inwards = (shapes["heads"] + 2 * shapes["key_value_heads"]) * shapes["head_width"] * width
    feed_forward = (3 if shapes["gated"] else 2) * width * shapes["feed_forward_width"]
    return shapes["layers"] * (inwards + attended * width + feed_forward)


def convert(adapter: Path, model: Path, weights: str = "int8") -> None:
    """A model file from the repository's base and an adapter."""
    output(CONVERT, "--base", ROOT / "models/base", "--adapter", adapter, "--weights", weights, "-o", model)
