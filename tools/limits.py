"""What one core of this machine can do at most, for the tools that tell how near we are."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from executables import json_lines, output


def limits(again: Sequence[int] = ()) -> dict:
    """By instruction set thousand millions of operations a second, and of bytes read: from memory (`memory`), and over and over as
    many bytes as each of `again` says (`again`, in that order): `limits.c`. Wants AVX2 and clang."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "limits"
        output("clang", "-O2", "-mavx2", "-mfma", Path(__file__).with_suffix(".c"), "-o", program)
        return json_lines(program, *again)[0]
