#!/usr/bin/env python3
"""Measures what int4 costs in the weights, by kind of matrix and size of group.

    tools/quantization-error/measure_int4.py BASE [--adapter DIR]

Converts BASE with `--weights f32` and with `--weights int4` in groups of 32, 64 and 128, reads the files back as the
format says, and prints a Markdown table of signal-to-noise ratios in decibels:

plain     what is usual: each group's largest magnitude becomes 7, its step is a float
int4      what tacit-convert chose: the scales with the least squared error that the format has
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/convert/requirements.txt")
import numpy as np  # noqa: E402
from executables import CONVERT, output  # noqa: E402
from gguf import GGUFReader  # noqa: E402

KINDS = ["attention.qkv", "attention.out", "feed_forward.in", "feed_forward.out"]


class Model:
    """The trunk's matrices of a model file, as `[rows][columns]`."""

    def __init__(self, path: str):
        reader = GGUFReader(path)
        self.tensors = {tensor.name: np.asarray(tensor.data).reshape(-1) for tensor in reader.tensors}
        field = {name: reader.fields[f"tacit.matrices.{name}"].contents() for name in ("name", "rows", "columns")}
        self.shapes = {
            name: (rows, columns)
            for name, rows, columns in zip(field["name"], field["rows"], field["columns"], strict=True)
            if name.startswith("blocks.")
        }

    def float32(self, name: str) -> np.ndarray:
        rows, columns = self.shapes[name]
        panels = self.tensors[f"{name}.panels"].reshape(-1, columns, 16)
        return panels.transpose(0, 2, 1).reshape(-1, columns)[:rows].astype(np.float64)

    def int4(self, name: str, group: int) -> np.ndarray:
        rows, columns = self.shapes[name]
        padded, groups = -(-columns // 32) * 32, -(-columns // group)
        panels = self.tensors[f"{name}.panels"].view(np.uint8).reshape(-1, padded // 8, 16, 4)
        # [tiles][blocks][channels][high][4] to [tiles][channels][columns]
        nibbles = np.stack([panels & 15, panels >> 4], axis=3)
        levels = nibbles.transpose(0, 2, 1, 3, 4).reshape(-1, padded)[:rows, :columns].astype(np.int64) - 8
        scales = self.tensors[f"{name}.group_scales"].reshape(-1, groups, 16).transpose(0, 2, 1).reshape(-1, groups)
        if len(self.tensors[f"{name}.scales"]) != -(-rows // 16) * 16:
            raise SystemExit(f"{name}: in two planes, as narrow trunks are; this reads one")
        whole = levels * np.repeat(scales[:rows].astype(np.int64), group, axis=1)[:, :columns]
        assert np.array_equal(whole.sum(1), self.tensors[f"{name}.sums"][:rows])
        return whole * self.tensors[f"{name}.scales"][:rows, None].astype(np.float64)


def plain(weights: np.ndarray, group: int) -> np.ndarray:
    rows, columns = weights.shape
    grouped = np.pad(weights, ((0, 0), (0, -columns % group))).reshape(rows, -1, group)
    step = np.abs(grouped).max(2, keepdims=True) / 7
    step[step == 0] = 1
    return (np.rint(grouped / step) * step).reshape(rows, -1)[:, :columns]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("base")
    parser.add_argument("--adapter")
    arguments = parser.parse_args()
    adapter = ["--adapter", arguments.adapter] if arguments.adapter else []

    groups = [32, 64, 128]
    noise, signal = defaultdict(float), defaultdict(float)
    with tempfile.TemporaryDirectory() as folder:

        def convert(*flags: str) -> Model:
            path = f"{folder}/model.gguf"
            output(CONVERT, "--base", arguments.base, *adapter, *flags, "-o", path)
            return Model(path)

        exact = convert("--weights", "f32")
        weights = {name: exact.float32(name) for name in exact.shapes}
        for group in groups:
            model = convert("--weights", "int4", "--group-size", str(group))
            for name, values in weights.items():
                for kind in [name.split(".", 2)[2], "all"]:
                    signal[group, kind] += (values**2).sum()
                    noise[group, "plain", kind] += ((values - plain(values, group)) ** 2).sum()
                    noise[group, "int4", kind] += ((values - model.int4(name, group)) ** 2).sum()

    def decibels(group: int, method: str, kind: str) -> str:
        return f"{10 * np.log10(signal[group, kind] / noise[group, method, kind]):.1f}"

    columns = [(group, method) for group in groups for method in ("plain", "int4")]
    print("| kind |" + "".join(f" {group}: {method} |" for group, method in columns))
    print("| --- |" + " --- |" * len(columns))
    for kind in [*KINDS, "all"]:
        print(f"| {kind} |" + "".join(f" {decibels(group, method, kind)} |" for group, method in columns))


if __name__ == "__main__":
    main()
