#!/usr/bin/env python3
"""Holds what every contender computes against the reference: do they all do the same work, and how exactly?

Prints, for each shape and contender, the error relative to float32 as one CSV line; fails if one is too large to come
from rounding alone.
"""

import argparse
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages

python_packages.expect(sys.argv[0], "tools/compare-peers/peers.txt")
import numpy as np
from safetensors.numpy import load_file

import ctranslate_files
import run_tacit
from configurations import BY_NAME, Configuration, Contender, Task
from make_models import PATCH, model_path
from process import MODULES
from reference import relative_error, trunk
from shapes import SHAPES, Shape, Weights, make_patches, make_weights

PATCHES = 64
# Random weights: 4 bits lose more of them than of trained ones.
LIMITS = {"fp32": 1e-4, "int8": 0.15, "q8_0": 0.05, "int4": 0.5, "q4_0": 0.5}


def peer_errors(shape: Shape, weights: Weights, contender: Contender, folder: Path) -> dict[str, float]:
    """Over all patches, by way."""
    configuration = Configuration(Task(shape.name, "window", PATCHES, 1), contender)
    results = importlib.import_module(MODULES[contender.peer]).results(configuration, folder)
    expected = trunk(shape, weights, make_patches(shape, PATCHES))
    if contender.peer == "ctranslate":
        expected = expected[:, ctranslate_files.channels(shape)]
    return {way: relative_error(result, expected) for way, result in results.items()}


def tacit_error(shape: Shape, weights: Weights, contender: Contender, folder: Path, tacit: Path) -> float:
    """Of the mean over the patches of one window of noise, the adapter fused."""
    adapter = folder / "sources" / f"{shape.name}-{PATCHES}"
    around = load_file(adapter / "tacit.safetensors")
    sound = run_tacit.recording(folder, PATCHES)
    samples = np.frombuffer(sound.read_bytes()[-2 * PATCH * PATCHES :], "<i2").astype(np.float32) / 32768
    patches = samples.reshape(PATCHES, PATCH) @ around["patch.weight"].T + around["patch.bias"]
    expected = trunk(shape, fused(weights, load_file(adapter / "adapter_model.safetensors")), patches).mean(0)
    model = model_path(folder, shape.name, PATCHES, contender.kind)
    return relative_error(np.array(run_tacit.embedding(tacit, model, sound), np.float32), expected)


def fused(weights: Weights, lora: Weights) -> Weights:
    """LoRA's scale is 1 here."""
    result = dict(weights)
    for name in lora:
        if not name.endswith(".lora_A.weight"):
            continue
        module = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
        change = lora[name.replace("lora_A", "lora_B")] @ lora[name]
        base = weights[f"{module}.weight"]
        # GPT-2's matrices are [in, out].
        result[f"{module}.weight"] = base + (change.T if module.endswith("c_attn") else change)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--tacit", type=Path, required=True)
    parser.add_argument("--shapes", required=True)
    parser.add_argument("--contenders", required=True)
    options = parser.parse_args()
    bad = 0
    print("shape,contender,way,error")
    for shape in (SHAPES[name] for name in options.shapes.split(",")):
        weights = make_weights(shape)
        for contender in (BY_NAME[name] for name in options.contenders.split(",")):
            if contender.peer == "tacit":
                errors = {"mean": tacit_error(shape, weights, contender, options.folder, options.tacit)}
            else:
                errors = peer_errors(shape, weights, contender, options.folder)
            for way, error in errors.items():
                print(f"{shape.name},{contender.name},{way},{error:.4g}", flush=True)
                if not error <= LIMITS[contender.kind]:
                    print(f"{shape.name} {contender.title} ({way}) computes something else", file=sys.stderr)
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
