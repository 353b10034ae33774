"""`control`: the same adapters on text-pretrained and on random frozen weights, same steps, several seeds.

Each run is an `adapt` and an `evaluate` with the arguments after `--`; its row is added to a CSV when it is done, and
runs whose rows are there are not repeated: a run is known by its arm, attention, learning rate and seed.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from pathlib import Path

import numpy as np

from . import adapt, metrics
from .adapter_folder import load_adapter
from .frontend import make_front_end
from .material import open_material
from .score import logits_of, multi_hot

KEY = ["arm", "attention", "lr", "seed"]
COLUMNS = ["dataset", "split", *KEY, "steps", "epochs", "parameters_trained", "count", "metric", "value"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, required=True, help="CSV to add rows to")
    parser.add_argument("--test-split", required=True)
    parser.add_argument("--arms", default="text,random")
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    parser.add_argument("adapt", nargs=argparse.REMAINDER, help="-- and the arguments of adapt, without --run, --out")


def main(args: argparse.Namespace) -> None:
    # Seed by seed, so that a queue that is stopped has as many runs of one arm as of the other.
    for seed in args.seeds.split(","):
        for arm in args.arms.split(","):
            if arm not in ("text", "random"):
                raise SystemExit(f"arm {arm!r}; expected text or random")
            folder = args.runs / f"{arm}-{seed}"
            words = [w for w in args.adapt if w != "--"] + ["--run", str(folder), "--out", str(folder / "adapter")]
            # The seed of the random weights is apart from that of data order and initial adapters.
            words += ["--seed", seed] + (["--random-base", str(1000 + int(seed))] if arm == "random" else [])
            parser = argparse.ArgumentParser(prog="tacit_train control ... --")
            adapt.add_arguments(parser)
            run_one(parser.parse_args(words), args, arm, int(seed))


def done(path: Path, key: dict[str, str]) -> bool:
    if not path.exists():
        return False
    with open(path, newline="", encoding="utf-8") as stream:
        return any(all(row[name] == value for name, value in key.items()) for row in csv.DictReader(stream))


def run_one(run: argparse.Namespace, args: argparse.Namespace, arm: str, seed: int) -> None:
    key = dict(zip(KEY, (arm, run.attention, f"{run.lr:g}", str(seed)), strict=True))
    if done(args.results, key):
        return
    trainer = adapt.Trainer(run)
    if not trainer.train():
        raise SystemExit("a control must run to its end: no --stop-at")
    trainer.finish()
    model, description = load_adapter(trainer.base_folder, run.out)
    clips = trainer.data.split(args.test_split)
    material = open_material(clips, description.input, run.cache)
    front = make_front_end(description.input)
    logits = logits_of(model, front, description.input, (material[i] for i in range(len(material))))
    truth = multi_hot(clips, len(description.labels))
    if trainer.data.multilabel:
        metric, value = "map", metrics.mean_average_precision(logits, truth)[0]
    else:
        metric, value = "accuracy", metrics.accuracy(logits, truth)
    args.results.parent.mkdir(parents=True, exist_ok=True)
    fresh = not args.results.exists()
    with open(args.results, "a", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        if fresh:
            writer.writeheader()
        writer.writerow(
            {
                "dataset": trainer.data.kind,
                "split": args.test_split,
                **key,
                "steps": trainer.total,
                "epochs": run.epochs,
                "parameters_trained": sum(p.numel() for p in trainer.trained.values()),
                "count": len(clips),
                "metric": metric,
                "value": np.format_float_positional(np.float64(value), precision=6, trim="0"),
            }
        )
    print(f"{arm} seed {seed}: {metric} {value:.4f}", flush=True)
    shutil.rmtree(run.run)
