#!/usr/bin/env python3
"""Draws a run: one panel for each kind of work and shape, ratios on a logarithmic scale.

    tools/compare-peers/plot.py RAW.csv OUT.svg
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages

python_packages.expect(sys.argv[0], "tools/compare-peers/peers.txt")
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from configurations import BY_NAME, CONTENDERS, TASKS, TITLES
from shapes import SHAPES
from table import Ratio, ratios, read

BLUE, ORANGE, GREEN, VIOLET, GREY = "#2f6db3", "#e08a1e", "#3c9a5f", "#8a5fb0", "#8a8f98"
TICKS = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32)

# Rows of panels: title, and the series in each as (label, colour, work, patches, threads, quantity).
ROWS = [
    ("window of 64 patches", [("1 thread", BLUE, "window", 64, 1, "ms"), ("2 threads", ORANGE, "window", 64, 2, "ms")]),
    ("window of 200 patches", [("1 thread", BLUE, "window", 200, 1, "ms"), ("2 threads", ORANGE, "window", 200, 2, "ms")]),
    ("one patch behind 200", [("1 thread", BLUE, "step", 200, 1, "ms"), ("2 threads", ORANGE, "step", 200, 2, "ms")]),
    ("start, memory", [("start to first result", GREEN, "start", 200, 1, "ms"),
                       ("most memory", VIOLET, "start", 200, 1, "peak_mb")]),
]  # fmt: skip


def draw(found: dict[tuple[str, str, str], Ratio], reference: str, target: Path) -> None:
    tasks = {(task.shape, task.work, task.patches, task.threads): task.name for task in TASKS}
    shapes = [name for name in SHAPES if any(task.startswith(name) for task, _, _ in found)]

    def series(shape: str, item: tuple) -> dict[str, Ratio]:
        _, _, work, patches, threads, quantity = item
        task = tasks[shape, work, patches, threads]
        return {name: r for (at, of, name), r in found.items() if (at, of) == (task, quantity) and name != reference}

    def names(row: int) -> list[str]:
        present = {name for shape in shapes for item in ROWS[row][1] for name in series(shape, item)}
        return [contender.name for contender in reversed(CONTENDERS) if contender.name in present]

    rows = [row for row in range(len(ROWS)) if names(row)]
    if not rows:
        return
    plt.rcParams.update({"font.family": "DejaVu Sans", "font.size": 9.5, "svg.hashsalt": "tacit"})
    figure, panels = plt.subplots(
        len(rows), len(shapes), squeeze=False, sharex="row", layout="constrained",
        figsize=(5.1 * len(shapes) + 1, 0.9 + sum(0.75 + 0.38 * len(names(row)) for row in rows)),
        height_ratios=[0.75 + 0.38 * len(names(row)) for row in rows],
    )  # fmt: skip
    for line, row in enumerate(rows):
        for column, shape in enumerate(shapes):
            panel = panels[line][column]
            _panel(panel, names(row), [(item, series(shape, item)) for item in ROWS[row][1]], column == 0)
            title = f"{shape.upper()}: {ROWS[row][0]}"
            panel.set_title(title, loc="left", fontsize=10, fontweight="bold")
    titles = "      ".join(f"{name.upper()}: {SHAPES[name].title}" for name in shapes)
    figure.suptitle(f"Times what {TITLES[reference]} takes (right of the line: more)\n", x=0.012, ha="left", fontsize=12.5)
    figure.text(0.012, 1 - 0.36 / figure.get_figheight(), titles, ha="left", va="top", fontsize=9.5, color=GREY)
    figure.savefig(target, metadata={"Date": None} if target.suffix == ".svg" else None, dpi=150)


def _panel(panel, names: list[str], drawn: list[tuple[tuple, dict[str, Ratio]]], labelled: bool) -> None:
    panel.set_xscale("log")
    panel.axvline(1, color=GREY, linewidth=1.2, zorder=1)
    least, most = 0.9, 1.2
    for number, (item, values) in enumerate(drawn):
        label, colour = item[:2]
        heights, middles, below, above = [], [], [], []
        for name, ratio in values.items():
            heights.append(names.index(name) + 0.16 - 0.32 * number)
            middles.append(ratio.median)
            below.append(ratio.median - ratio.least)
            above.append(ratio.most - ratio.median)
            least, most = min(least, ratio.least), max(most, ratio.most)
        panel.errorbar(
            middles, heights, xerr=[below, above], fmt="o", color=colour, markersize=5.5, linewidth=1.6,
            capsize=2.5, label=label, zorder=3,
        )  # fmt: skip
        for height, middle, reach in zip(heights, middles, above, strict=True):
            panel.annotate(
                f"{middle:.2f}", (middle + reach, height), xytext=(7, 0), textcoords="offset points", va="center",
                fontsize=8, color=colour,
            )  # fmt: skip
    panel.set_yticks(range(len(names)), [BY_NAME[name].title for name in names] if labelled else [""] * len(names))
    panel.set_ylim(-0.6, len(names) - 0.4)
    low, high = panel.get_xlim() if panel.get_autoscalex_on() is False else (least, most)
    panel.set_xlim(min(low, least * 0.9), max(high, most * 1.35))
    panel.xaxis.set_major_locator(FixedLocator(TICKS))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    panel.tick_params(axis="both", length=0)
    panel.grid(axis="x", color="#e4e6ea", linewidth=0.8, zorder=0)
    panel.set_axisbelow(True)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color("#c9ccd2")
    panel.legend(loc="best", frameon=True, framealpha=0.85, edgecolor="none", fontsize=8.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    draw(ratios(read(options.raw), "tacit-int8"), "tacit-int8", options.out)


if __name__ == "__main__":
    main()
