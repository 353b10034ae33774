"""Cycles of counted blocks by llvm-mca: for each block what a turn takes when it follows itself and all its data come from
the first cache. What a program waits for memory, mispredicted branches and dependences from block to block are not in it.
"""

import re
import shutil
import subprocess
import sys
from functools import cache

# Instructions that llvm-mc is to know; what a core's timing is made for is llvm-mca's own affair.
FEATURES = "+v8.2a,+dotprod,+i8mm,+fullfp16,+crc,+lse"
TURNS = 100
# Multiply-adds of one instruction on 8-bit numbers, and of one on floats.
INTEGER = {"smull": 8, "smull2": 8, "smlal": 8, "smlal2": 8, "umull": 8, "umull2": 8, "umlal": 8, "umlal2": 8,
           "sdot": 16, "udot": 16, "usdot": 16, "smmla": 32, "ummla": 32, "usmmla": 32}  # fmt: skip


@cache
def tool(name: str) -> str:
    """The newest that is there: models of cores get better."""
    for candidate in (*(f"{name}-{version}" for version in range(21, 13, -1)), name):
        if shutil.which(candidate):
            return candidate
    sys.exit(f"{name} is not here: apt-get install llvm")


@cache
def assembly(code: str) -> tuple[str, ...]:
    """Instructions of a block's machine code; what llvm-mc does not know is left out."""
    numbers = " ".join(f"0x{code[i : i + 2]}" for i in range(0, len(code), 2))
    command = [tool("llvm-mc"), "--disassemble", "-triple=aarch64", f"-mattr={FEATURES}"]
    done = subprocess.run(command, input=numbers, capture_output=True, text=True)
    return tuple(line.strip() for line in done.stdout.splitlines() if line.startswith("\t") and ".text" not in line)


def multiply_adds(code: str) -> int:
    """Of 8-bit numbers: those whose operands are bytes."""
    total = 0
    for line in assembly(code):
        name, _, operands = line.partition("\t")
        if name in INTEGER and re.search(r"\.(8b|16b|4b)", operands):
            total += INTEGER[name]
    return total


BRANCH = re.compile(r"(b|bl|br|blr|ret|cbn?z|tbn?z|b\..*)\s")


@cache
def turn(code: str, core: str) -> float | None:
    """Cycles of a block that follows itself; None if llvm-mca has no model of one of its instructions. Its branch is left
    out: it is predicted."""
    lines = [line for line in assembly(code) if not BRANCH.match(line + " ") and not line.startswith("svc")]
    if not lines:
        return 1
    command = [tool("llvm-mca"), "-mtriple=aarch64", f"-mcpu={core}", f"-mattr={FEATURES}", f"-iterations={TURNS}"]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
    found = re.search(r"Total Cycles:\s+(\d+)", done.stdout)
    return int(found[1]) / TURNS if found else None


def cycles(blocks: dict[str, float], core: str, share: float = 0.97) -> float:
    """Of the blocks that make up `share` of all instructions, brought up to the whole."""
    weights = {code: executions * (len(code) // 8) for code, executions in blocks.items() if executions > 0}
    whole, counted, total = sum(weights.values()), 0.0, 0.0
    for code in sorted(weights, key=weights.__getitem__, reverse=True):
        if (taken := turn(code, core)) is not None:
            total += blocks[code] * taken
            counted += weights[code]
        if counted >= share * whole:
            break
    if not counted:
        sys.exit(f"llvm-mca has no model of {core}")
    return total * whole / counted


def hottest(blocks: dict[str, float]) -> str:
    """The block that does most of the multiply-adds of 8-bit numbers."""
    ranked = sorted(blocks, key=lambda code: blocks[code] * len(code), reverse=True)[:40]
    return max(ranked, key=lambda code: blocks[code] * multiply_adds(code))
