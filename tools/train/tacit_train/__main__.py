"""Command line: `python -m tacit_train pretrain|adapt|evaluate|experiment|...`."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
import warnings
from collections.abc import Iterator

import python_packages

COMMANDS = {
    "pretrain": "raw text to a frozen base",
    "teach": "a data set to a convolutional network whose answers adapt may learn too",
    "cut": "some layers of a base as a base of their own",
    "adapt": "a frozen base and a data set to an adapter folder",
    "average": "the mean of adapter folders that were made from one another",
    "lower": "labels of an adapter folder that are said too readily",
    "enlarge": "an adapter folder for pictures to one for pictures twice as large",
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
    try:
        with told(f"tacit_train {known.command}"):
            run(known.command, rest)
    except ImportError:
        # Which command wants which package, importing it tells.
        python_packages.expect(f"tacit_train {known.command}", "tools/train/requirements.txt")
        raise


def run(command: str, words: list[str]) -> None:
    # Of what packages say of each other, and of how fast a small file is read, nothing is for whoever trains.
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    module = importlib.import_module(f".{command}", __package__)
    from .arguments import Parser

    inner = Parser(prog=f"tacit_train {command}", description=COMMANDS[command])
    module.add_arguments(inner)
    args = inner.parse_args(words)
    together: contextlib.AbstractContextManager = contextlib.nullcontext()
    if os.environ.get("WORLD_SIZE", "1") != "1":
        from . import ranks

        together = ranks.joined(command, args)
    with together, told(f"tacit_train {command}"):
        module.main(args)


@contextlib.contextmanager
def told(program: str) -> Iterator[None]:
    """What a user can mend ends in a line: data, files that are damaged, are not there or can't be written, and Ctrl-C."""
    from safetensors import SafetensorError

    from .readers import DataError

    try:
        yield
    except DataError as error:
        raise SystemExit(f"{program}: {error}") from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        raise SystemExit(f"{program}: {place}{error.strerror or error}") from None
    except (SafetensorError, UnicodeDecodeError) as error:
        raise SystemExit(f"{program}: a file is damaged: {error}") from None
    except (MemoryError, RuntimeError) as error:
        # PyTorch's processor has no class of its own for this.
        if not (isinstance(error, MemoryError) or "can't allocate memory" in str(error) or "out of memory" in str(error)):
            raise
        reason = str(error).splitlines()[0] if str(error) else "no more is to be had"
        remedy = "expected smaller batches, windows or sizes"
        raise SystemExit(f"{program}: out of memory: {reason[:200]}; {remedy}") from None
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        raise SystemExit(128 + signal.SIGINT) from None


if __name__ == "__main__":
    main()
