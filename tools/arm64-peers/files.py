"""Makes the peers' files on this machine, with what compare-peers makes them: their weights, graphs and kinds."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare-peers"))
import llama_files  # noqa: E402
import onnx_files  # noqa: E402
from shapes import SHAPES, make_weights  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--shapes", required=True)
    parser.add_argument("--windows", required=True)
    options = parser.parse_args()
    for shape in (SHAPES[name] for name in options.shapes.split(",")):
        weights = make_weights(shape)
        llama_files.prepare(options.folder, shape, weights, "q8_0")
        for patches in map(int, options.windows.split(",")):
            for way in onnx_files.ways(shape, "int8"):
                onnx_files.prepare(options.folder, shape, weights, patches, "int8", way)


if __name__ == "__main__":
    main()
