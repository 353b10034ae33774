#!/usr/bin/env python3
"""Makes Tacit's models for the comparison: random bases and adapters of the two shapes, converted by tacit-convert.

    tools/compare-peers/make_models.py --out FOLDER [--weights int8,int4] [--windows 64,200,201] [--shapes m1,m2]
                                       [--converter .build/release/tacit-convert]

Writes FOLDER/{m1,m2}-{64,200,201}-{int8,int4}.gguf; models that are there already stay. The seeds are fixed. The head
averages over the window, so that every patch goes through every layer, as with the peers.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages

python_packages.expect(sys.argv[0], "tools/compare-peers/peers.txt", only=("numpy", "safetensors"))
import numpy as np
from safetensors.numpy import save_file

from shapes import SHAPES, Shape, hugging_face_config, make_weights

# Samples a patch. A patch projection of 16 samples is next to nothing beside the trunk.
PATCH = 16
SAMPLE_RATE = 16_000
LABELS = ["one", "two"]
RANK = 2
ROOT = Path(__file__).resolve().parents[2]


def save_base(shape: Shape, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(hugging_face_config(shape), indent=2) + "\n")
    save_file(make_weights(shape), folder / "model.safetensors", {"format": "pt"})


def save_adapter(shape: Shape, window: int, folder: Path) -> None:
    """LoRA on one kind of matrix, just enough to be an adapter: fused, it leaves no trace in the work."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(window)
    gpt2 = shape.family == "gpt2"
    module, prefix = ("c_attn", "h.{}.attn.c_attn") if gpt2 else ("q_proj", "layers.{}.self_attn.q_proj")
    out = 3 * shape.width if gpt2 else shape.width
    lora = {}
    for layer in range(shape.layers):
        name = "base_model.model." + prefix.format(layer)
        lora[f"{name}.lora_A.weight"] = _draw(random, 0.02, RANK, shape.width)
        lora[f"{name}.lora_B.weight"] = _draw(random, 0.02, out, RANK)
    save_file(lora, folder / "adapter_model.safetensors", {"format": "pt"})
    config = {
        "peft_type": "LORA", "base_model_name_or_path": shape.name, "r": RANK, "lora_alpha": RANK,
        "lora_dropout": 0.0, "target_modules": [module], "fan_in_fan_out": gpt2, "bias": "none",
        "inference_mode": True, "use_rslora": False, "use_dora": False, "lora_bias": False,
        "rank_pattern": {}, "alpha_pattern": {}, "modules_to_save": None, "task_type": None,
    }  # fmt: skip
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")

    surroundings = {
        "patch.weight": _draw(random, 0.02, shape.width, PATCH),
        "patch.bias": _draw(random, 0.02, shape.width),
        "head.weight": _draw(random, shape.width**-0.5, len(LABELS), shape.width),
        "head.bias": _draw(random, 0.02, len(LABELS)),
    }
    save_file(surroundings, folder / "tacit.safetensors", {"format": "pt"})
    description = {
        "version": 1,
        "input": {"kind": "waveform", "sample_rate": SAMPLE_RATE, "patch": PATCH, "window": window},
        "positions": "base", "attention": "causal", "context": "restart", "pool": "mean", "task": "multiclass",
        "labels": LABELS, "license": "CC0-1.0", "sources": ["random numbers"],
    }  # fmt: skip
    (folder / "tacit.json").write_text(json.dumps(description, indent=2) + "\n")


def _draw(random: np.random.Generator, deviation: float, *shape: int) -> np.ndarray:
    return random.standard_normal(shape, dtype=np.float32) * np.float32(deviation)


def model_path(folder: Path, shape: str, window: int, weights: str) -> Path:
    return folder / f"{shape}-{window}-{weights}.gguf"


def make_models(folder: Path, converter: Path, shapes: list[str], windows: list[int], weights: list[str]) -> list[Path]:
    """Returns the models that could not be made; says why on standard error."""
    failed = []
    for name in shapes:
        shape = SHAPES[name]
        base = folder / "sources" / name
        for window in windows:
            for kind in weights:
                path = model_path(folder, name, window, kind)
                if path.exists():
                    continue
                if not (base / "model.safetensors").exists():
                    save_base(shape, base)
                adapter = folder / "sources" / f"{name}-{window}"
                save_adapter(shape, window, adapter)
                command = [converter, "--base", base, "--adapter", adapter, "--weights", kind, "-o", path]
                done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                if done.returncode:
                    print(f"{path.name}: {done.stderr.strip()}", file=sys.stderr)
                    failed.append(path)
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", default="int8")
    parser.add_argument("--windows", default="64,200,201")
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--converter", type=Path, default=ROOT / ".build/release/tacit-convert")
    options = parser.parse_args()
    windows = [int(window) for window in options.windows.split(",")]
    shapes, weights = options.shapes.split(","), options.weights.split(",")
    options.out.mkdir(parents=True, exist_ok=True)
    return 1 if make_models(options.out, options.converter, shapes, windows, weights) else 0


if __name__ == "__main__":
    sys.exit(main())
