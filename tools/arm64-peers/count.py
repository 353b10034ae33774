"""Counts what is not counted yet, and prints the tables. Started by `run`."""

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "compare-peers"))

import blocks  # noqa: E402
import cycles  # noqa: E402
from configurations import TITLES  # noqa: E402
from onnx_graph import WAYS  # noqa: E402
from shapes import SHAPES  # noqa: E402

# Emulated core: cores whose cycles are estimated for what it executes.
CORES = {"cortex-a72": ("cortex-a53", "cortex-a72"), "cortex-a76": ("cortex-a76",)}
# Patches of a window, and those that a step stands behind.
PATCHES = {"window": 64, "step": 200}
LLAMA_WAYS = ("plain", "flash")
PEERS = {"onnx": TITLES["onnx-int8"], "llama": TITLES["llama-q8_0"]}


@dataclass(frozen=True)
class Count:
    """One program's, for one window or step."""

    peer: str  # tacit | onnx | llama
    shape: str
    work: str
    way: str
    core: str


class Counter:
    def __init__(self, work: Path, qemu: str) -> None:
        self.work, self.qemu = work, qemu

    def _program(self, it: Count) -> list[str | Path]:
        files, patches = self.work / "files", PATCHES[it.work]
        if it.peer == "tacit":
            return [self.work / "trunk", it.shape, it.work, str(patches)]
        program = [self.work / "arm64/usr/bin/python3.11", HERE / "work.py", it.peer]
        if it.peer == "onnx":
            return [*program, files / f"onnx-{it.shape}-{patches}-int8-{it.way}.onnx", it.work, str(patches)]
        return [*program, files / f"llama-{it.shape}-q8_0.gguf", it.work, str(patches)]

    def _run(self, it: Count, repeats: int) -> blocks.Blocks:
        path = self.work / "counts" / "-".join([it.peer, it.shape, it.work, it.way, it.core, str(repeats)])
        # Tacit's kernels change from run to run; the others stay.
        if it.peer == "tacit" or not path.exists():
            path.parent.mkdir(exist_ok=True)
            unfinished = path.with_suffix(".part")
            plugin = f"{self.work / 'count_blocks.so'},out={unfinished}"
            command = [self.qemu, "-L", self.work / "roots" / it.core, "-cpu", it.core, "-plugin", plugin, *self._program(it)]
            command += [str(repeats)] + ([it.way] if it.peer == "llama" else [])
            environment = os.environ | {
                "PYTHONPATH": str(self.work / "site"), "PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1",
                "LLAMA_CPP_LIB_PATH": str(self.work / "llama" / it.core / "bin"),
            }  # fmt: skip
            print(f"{path.name}", file=sys.stderr)
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
            unfinished.replace(path)
        return blocks.read(path)

    def count(self, it: Count) -> dict[str, float]:
        return blocks.difference(self._run(it, 2), self._run(it, 1), 1)

    def best(self, peer: str, shape: str, work: str, core: str) -> tuple[dict[str, float], str] | None:
        """The way that takes the fewest instructions."""
        ways = {
            "tacit": ("",), "llama": LLAMA_WAYS, "onnx": WAYS[SHAPES[shape].family] if work == "window" else (),
        }[peer]  # fmt: skip
        found = [(self.count(Count(peer, shape, work, way, core)), way) for way in ways]
        return min(found, key=lambda pair: blocks.instructions(pair[0]), default=None)


def millions(value: float) -> str:
    return f"{value / 1e6:.{3 if value < 1e7 else 1}f} M"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--qemu", required=True)
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--peers", default="onnx,llama")
    parser.add_argument("--only", choices=["window", "step"])
    options = parser.parse_args()
    shapes, peers = options.shapes.split(","), options.peers.split(",")
    files = [sys.executable, HERE / "files.py", "--folder", options.work / "files", "--shapes", options.shapes]
    (options.work / "files").mkdir(exist_ok=True)
    subprocess.run([*files, "--windows", str(PATCHES["window"])], check=True, stderr=subprocess.DEVNULL)
    counter = Counter(options.work, options.qemu)
    kinds = [options.only] if options.only else ["window", "step"]

    titles = "".join(f" {PEERS[peer]} |" for peer in peers)
    instructions = [f"| | | Tacit int8 |{titles} Tacit / the better |", "| --- | --- | --- |" + " --- |" * len(peers) + " --- |"]
    estimates = [f"| | | Tacit int8 |{titles}", "| --- | --- | --- |" + " --- |" * len(peers)]
    hot = ["| | | multiply-adds an instruction | cycles: multiply-adds a cycle |", "| --- | --- | --- | --- |"]
    for shape in shapes:
        for work in kinds:
            for core, models in CORES.items():
                counted = {peer: counter.best(peer, shape, work, core) for peer in ("tacit", *peers)}
                name = f"{shape.upper()}, {work} {'of' if work == 'window' else 'behind'} {PATCHES[work]}"
                own = blocks.instructions(counted["tacit"][0])
                others = {peer: blocks.instructions(counted[peer][0]) for peer in peers if counted[peer]}
                cells = [f"{millions(others[peer])}, {others[peer] / own:.2f}" if peer in others else "" for peer in peers]
                least = f"**{own / min(others.values()):.2f}**" if others else ""
                instructions.append(f"| {name} | {core} | {millions(own)} | " + " | ".join(cells) + f" | {least} |")
                for model in models:
                    taken = {peer: cycles.cycles(it[0], model) for peer, it in counted.items() if it}
                    cells = [f"{taken[peer] / taken['tacit']:.2f}" if peer in taken else "" for peer in peers]
                    estimates.append(f"| {name} | {model} | {millions(taken['tacit'])} | " + " | ".join(cells) + " |")
                for peer, it in counted.items():
                    if it and (code := cycles.hottest(it[0])):
                        work_done = cycles.multiply_adds(code)
                        turns = {model: cycles.turn(code, model) for model in models}
                        rates = ", ".join(f"{model} {work_done / turn:.1f}" for model, turn in turns.items() if turn)
                        title = PEERS.get(peer, "Tacit int8")
                        hot.append(f"| {name} | {title} | {work_done / (len(code) / 8):.1f} | {rates} |")
    for title, table in (
        ("Instructions; of the others also as a multiple of Tacit's", instructions),
        ("Cycles by llvm-mca, all data in the first cache; the others as a multiple of Tacit's", estimates),
        ("The block that does most of the 8-bit products", hot),
    ):
        print(f"{title}\n", *table, "", sep="\n")


if __name__ == "__main__":
    main()
