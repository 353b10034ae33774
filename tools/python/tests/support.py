"""What the tests of the module share: where the command is, what it prints, a sound."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/python/src"))
RELEASE = ROOT / ".build/release"
# The one that was built together with the command.
BUILT = RELEASE / "libTacitInterface.so"
if BUILT.exists():
    os.environ.setdefault("TACIT_LIBRARY", str(BUILT))

import tacit  # noqa: E402
from tacit import _library  # noqa: E402

try:
    _library.library()
except OSError as error:
    if BUILT.exists():
        raise
    pytest.skip(f"libtacit is not built: {error}", allow_module_level=True)
if not (RELEASE / "tacit").exists():
    pytest.skip("tacit is not built: swift build -c release", allow_module_level=True)

SOUND, IMAGE = ROOT / "models/sound-int4.gguf", ROOT / "models/image-int4.gguf"
SETTINGS = {"hop": 0.5, "threshold": 0.05, "smooth": 1.0, "on_after": 0.5, "off_after": 0.5}
FLAGS = ["--hop", "0.5", "--threshold", "0.05", "--smooth", "1", "--on-after", "0.5", "--off-after", "0.5"]


def lines(*arguments) -> list[dict]:
    command = [str(RELEASE / "tacit"), *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def glide(seconds: float, rate: int) -> np.ndarray:
    time = np.arange(int(seconds * rate)) / rate
    noise = np.random.default_rng(1).normal(0, 500, time.size)
    return (8000 * np.sin(2 * np.pi * (200 + 300 * time) * time) + noise).astype(np.int16)


def same(prediction: tacit.Prediction, line: dict):
    """Whether a line of `classify --logits --top 0` says the same."""
    np.testing.assert_array_equal(prediction.logits, np.array(line["logits"], np.float32))
    assert [label.name for label in prediction.labels] == [label["label"] for label in line["labels"]]
    expected = np.array([label["score"] for label in line["labels"]], np.float32)
    np.testing.assert_array_equal(np.array([label.score for label in prediction.labels], np.float32), expected)
    if "span" in line:
        assert [round(time, 9) for time in prediction.span] == line["span"]
