"""One run of `experiment`, in a process of its own: train, look at the held-out clips, and, for a final run, at the
test split."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from . import adapt, metrics
from .files import held
from .material import open_material
from .plan import Places, Run, arguments
from .progress import Diverged
from .score import multi_hot


def begin(parent: int) -> None:
    """Prepares a process: its parent alone minds Ctrl-C, and when its parent was killed it must not go on writing
    into a folder that the next one works in."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=watch, daemon=True).start()


def perform(run: Run, final: bool, places: Places, minutes: float | None) -> dict | None:
    """The row of a run, or nothing where time was up first. A run that is at its end already is only measured."""
    args = arguments(run, places, minutes)
    with held(args.run), open(args.run / "output.txt", "a", encoding="utf-8") as stream:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            trainer = adapt.Trainer(args, whole=run.arm == "scratch")
            if not final and (why := trainer.unmeasured()) is not None:
                raise SystemExit(f"{why} to choose a rate by; see --validation")
            refuse_trained(trainer, run.experiment.test)
            try:
                if not trainer.train():
                    return None
            except Diverged:
                if final:
                    raise
                # Worse than any rate that learns something, so it is never chosen beside one.
                return row(run, trainer, 0.0, 0.0)
            with open(args.run / "log.csv", newline="", encoding="utf-8") as log:
                last = list(csv.DictReader(log))[-1]
            measured = row(run, trainer, float(last["seconds"]), float(last["validation_accuracy"]))
            return measured | (test(run, trainer) if final else {})


def row(run: Run, trainer: adapt.Trainer, seconds: float, validation: float) -> dict[str, Any]:
    name, arm, tokens, rate, seed = run.key
    return {
        "experiment": name,
        "dataset": trainer.data.kind,
        "split": run.experiment.test,
        "labels": len(trainer.data.labels),
        "arm": arm,
        "base": run.base.path.name,
        "tokens_read": tokens,
        "attention": trainer.args.attention,
        "lr": rate,
        "seed": seed,
        "steps": trainer.total,
        "examples": trainer.total * trainer.args.batch,
        "parameters_trained": sum(p.numel() for p in trainer.trained.values()),
        "minutes": f"{seconds / 60:.2f}",
        "validation_count": len(trainer.sense.validation),
        "validation": f"{validation:.6g}",
    }


def refuse_trained(trainer: adapt.Trainer, split: str) -> None:
    """Refuses to measure by what is trained on."""
    trained = {(c.path, c.index) for c in trainer.parts.train}
    if both := sum((c.path, c.index) in trained for c in trainer.data.split(split)):
        raise SystemExit(f"{both} clips of the test split {split} are trained on too; expected splits that have none in common")


def test(run: Run, trainer: adapt.Trainer) -> dict[str, Any]:
    """The weights as they were trained, in f32, on the test split."""
    clips = trainer.data.split(run.experiment.test)
    material = open_material(clips, trainer.sense.description, trainer.args.cache)
    items = (material[i] for i in range(len(material)))
    logits = trainer.sense.logits(trainer.model, items, trainer.sense.gain)
    truth = multi_hot(clips, len(trainer.data.labels))
    if not truth.any():
        raise SystemExit(f"no clip of split {run.experiment.test} has a label")
    if not np.isfinite(logits).all():
        raise Diverged(f"what is made of split {run.experiment.test} is not finite")
    if trainer.data.multilabel:
        metric, value = "map", metrics.mean_average_precision(logits, truth)[0]
    else:
        metric, value = "accuracy", metrics.accuracy(logits, truth)
    number = np.format_float_positional(np.float64(value), precision=6, trim="0")
    return {"count": len(clips), "metric": metric, "value": number}
