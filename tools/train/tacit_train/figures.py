"""`figures`: tables and plots from the CSV of `experiment` alone."""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from .table import Row, final, percents, read, sides, tables

ARMS = {
    "text": ("#0072b2", "o", "text-pretrained, frozen, with adapters"),
    "random": ("#d55e00", "s", "random, frozen, with adapters"),
    "scratch": ("#009e73", "^", "random, every weight trained"),
}
STYLE = {
    # Text stays text, and the same rows give the same bytes.
    "svg.fonttype": "none",
    "svg.hashsalt": "tacit",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, nargs="+", help="CSV files of experiment")
    parser.add_argument("--out", type=Path, help="folder for table.md, arms.svg and reading.svg")
    parser.add_argument("--png", action="store_true", help="the plots as PNG, too")


def main(args: argparse.Namespace) -> None:
    rows = read(args.results)
    if not final(rows):
        raise SystemExit("no final rows yet: nothing was measured on a test split")
    text = tables(rows)
    print(text, end="")
    if args.out is None:
        return
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "table.md").write_text(text, encoding="utf-8")
    with matplotlib.rc_context(STYLE):
        for name, figure in (("arms", arms_plot(rows)), ("reading", reading_plot(rows))):
            if figure is None:
                continue
            figure.savefig(args.out / f"{name}.svg", metadata={"Date": None}, bbox_inches="tight")
            if args.png:
                figure.savefig(args.out / f"{name}.png", dpi=150, bbox_inches="tight")


def arms_plot(rows: list[Row]) -> Figure | None:
    """Each arm of each data set: a dot a seed, a line at their mean, dashes where chance is."""
    columns: dict[str, dict[str, list[Row]]] = defaultdict(dict)
    for (name, arm, _, attention, _), group in sides(rows).items():
        title = name if attention == "causal" else f"{name}\n{attention} attention"
        columns[title].setdefault(arm, group)
    columns = {name: arms for name, arms in columns.items() if len(arms) > 1}
    if not columns:
        return None
    figure = Figure(figsize=(max(4.0, 1.6 * len(columns) + 1), 3.6))
    axes = figure.add_subplot()
    for place, arms in enumerate(columns.values()):
        for arm, group in arms.items():
            x = place + 0.25 * (list(ARMS).index(arm) - 1)
            dots(axes, x, percents(group), arm, 0.09)
        chance(axes, place - 0.4, place + 0.4, next(iter(arms.values())))
    axes.set_xticks(range(len(columns)), list(columns))
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.grid(False, axis="x")
    present = [arm for arm in ARMS if any(arm in arms for arms in columns.values())]
    name_axis(axes, rows)
    axes.set_ylim(0, 100)
    legend(figure, present, with_chance=any(row.get("labels") for row in rows))
    return figure


def reading_plot(rows: list[Row]) -> Figure | None:
    """Accuracy against tokens that the base read, where one data set, budget and architecture has several bases; random weights
    are the base that read nothing."""
    budgets: dict[tuple[str, str], dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in final(rows):
        if row.get("settings") and row["arm"] in ("text", "random"):
            budgets[row["settings"], row["parameters_trained"]][int(row["tokens_read"])].append(row)
    budgets = {key: points for key, points in budgets.items() if sum(tokens > 0 for tokens in points) > 1}
    if not budgets:
        return None
    figure = Figure(figsize=(4.6 * len(budgets), 3.4))
    for number, points in enumerate(budgets.values(), start=1):
        axes = figure.add_subplot(1, len(budgets), number)
        some = sorted(tokens for tokens in points if tokens > 0)
        # Nothing read has no place on a logarithmic axis: it stands a step to the left of the first.
        zero = some[0] / 4
        for tokens, group in points.items():
            dots(axes, tokens or zero, percents(group), "text" if tokens else "random", None)
        axes.plot(some, [statistics.mean(percents(points[t])) for t in some], color=ARMS["text"][0], linewidth=1)
        axes.set_xscale("log")
        axes.set_xlim(zero / 1.5, some[-1] * 1.5)
        shown = {tokens: short(tokens) for tokens in some} | ({zero: "none\n(random)"} if 0 in points else {})
        axes.set_xticks(sorted(shown), [shown[t] for t in sorted(shown)])
        axes.minorticks_off()
        axes.set_xlabel("tokens of text that the base had read")
        axes.set_title(next(iter(points.values()))[0]["dataset"], fontsize=9)
        if number == 1:
            name_axis(axes, rows)
    legend(figure, ["text", "random"] if any(0 in points for points in budgets.values()) else ["text"])
    return figure


def dots(axes: Axes, x: float, values: list[float], arm: str, width: float | None) -> None:
    """A dot a seed and, with a width, a line at their mean."""
    colour, marker, _ = ARMS[arm]
    # Side by side within the line, or one would hide another.
    step = (width or 0) / max(1, len(values) - 1)
    places = [x + step * (n - (len(values) - 1) / 2) for n in range(len(values))]
    axes.plot(places, values, marker, color=colour, markersize=4.5, alpha=0.75, markeredgewidth=0)
    if width is not None:
        axes.hlines(statistics.mean(values), x - width, x + width, color=colour, linewidth=2)


def chance(axes: Axes, left: float, right: float, group: list[Row]) -> None:
    if group[0].get("labels") and group[0]["metric"] == "accuracy":
        axes.hlines(100 / int(group[0]["labels"]), left, right, color="#888888", linewidth=1, linestyles="dashed")


def short(tokens: int) -> str:
    return f"{tokens / 1e6:.3g} M" if tokens >= 1e6 else f"{tokens / 1e3:.3g} k"


def name_axis(axes: Axes, rows: list[Row]) -> None:
    metrics = {row["metric"] for row in final(rows)}
    axes.set_ylabel("accuracy on the test split, %" if metrics == {"accuracy"} else "accuracy or mAP, %")


def legend(figure: Figure, arms: list[str], with_chance: bool = False) -> None:
    """One for all panels, above them."""
    handles = [Line2D([], [], color=ARMS[a][0], marker=ARMS[a][1], linestyle="", label=ARMS[a][2]) for a in arms]
    if with_chance:
        handles.append(Line2D([], [], color="#888888", linestyle="dashed", linewidth=1, label="chance"))
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 0.95), ncols=2, frameon=False, fontsize=8)
