"""What one core of this machine can do at most, for the tools that tell how near we are."""

import tempfile
from pathlib import Path

from executables import json_lines, output


def limits() -> dict:
    """By instruction set thousand millions of operations a second, and as `memory` of bytes read: `limits.c`. Wants AVX2 and
    clang."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "limits"
        output("clang", "-O2", "-mavx2", "-mfma", Path(__file__).with_suffix(".c"), "-o", program)
        return json_lines(program)[0]
