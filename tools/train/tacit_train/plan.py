"""The queue file of `experiment`: what it says, checked, and the runs that it asks for."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from . import adapt
from .readers.base import read_text

ARMS = ("text", "random", "scratch")
KEYS = {"name", "data", "train", "test", "adapt", "arms", "rates", "seeds", "bases"}
OWN = ("--base", "--data", "--split", "--run", "--out", "--lr", "--muon-lr", "--seed", "--random-base", "--cache", "--minutes", "--device")


@dataclass(frozen=True)
class Base:
    path: Path
    tokens_read: int


@dataclass(frozen=True)
class Experiment:
    """One data set with one budget, the same for every arm."""

    name: str
    data: str
    train: str
    test: str
    adapt: str
    arms: tuple[str, ...]
    rates: dict[str, tuple[float, ...]]
    """By arm: the learning rates to try. One rate is taken as it is."""
    rates_of: str | None
    """The experiment whose chosen rates are taken instead, arm by arm."""
    seeds: tuple[int, ...]
    bases: tuple[Base, ...]

    @property
    def settings(self) -> str:
        """A digest of all that a result depends on beside what its row names."""
        text = json.dumps([self.data, self.train, self.test, shlex.split(self.adapt)])
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    def sides(self) -> list[tuple[str, Base]]:
        """Each arm with its base. The arms without text take of a base its architecture alone: once is enough."""
        return [(arm, base) for arm in self.arms for base in (self.bases if arm == "text" else self.bases[:1])]


@dataclass(frozen=True)
class Run:
    experiment: Experiment
    arm: str
    base: Base
    rate: float
    seed: int

    @property
    def folder(self) -> str:
        base = f"{self.base.path.name}-{self.base.tokens_read}"
        return f"{self.experiment.name}/{self.arm}-{base}/lr-{self.rate:g}-seed-{self.seed}"

    @property
    def key(self) -> tuple[str, ...]:
        """Its row's values in the columns that tell a run from others: experiment, arm, tokens_read, lr, seed."""
        tokens = self.base.tokens_read if self.arm == "text" else 0
        return (self.experiment.name, self.arm, str(tokens), f"{self.rate:g}", str(self.seed))

    def __str__(self) -> str:
        read = f" ({self.base.tokens_read:,} tokens read)" if self.arm == "text" else ""
        return f"{self.experiment.name}, {self.arm}{read}, rate {self.rate:g}, seed {self.seed}"


def read_queue(path: Path) -> list[Experiment]:
    """The experiments of a queue file. What stands beside the list is what they have in common."""
    try:
        value = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise SystemExit(f"{path}: {error}") from None
    if not isinstance(value, dict) or not isinstance(value.get("experiments"), list):
        raise SystemExit(f'{path}: expected an object with a list "experiments"')
    common = {k: v for k, v in value.items() if k != "experiments"}
    made = [_experiment(path, common, entry) for entry in value["experiments"]]
    by_name = {e.name: e for e in made}
    if len(by_name) < len(made):
        raise SystemExit(f"{path}: two experiments of one name")
    for e in made:
        source = by_name.get(e.rates_of or e.name)
        if source is None or source.rates_of and e.rates_of or not set(e.arms) <= set(source.arms):
            raise SystemExit(f"{path}: {e.name}: rates of {e.rates_of!r}: no experiment with rates for the same arms")
    return made


def select(experiments: list[Experiment], only: str | None) -> list[Experiment]:
    """Those whose name the expression `only` is found in, ready to be run."""
    try:
        chosen = [e for e in experiments if only is None or re.search(only, e.name)]
    except re.error as error:
        raise SystemExit(f"--only {only}: {error}") from None
    if not chosen:
        raise SystemExit(f"no experiment is called like {only!r}; there are {', '.join(e.name for e in experiments)}")
    for e in chosen:
        for base in e.bases:
            if not (base.path / "config.json").exists():
                raise SystemExit(f"{e.name}: no base in {base.path}")
    return chosen


