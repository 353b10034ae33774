"""`table`: the rows that `control` wrote, as a table in Markdown: mean and standard deviation over seeds."""

from __future__ import annotations

import argparse
import csv
import statistics
from collections import defaultdict
from pathlib import Path

COLUMNS = "data set | weights | attention | learning rate | steps | epochs | trained parameters | seeds"
HEADER = "| " + COLUMNS + " | {metric} | each |\n" + "| --- " * 10 + "|"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", type=Path, nargs="+", help="CSV files that control wrote")


def main(args: argparse.Namespace) -> None:
    print(table([row for path in args.results for row in read(path)]))


def read(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def table(rows: list[dict[str, str]]) -> str:
    """One line for each data set, arm, attention and learning rate, in the order of the rows."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        groups[row["dataset"], row["split"], row["arm"], row["attention"], row["lr"]].append(row)
    names = {row["metric"] for row in rows}
    lines = [HEADER.format(metric="accuracy" if names == {"accuracy"} else "metric")]
    for (dataset, split, arm, attention, rate), group in groups.items():
        values = [100 * float(row["value"]) for row in group]
        # The deviation of a sample: seeds are drawn, not all there are.
        spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
        lines.append(
            f"| {dataset}, {split} | {arm} | {attention} | {rate} | {span(group, 'steps')} | {span(group, 'epochs')} | "
            f"{span(group, 'parameters_trained')} | {len(values)} | {statistics.mean(values):.1f}{spread} % | "
            f"{', '.join(f'{value:.1f}' for value in values)} |"
        )
    return "\n".join(lines)


def span(group: list[dict[str, str]], column: str) -> str:
    """The column's value, or its range where the runs differ."""
    values = sorted({float(row[column]) for row in group})
    return f"{values[0]:,.10g}" if len(values) == 1 else f"{values[0]:,.10g} to {values[-1]:,.10g}"
