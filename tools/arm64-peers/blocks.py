"""Blocks of instructions and how often each was executed, as `count_blocks.c` writes them."""

from collections import Counter
from pathlib import Path

# Code in hexadecimal digits: executions.
Blocks = Counter[str]


def read(path: Path) -> Blocks:
    """Blocks of the same code count as one, wherever they lie: libraries may be loaded elsewhere the next time."""
    blocks: Blocks = Counter()
    for line in path.read_text().splitlines():
        executions, _, _, code = line.split(" ")
        blocks[code] += int(executions)
    return blocks


def difference(more: Blocks, fewer: Blocks, repeats: int) -> dict[str, float]:
    """Executions of one repeat, of two runs of which one did `repeats` more."""
    return {code: (more[code] - fewer[code]) / repeats for code in more.keys() | fewer.keys() if more[code] != fewer[code]}


def instructions(blocks: dict[str, float]) -> float:
    return sum(executions * (len(code) // 8) for code, executions in blocks.items())
