"""Runs under emulation: one peer's windows, or its steps behind a full cache, so many times and no more.

    work.py onnx FILE window PATCHES REPEATS
    work.py llama FILE window|step PATCHES REPEATS WAY

Instructions of two runs that differ in REPEATS alone differ by those of the work itself.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare-peers"))
from shapes import SHAPES, make_patches  # noqa: E402


def onnx(file: Path, work: str, patches: int, repeats: int) -> None:
    import run_onnx

    session = run_onnx.session(file, 1)
    feed = {"patches": make_patches(SHAPES[file.stem.split("-")[1]], patches)[None]}
    for _ in range(repeats):
        session.run(None, feed)


def llama(file: Path, work: str, patches: int, repeats: int, way: str) -> None:
    import run_llama

    values = make_patches(SHAPES[file.stem.split("-")[1]], patches + 1)
    context = run_llama.Context(run_llama.Model(file), way, 1)
    window = run_llama.Batch(values[:-1])
    if work == "window":
        for _ in range(repeats):
            context.window(window)
        return
    step = run_llama.Batch(values[-1:], patches)
    context.window(window)
    for _ in range(repeats):
        run_llama.llama.llama_memory_seq_rm(context.memory, 0, patches, -1)
        context.decode(step)


def main() -> None:
    peer, file, work, patches, repeats, *way = sys.argv[1:]
    {"onnx": onnx, "llama": llama}[peer](Path(file), work, int(patches), int(repeats), *way)


if __name__ == "__main__":
    main()
