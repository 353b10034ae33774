"""`lower`: labels of an adapter folder that are said too readily take second place more often, or, by less than 0, less often.

How often a label was right among what was trained on is in its bias (Menon et al. 2021, "Long-Tail Learning via Logit Adjustment");
where it is met less often than that, the largest score is another's. Thresholds go down with the scores, so that a single reading
reaches them as before; where scores are averaged (`events`), they are to be chosen anew.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .files import save_json
from .readers import DataError

MOST = 8  # logits, beyond which a threshold is next to 0 or 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapter", type=Path, help="adapter folder, which is changed")
    parser.add_argument(
        "--label", action="append", required=True, metavar="NAME=LOGITS", help="by how much, less than 0 to raise it; may be repeated"
    )


def main(args: argparse.Namespace) -> None:
    description = json.loads((args.adapter / "tacit.json").read_text(encoding="utf-8"))
    labels, path = description["labels"], args.adapter / "tacit.safetensors"
    tensors = load_file(path)
    bias = tensors["head.bias"].double()
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
    if description["task"] == "multilabel" and "thresholds" in description:
        thresholds = zip(description["thresholds"], by.tolist(), strict=True)
        description["thresholds"] = [round(lowered(threshold, less), 4) if less else threshold for threshold, less in thresholds]
    # What was measured is another model's now.
    description["metrics"] = {}
    save_file(tensors, path)
    save_json(description, args.adapter / "tacit.json")


def lowered(score: float, by: float) -> float:
    """A score of a sigmoid whose logit is less by so much."""
    return score / (score + (1 - score) * math.exp(by))
