"""Command line: `python -m tacit_train pretrain|adapt|evaluate|experiment|...`."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os

COMMANDS = {
    "pretrain": "raw text to a frozen base",
    "teach": "a data set to a convolutional network whose answers adapt may learn too",
    "cut": "some layers of a base as a base of their own",
    "adapt": "a frozen base and a data set to an adapter folder",
    "average": "the mean of adapter folders that were made from one another",
    "lower": "labels of an adapter folder that are said too readily",
    "learning": "what labels are learned by where the model runs, added to an adapter folder",
    "evaluate": "the metric of an adapter folder on a split of a data set",
    "credits": "who made the clips of ESC-50 that a model was trained on",
    "experiment": "text-pretrained, random frozen and wholly trained weights, same budget, several data sets and seeds",
    "chain": "raw text to labels, every stage small: whether the parts fit together",
    "figures": "tables and plots of what experiment measured",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="tacit_train", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    # The command's own module is imported only when it is the one asked for: transformers takes seconds to load.
    known, rest = parser.parse_known_args()
    module = importlib.import_module(f".{known.command}", __package__)
    inner = argparse.ArgumentParser(prog=f"tacit_train {known.command}", description=COMMANDS[known.command])
    module.add_arguments(inner)
    from .readers import DataError

    args = inner.parse_args(rest)
    together: contextlib.AbstractContextManager = contextlib.nullcontext()
    if os.environ.get("WORLD_SIZE", "1") != "1":
        from . import ranks

        together = ranks.joined(known.command, args)
    with together:
        try:
            module.main(args)
        except DataError as error:
            raise SystemExit(f"tacit_train {known.command}: {error}") from None


if __name__ == "__main__":
    main()