def _experiment(path: Path, common: dict[str, Any], entry: Any) -> Experiment:
    if not isinstance(entry, dict):
        raise SystemExit(f"{path}: experiment {entry!r}: expected an object")
    value = common | entry
    name = str(value.get("name", "?"))

    def refuse(text: str) -> NoReturn:
        raise SystemExit(f"{path}: {name}: {text}")

    def expect(key: str, good: bool, what: str) -> None:
        if not good:
            refuse(f"{key}: {value[key]!r}; expected {what}")

    if unknown := sorted(set(value) - KEYS):
        refuse(f"unknown {', '.join(unknown)}")
    if lacking := sorted(KEYS - set(value)):
        refuse(f"lacks {', '.join(lacking)}")
    for key in ("name", "data", "train", "test"):
        expect(key, isinstance(value[key], str) and value[key] != "", "text")
    # Its runs lie in a folder of this name, which is removed when they are done.
    expect("name", name.isprintable() and "/" not in name and not name.startswith("."), "the name of a folder")
    for part in (common, entry):
        expect("adapt", isinstance(part.get("adapt", ""), str), "text")
    for key in ("arms", "seeds", "bases"):
        expect(key, isinstance(value[key], list), "a list")
    if unknown := [arm for arm in value["arms"] if arm not in ARMS]:
        refuse(f"arm {unknown[0]!r}; expected {', '.join(ARMS)}")
    rates = value["rates"] if isinstance(value["rates"], dict) else {}
    if not value["seeds"] or not value["bases"] or not value["arms"]:
        refuse("expected at least one arm, one seed and one base")
    expect("arms", len(set(value["arms"])) == len(value["arms"]), "each arm once")
    seeds = [seed for seed in value["seeds"] if type(seed) is int and 0 <= seed < 1 << 32]
    expect("seeds", len(set(seeds)) == len(value["seeds"]), f"whole numbers from 0 to {(1 << 32) - 1}, each once")
    expect("rates", rates != {} or isinstance(value["rates"], str), "rates for each arm, or the name of an experiment")
    for tried in rates.values():
        good = isinstance(tried, list) and all(type(rate) in (int, float) and 0 < rate < math.inf for rate in tried)
        # Rates are told apart as they are written in rows.
        expect("rates", good and len({f"{rate:g}" for rate in tried}) == len(tried), "lists of numbers above 0, each once")
    for base in value["bases"]:
        good = isinstance(base, dict) and base.keys() == {"path", "tokens_read"} and isinstance(base["path"], str)
        good = good and type(base["tokens_read"]) is int and base["tokens_read"] > 0
        expect("bases", good, 'objects with "path" and "tokens_read", a whole number above 0')
    if isinstance(value["rates"], dict) and (bare := [arm for arm in value["arms"] if not rates.get(arm)]):
        refuse(f"no rates for the arm {bare[0]}")
    words = " ".join(part for part in (common.get("adapt", ""), entry.get("adapt", "")) if part)
    try:
        split = shlex.split(words)
    except ValueError as error:
        refuse(f"adapt: {error}")
    if own := [w for w in split if w.split("=")[0] in OWN]:
        refuse(f"{own[0]} is not for the queue to say")
    bases = tuple(Base((path.parent / b["path"]).resolve(), b["tokens_read"]) for b in value["bases"])
    if len({b.tokens_read for b in bases}) < len(bases):
        refuse("two bases that read the same number of tokens")
    made = Experiment(
        name,
        value["data"],
        value["train"],
        value["test"],
        words,
        tuple(value["arms"]),
        {arm: tuple(float(r) for r in rates[arm]) for arm in rates},
        None if rates else str(value["rates"]),
        tuple(value["seeds"]),
        bases,
    )
    arguments(Run(made, "text", bases[0], 1.0, 0), Places(Path("."), Path(".")), None)
    return made


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SystemExit(f"{self.prog}: {message}")


@dataclass(frozen=True)
class Places:
    """Where runs find what they need."""

    data: Path
    runs: Path
    cache: Path | None = None
    device: str = "cpu"


def arguments(run: Run, places: Places, minutes: float | None) -> argparse.Namespace:
    """The run as `adapt` would be asked for it."""
    e = run.experiment
    kind, _, folder = e.data.partition(":")
    to = places.runs / run.folder
    words = [
        *("--base", str(run.base.path), "--data", f"{kind}:{places.data / (folder or kind)}", "--split", e.train),
        *("--run", str(to), "--out", str(to / "adapter"), "--lr", f"{run.rate:g}", "--seed", str(run.seed)),
        # The held-out clips are looked at once, at the end.
        *("--device", places.device, "--threads", "1", "--checkpoint-seconds", "30", "--validate-epochs", "1e9"),
        *shlex.split(e.adapt),
    ]
    if run.arm != "text":
        # The seed of the random weights is apart from that of data order and initial adapters.
        words += ["--random-base", str(1000 + run.seed)]
    if places.cache is not None:
        words += ["--cache", str(places.cache)]
    if minutes is not None:
        words += ["--minutes", str(minutes)]
    parser = _Parser(prog=f"{e.name}: adapt", allow_abbrev=False)
    adapt.add_arguments(parser)
    return parser.parse_args(words)


def choose(tried: dict[float, float]) -> float:
    """The rate with the best accuracy on held-out clips; of equals the lowest."""
    return min(tried, key=lambda rate: (-tried[rate], rate))
