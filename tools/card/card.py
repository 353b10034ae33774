"""Runs `tacit eval` on a data set and makes a card's figures of its predictions. Started by `run`."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))
from executables import TACIT, json_lines, show  # noqa: E402
from tacit_train.metrics import wilson  # noqa: E402


def evaluate(model: Path, data: str, split: str) -> tuple[dict, list[str], np.ndarray]:
    """The summary, the labels, and counts `[true][taken for]`."""
    labels = show(model)["labels"]
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.jsonl"
        command = [TACIT, "eval", model, "--dataset", data, "--split", split, "--predictions", predictions, "--json"]
        summary = json_lines(*command)[0]
        counts = np.zeros((len(labels), len(labels)), int)
        for line in predictions.read_text().splitlines():
            item = json.loads(line)
            if len(item["truth"]) != 1:
                sys.exit("a card is of clips with one label each")
            counts[labels.index(item["truth"][0]), int(np.argmax(item["logits"]))] += 1
    return summary, labels, counts


def text(summary: dict, labels: list[str], counts: np.ndarray) -> str:
    hits, count = int(np.trace(counts)), int(counts.sum())
    low, high = wilson(hits, count)
    lines = [
        f"{summary['dataset']}, {summary['split']}: {hits / count:.2%} of {count:,} right (95 %: {low:.1%} to {high:.1%})",
        "",
        "| class | clips | right | most often taken for |",
        "| --- | --- | --- | --- |",
    ]
    for index in np.argsort(-np.diag(counts) / np.maximum(counts.sum(1), 1), kind="stable"):
        row = counts[index].copy()
        total, right = int(row.sum()), int(row[index])
        if not total:
            continue
        row[index] = 0
        other = f"{labels[int(row.argmax())]} ({int(row.max())})" if row.any() else ""
        lines.append(f"| {labels[index]} | {total} | {right / total:.0%} | {other} |")
    return "\n".join(lines) + "\n"


def picture(name: str, labels: list[str], counts: np.ndarray, path: Path) -> None:
    """Rows are what it was, columns what it was taken for; darkness is the share of the row."""
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    many = len(labels) > 20
    plt.rcParams.update({"svg.hashsalt": "tacit", "svg.fonttype": "none", "font.family": "sans-serif"})
    size = 9.5 if many else 5.2
    figure, axes = plt.subplots(figsize=(size, size), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    small = 6 if many else 9
    axes.set_xticks(range(len(labels)), labels, rotation=90, fontsize=small)
    axes.set_yticks(range(len(labels)), labels, fontsize=small)
    axes.set_xlabel("taken for")
    axes.set_ylabel("was")
    axes.set_title(name, loc="left", fontsize=11)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    for row, column in zip(*np.nonzero(counts)):
        dark = shares[row, column] > 0.55
        label = str(counts[row, column]) if many else f"{100 * shares[row, column]:.0f}"
        if many or shares[row, column] >= 0.005:
            axes.text(column, row, label, ha="center", va="center", fontsize=small - 1, color="white" if dark else "#333333")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools/card/run", description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("data", metavar="KIND:PATH")
    parser.add_argument("split")
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    summary, labels, counts = evaluate(options.model, options.data, options.split)
    card = text(summary, labels, counts)
    print(card, end="")
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / f"{options.model.stem}.md").write_text(card)
        unit = "clips" if len(labels) > 20 else "% of each row"
        picture(f"{options.model.name} on {summary['dataset']}, {summary['split']}: {unit}", labels, counts,
                options.out / f"{options.model.stem}.svg")  # fmt: skip


if __name__ == "__main__":
    main()
