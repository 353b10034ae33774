"""The command line's parser, and its numbers with the range of each: what lies outside is refused before anything begins."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import NoReturn


class Parser(argparse.ArgumentParser):
    """One line for what is wrong: the usage of some commands is a page."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; --help says what there is\n")


def flag(name: str) -> str:
    """As an argument is written whose value has this name."""
    return "--" + name.replace("_", "-")


def flags(names: list[str]) -> str:
    return ", ".join(flag(name) for name in names)


def whole(low: int, high: int | None = None) -> Callable[[str], int]:
    """The type of an argument that is a whole number within these bounds."""
    expected = f"expected a whole number, {bounds(low, high)}"

    def parse(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or value < low or high is not None and value > high:
            raise argparse.ArgumentTypeError(f"{text}: {expected}")
        return value

    return parse


def number(
    low: float | None = None, high: float | None = None, above: float | None = None, below: float | None = None
) -> Callable[[str], float]:
    """The type of an argument that is a finite number, not less than `low` or more than `above`, not more than `high` or less
    than `below`."""
    told = [bounds(low, high)] if low is not None or high is not None else []
    told += [f"more than {above:g}"] if above is not None else []
    told += [f"less than {below:g}"] if below is not None else []
    expected = " and ".join(told)

    def parse(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        good = math.isfinite(value) and (low is None or value >= low) and (high is None or value <= high)
        if not (good and (above is None or value > above) and (below is None or value < below)):
            raise argparse.ArgumentTypeError(f"{text}: expected a number" + (f", {expected}" if expected else ""))
        return value

    return parse


def bounds(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"{high} or less" if low is None else f"{low} or more"
    return f"{low} to {high}"


COUNT = whole(1)
"""Of things that there has to be one of."""
SOME = whole(0)
"""Of things that there may be none of."""
SEED = whole(0, (1 << 32) - 1)
PART = number(0, 1)
"""Of a whole, or a probability."""
RATE = number(above=0)
"""A learning rate, a duration, a factor: what none of would be no use."""
WEIGHT = number(0)


def differing(own: dict[str, str], before: dict[str, str], add_arguments: Callable[[argparse.ArgumentParser], None]) -> list[str]:
    """The settings of a run that are not as they were when it was begun. An option that is newer than that had its default then."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return [name for name, value in own.items() if before.get(name, str(parser.get_default(name))) != value]


def check_device(name: str) -> None:
    """Refuses a device that this machine, or this PyTorch, has none of."""
    import torch

    from .readers import DataError

    try:
        kind = torch.device(name).type
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError):
        there = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
        raise DataError(f"--device {name}: there is none here; expected {' or '.join(there)}") from None
    if kind == "meta":
        raise DataError("--device meta: computes nothing; expected cpu or cuda")
