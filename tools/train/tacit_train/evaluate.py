"""`evaluate`: the metric of an adapter folder on a split of a data set, in f32."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from . import metrics
from .adapter_folder import load_adapter
from .arguments import COUNT, SEED, SOME, check_device
from .augment import negative
from .files import load_json, save_json
from .frontend import make_front_end
from .inputs import SoundInput
from .material import open_material
from .readers import DataError, open_data_set
from .score import logits_of, multi_hot, streamed_logits
from .seeds import Draw


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", type=Path, required=True, help="folder of the base")
    parser.add_argument("--adapter", type=Path, required=True, help="adapter folder")
    parser.add_argument("--data", required=True, help="KIND:PATH")
    parser.add_argument("--split", required=True, help="splits, commas between")
    parser.add_argument("--out", type=Path, help="folder for summary.json, classes.csv, confusion.csv and logits.csv")
    parser.add_argument("--cache", type=Path, help="folder for decoded samples")
    parser.add_argument("--write-metrics", action="store_true", help="put the result into the adapter's tacit.json")
    parser.add_argument("--negatives", type=SOME, default=0, help="also label so many windows with nothing to hear")
    parser.add_argument("--seed", type=SEED, default=1, help="of the negatives")
    parser.add_argument("--threads", type=COUNT, default=2)
    parser.add_argument("--device", default="cpu")


def main(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    check_device(args.device)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
    data = open_data_set(args.data)
    model, description = load_adapter(args.base, args.adapter)
    model.to(args.device)
    if list(data.labels) != description.labels:
        raise DataError(f"{args.adapter}/tacit.json: the labels are not those of {args.data}")
    clips = data.split(args.split)
    targets = multi_hot(clips, len(data.labels))
    if not targets.any():
        raise DataError(f"{args.data}: no clip of split {args.split} has a label; expected some, to measure by")
    if args.negatives and not isinstance(description.input, SoundInput):
        raise SystemExit("--negatives are sounds")
    material = open_material(clips, description.input, args.cache)
    front = make_front_end(description.input).to(args.device)
    items = (material[i] for i in tqdm(range(len(material)), desc="evaluate", disable=None))
    of = streamed_logits if description.shape.context == "sliding" else logits_of
    logits = of(model, front, description.input, items, device=args.device)
    for clip, row in zip(clips, logits):
        if not np.isfinite(row).all():
            raise DataError(f"{args.adapter}: its logits of {clip.path} are not finite")

    summary: dict = {"dataset": data.kind, "split": args.split, "count": len(clips), "accuracy": None, "map": None}
    if data.multilabel:
        summary["map"], each = metrics.mean_average_precision(logits, targets)
        column = "average_precision"
    else:
        summary["accuracy"] = metrics.accuracy(logits, targets)
        labelled = int(targets.any(1).sum())
        hits = round(summary["accuracy"] * labelled)
        summary["interval_95"] = [round(x, 4) for x in metrics.wilson(hits, labelled)]
        each, column = metrics.accuracy_by_class(logits, targets), "accuracy"
    if args.negatives:
        summary["negatives"] = quiet_windows(model, front, description, args)
    print(summary, flush=True)
    if args.write_metrics:
        path = args.adapter / "tacit.json"
        value = load_json(path)
        found = {k: round(summary[k], 4) for k in ("accuracy", "map") if summary[k] is not None}
        value["metrics"] = {"dataset": data.kind, "split": args.split, **found}
        save_json(value, path)
    if args.out:
        save_json(summary, args.out / "summary.json")
        write_classes(args.out / "classes.csv", data.labels, targets, logits, each, column)
        if not data.multilabel:
            write_confusion(args.out / "confusion.csv", data.labels, targets, logits)
        write_logits(args.out / "logits.csv", clips, data.labels, logits)


def quiet_windows(model, front, description, args: argparse.Namespace) -> dict:
    """How many windows of silence, noise and hum get a label at the adapter's thresholds."""
    rng = np.random.default_rng((args.seed, Draw.QUIET))
    length = description.input.window_samples
    windows = (negative(length, description.input.sample_rate, rng) for _ in range(args.negatives))
    logits = logits_of(model, front, description.input, windows, device=args.device).astype(np.float64)
    if description.task == "multilabel":
        scores = 1 / (1 + np.exp(-logits))
    else:
        scores = np.exp(logits - logits.max(1, keepdims=True))
        scores /= scores.sum(1, keepdims=True)
    thresholds = np.array(description.thresholds or [0.5] * len(description.labels))
    said = scores >= thresholds
    names = {description.labels[i]: int(n) for i, n in enumerate(said.sum(0)) if n}
    return {"count": args.negatives, "with_a_label": int(said.any(1).sum()), "labels": names}


def write_classes(path: Path, labels, targets: np.ndarray, logits: np.ndarray, each: np.ndarray, column: str) -> None:
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["label", "count", column, "most_often_taken_for"])
        best = logits.argmax(1)
        for i, label in enumerate(labels):
            wrong = best[(targets[:, i] > 0) & (best != i)]
            other = labels[np.bincount(wrong).argmax()] if len(wrong) else ""
            writer.writerow([label, int(targets[:, i].sum()), f"{each[i]:.4f}", other])


def write_confusion(path: Path, labels, targets: np.ndarray, logits: np.ndarray) -> None:
    """Rows are what a clip is, columns what it was taken for."""
    table = np.zeros((len(labels), len(labels)), int)
    np.add.at(table, (targets.argmax(1), logits.argmax(1)), 1)
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["label", *labels])
        writer.writerows([label, *row] for label, row in zip(labels, table.tolist()))


def write_logits(path: Path, clips, labels, logits: np.ndarray) -> None:
    """One row a clip, in the data set's order; the shortest decimals that read back as the same f32."""
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "targets", *labels])
        for clip, row in zip(clips, logits):
            targets = " ".join(str(t) for t in clip.targets)
            name = clip.path.name if clip.index < 0 else f"{clip.path.name}#{clip.index}"
            writer.writerow([name, targets, *(np.format_float_positional(x, unique=True) for x in row)])
