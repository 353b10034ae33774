"""`cut`: some layers of a base as a base of their own.

What `experiment` compares is then the same for every arm, and what is made of it is converted like any other base.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path

import torch
from torch import nn
from transformers import AutoModel

from .files import BASE, check_replaceable, whole_folder
from .model import check_family, read_trunk
from .readers import DataError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", type=Path, required=True, help="folder of the base, or its .gguf (for which install gguf)")
    parser.add_argument("--layers", required=True, help="FIRST:END, counted from 0, END not among them")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; must not be there yet")


def main(args: argparse.Namespace) -> None:
    if args.out.exists():
        raise DataError(f"{args.out} is there already")
    check_replaceable("--out", args.out, BASE, {"--base": args.base})
    trunk = read(args.base)
    layers = kept(trunk, args.layers)
    with whole_folder(args.out, BASE) as folder:
        trunk.save_pretrained(folder)
        for file in args.base.glob("tokenizer*.json"):
            shutil.copy2(file, folder)
    print(f"layers {layers.start} to {layers.stop - 1}: {sum(p.numel() for p in trunk.parameters()):,} weights")


def read(base: Path) -> nn.Module:
    """A folder's trunk as it is stored, or that of a `.gguf`, dequantized, in F16."""
    if base.suffix != ".gguf":
        return read_trunk(base, "auto")
    if not base.is_file():
        raise DataError(f"{base}: no such file")
    try:
        check_gguf(base)
        trunk = AutoModel.from_pretrained(base.parent, gguf_file=base.name, dtype=torch.float16)
    except (ImportError, OSError, ValueError, KeyError, IndexError, RuntimeError) as error:
        raise DataError(f"{base}: {str(error).splitlines()[0]}; its folder from the hub can be cut in its place") from None
    # Its weights are floats now, which transformers won't save as long as these say that they came out of codes.
    trunk.hf_quantizer = None
    if hasattr(trunk.config, "quantization_config"):
        del trunk.config.quantization_config
    return trunk


def check_gguf(base: Path) -> None:
    """Refuses what transformers would read as something else."""
    from gguf import GGUFReader

    reader = GGUFReader(base)
    if any(tensor.name == "rope_freqs.weight" for tensor in reader.tensors):
        raise ValueError("Llama 3.1's scaling of positions (rope_freqs.weight), which is lost on the way from a .gguf")


@torch.no_grad()
def kept(trunk: nn.Module, text: str) -> range:
    """Leaves a trunk these of its layers, its embeddings and its final norm."""
    check_family(trunk.config.model_type)
    name = "h" if trunk.config.model_type == "gpt2" else "layers"
    every = getattr(trunk, name)
    found = re.fullmatch(r"(\d+):(\d+)", text)
    layers = range(int(found[1]), int(found[2])) if found else range(0)
    if not layers or layers.stop > len(every):
        raise DataError(f"--layers {text}: expected FIRST:END within 0:{len(every)}")
    if layers.start and getattr(trunk.config, "scale_attn_by_inverse_layer_idx", False):
        raise DataError(f"--layers {text}: this base's layers go by their number (scale_attn_by_inverse_layer_idx); expected 0:END")
    setattr(trunk, name, nn.ModuleList(every[index] for index in layers))
    trunk.config.num_hidden_layers = len(layers)
    return layers
