#!/usr/bin/env python3
"""Makes every file that the peers read, from the same weights as Tacit's models. What is there already stays."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages

python_packages.expect(sys.argv[0], "tools/compare-peers/peers.txt")
import ctranslate_files
import llama_files
import onnx_files
from configurations import BY_NAME, TASKS
from shapes import SHAPES, make_weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--shapes", required=True)
    parser.add_argument("--contenders", required=True)
    options = parser.parse_args()
    chosen = [BY_NAME[name] for name in options.contenders.split(",")]
    windows = sorted({task.patches for task in TASKS})
    for shape in (SHAPES[name] for name in options.shapes.split(",")):
        weights = make_weights(shape)
        for contender in chosen:
            print(f"{shape.name}, {contender.title}", flush=True)
            if contender.peer == "ctranslate":
                ctranslate_files.prepare(options.folder, shape, weights)
            elif contender.peer == "llama":
                llama_files.prepare(options.folder, shape, weights, contender.kind)
            elif contender.peer == "onnx":
                for patches in windows:
                    for way in onnx_files.ways(shape, contender.kind):
                        onnx_files.prepare(options.folder, shape, weights, patches, contender.kind, way)


if __name__ == "__main__":
    main()
