"""`lower`: labels of an adapter folder that are said too readily take second place more often, or, by less than 0, less often.

How often a label was right among what was trained on is in its bias (Menon et al. 2021, "Long-Tail Learning via Logit Adjustment");
where it is met less often than that, the largest score is another's. Thresholds go down with the scores, so that a single reading
reaches them as before; where scores are averaged (`events`), they are to be chosen anew.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import torch
from safetensors.torch import save_file

from .adapter_folder import read_description
from .files import changed_folder, load_json, load_tensors, not_finite, save_json
from .model import check_folder
from .readers import DataError

MOST = 8  # logits, beyond which a threshold is next to 0 or 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapter", type=Path, help="adapter folder, which is changed")
    parser.add_argument(
        "--label", action="append", required=True, metavar="NAME=LOGITS", help="by how much, less than 0 to raise it; may be repeated"
    )


def main(args: argparse.Namespace) -> None:
    for name in ("tacit.json", "tacit.safetensors"):
        check_folder(args.adapter, name)
    # What it says is kept as it is written, once it is known to make sense.
    labels, description = read_description(args.adapter).labels, load_json(args.adapter / "tacit.json")
    tensors = load_tensors(args.adapter / "tacit.safetensors")
    if "head.bias" not in tensors or len(tensors["head.bias"]) != len(labels):
        raise DataError(f"{args.adapter}/tacit.safetensors: head.bias: expected one number for each of {len(labels)} labels")
    bias = tensors["head.bias"].double()
    if why := not_finite([("head.bias", bias)]):
        raise DataError(f"{args.adapter}/tacit.safetensors: {why}")
    by = torch.zeros(len(labels), dtype=torch.float64)
    for text in args.label:
        name, _, number = text.rpartition("=")
        if name not in labels:
            raise DataError(f"--label {text}: {args.adapter} has no label '{name}'")
        if by[labels.index(name)]:
            raise DataError(f"--label {text}: '{name}' is lowered once already")
        try:
            by[labels.index(name)] = float(number)
        except ValueError:
            raise DataError(f"--label {text}: expected NAME=LOGITS") from None
    if not (by.abs() <= MOST).all():
        raise DataError(f"--label: expected numbers from {-MOST} to {MOST}")
    tensors["head.bias"] = (bias - by).to(tensors["head.bias"].dtype)
    if description["task"] == "multilabel" and description.get("thresholds") is not None:
        thresholds = zip(description["thresholds"], by.tolist(), strict=True)
        description["thresholds"] = [lowered(threshold, less) if less else threshold for threshold, less in thresholds]
    # What was measured is another model's now.
    description["metrics"] = {}
    with changed_folder(args.adapter) as folder:
        save_file(tensors, folder / "tacit.safetensors")
        save_json(description, folder / "tacit.json")


def lowered(score: float, by: float) -> float:
    """A score of a sigmoid whose logit is less by so much, to four digits; never rounded to 0 or 1, unless it was that."""
    less = score / (score + (1 - score) * math.exp(by))
    return float(f"{less:.4g}") if less < 0.5 else round(1 - float(f"{1 - less:.4g}"), 12)
