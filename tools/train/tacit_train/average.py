"""`average`: one adapter folder of several that were made from one another.

Where a run goes on from an adapter (`adapt --begin`), the mean of the weights before and after is often better on what neither
saw than both are, at the cost of one (Wortsman et al. 2022, "Model soups"; Izmailov et al. 2018, "Averaging Weights Leads to
Wider Optima and Better Generalization"). Runs that began apart have nothing in common to average.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .adapter_folder import digests, load_adapter, save_adapter
from .adapters import form
from .files import ADAPTER, check_replaceable
from .readers import DataError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("adapters", type=Path, nargs="+", help="adapter folders; one named twice counts twice")
    parser.add_argument("--base", type=Path, required=True, help="folder of their base")
    parser.add_argument("--base-name", default="models/base", help="what the adapter calls its base")
    parser.add_argument("--out", type=Path, required=True, help="the adapter folder to write")


@torch.no_grad()
def main(args: argparse.Namespace) -> None:
    if len(args.adapters) < 2:
        raise DataError("expected two adapter folders or more")
    kept = {f"adapter {number}": folder for number, folder in enumerate(args.adapters, start=1)}
    check_replaceable("--out", args.out, ADAPTER, kept | {"--base": args.base})
    total: dict[str, torch.Tensor] = {}
    model = description = forms = None
    own, sources = digests(args.base), []
    for folder in args.adapters:
        model, found = load_adapter(args.base, folder)
        description = description or found
        # Of windows that differ and may, the longest is the result's.
        window = max(found.input.window, description.input.window)
        found, description = found.with_window(window), description.with_window(window)
        # What a run has just written bears no licence yet; it takes over the others'.
        description.license = description.license or found.license
        same = ("input", "shape", "task", "labels", *(["license"] if found.license else []))
        if differing := [name for name in same if getattr(found, name) != getattr(description, name)]:
            raise DataError(f"{folder}: differs from {args.adapters[0]} in {', '.join(differing)}")
        if forms not in (None, form(model.trunk)):
            raise DataError(f"{folder}: differs from {args.adapters[0]} in what is adapted and by how much")
        forms = form(model.trunk)
        sources += [source for source in found.sources if source not in sources]
        state = model.state_dict()
        if total and {n: x.shape for n, x in state.items()} != {n: x.shape for n, x in total.items()}:
            raise DataError(f"{folder}: its tensors are not of the same sizes as those of {args.adapters[0]}")
        total = {name: total.get(name, 0) + value.double() / len(args.adapters) for name, value in state.items()}
    model.load_state_dict({name: value.float() for name, value in total.items()})
    # What was measured and chosen of the first, and what labels are learned by, is not this one's.
    description.metrics, description.thresholds, description.events, description.learning = {}, None, None, None
    description.base, description.sources = own, sources
    save_adapter(model, description, args.out, args.base_name)
    print(f"{args.out}: the mean of {len(args.adapters)}")
