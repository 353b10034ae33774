"""`enlarge`: an adapter folder for pictures to one for pictures twice as large each way, that says the same of a small one grown.

Patches and strides double, so that a picture has as many patches as before. Growing by two is bilinear where a model runs
(`images.fit`): a grown row's pixels are three parts of the nearer pixel and one of the next. That can be undone within a patch, exactly
but for rounding, so the new projection is the old one on what was there before. It is where training on larger pictures begins.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from .adapter_folder import read_description
from .files import changed_folder, load_json, load_tensors, not_finite, save_json
from .inputs import ImageInput
from .model import check_folder
from .readers import DataError

SIDE, PATCH = 1 << 14, 1 << 20
"""What a model file takes at most: pixels a side, elements of a patch."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapter", type=Path, help="adapter folder, which is changed")


def main(args: argparse.Namespace) -> None:
    for name in ("tacit.json", "tacit.safetensors"):
        check_folder(args.adapter, name)
    small, description = read_description(args.adapter).input, load_json(args.adapter / "tacit.json")
    if not isinstance(small, ImageInput):
        raise DataError(f"{args.adapter}: its input is {small.kind}; expected image")
    twice = {size: 2 * getattr(small, size) for size in ("width", "height", "patch", "stride")}
    if small.patch == 1:
        raise DataError(f"{args.adapter}: its patches are of one pixel; expected 2 or more")
    if max(twice.values()) > SIDE or 4 * small.patch_size > PATCH:
        size = f"pictures of {small.width} x {small.height}, patches of {small.patch}"
        raise DataError(f"{args.adapter}: {size}: twice is more than a model takes")
    tensors = load_tensors(args.adapter / "tacit.safetensors")
    name = "patch.hidden.weight" if "patch.hidden.weight" in tensors else "patch.weight"
    if name not in tensors or tensors[name].dim() != 2 or tensors[name].shape[1] != small.patch_size:
        raise DataError(f"{args.adapter}/tacit.safetensors: {name}: expected {small.patch_size} numbers for each output")
    tensors[name] = enlarged(tensors[name], small).to(tensors[name].dtype)
    if why := not_finite([(name, tensors[name])]):
        raise DataError(f"{args.adapter}/tacit.safetensors: {why}")
    # Means over cells and a matrix that reads them were made of smaller pictures.
    tensors = {name: value for name, value in tensors.items() if not name.startswith("learning.")}
    description.pop("learning", None)
    description["input"] = dataclasses.replace(small, **twice).to_json()
    description["metrics"] = {}
    with changed_folder(args.adapter) as folder:
        save_file(tensors, folder / "tacit.safetensors")
        save_json(description, folder / "tacit.json")


def enlarged(weight: Tensor, small: ImageInput) -> Tensor:
    """Weights [outputs, patch * patch * channels] of patches twice as wide and high."""
    undo = shrinking(small.patch)
    maps = weight.double().view(-1, small.patch, small.patch, small.channels)
    return torch.einsum("oyxc,yY,xX->oYXc", maps, undo, undo).flatten(1)


def shrinking(side: int) -> Tensor:
    """The matrix [side, 2 side], of 2 pixels or more, that gives a row's pixels back from the row grown by two, without a look beyond its ends."""
    undo = torch.zeros(side, 2 * side, dtype=torch.float64)
    for pixel in range(side):
        first = 2 * pixel
        if pixel == 0:
            undo[pixel, 1], undo[pixel, 2] = 1.5, -0.5
        elif pixel == side - 1:
            undo[pixel, first], undo[pixel, first - 1] = 1.5, -0.5
        else:
            undo[pixel, first] = undo[pixel, first + 1] = 0.75
            undo[pixel, first - 1] = undo[pixel, first + 2] = -0.25
    return undo
