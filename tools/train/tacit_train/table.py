"""What `experiment` measured, as tables in Markdown: each arm, the differences between arms, the rates that were tried.

Rows of the former `control` command (no `stage`, no `tokens_read`) are read as final rows of an experiment that has
the data set's name.
"""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from .files import check_file, whole_lines
from .plan import ARMS, choose
from .readers import DataError

Row = dict[str, str]
NEEDED = {"dataset", "split", "arm", "attention", "lr", "seed", "steps", "parameters_trained", "metric", "value"}
STAGED = {"experiment", "tokens_read", "settings", "validation"}
"""Needed as well where there is a column `stage`."""
WHOLE = ("tokens_read", "labels")
NUMBERS = (*WHOLE, "lr", "steps", "parameters_trained", "examples", "minutes")


def read(paths: Iterable[Path]) -> list[Row]:
    rows = []
    for path in paths:
        check_file("results", path)
        # A row that is just being written, or that a kill has cut short, is none.
        reader = csv.DictReader(io.StringIO(whole_lines(path), newline=""))
        names = set(reader.fieldnames or [])
        if lacking := sorted((NEEDED | STAGED if "stage" in names else NEEDED) - names):
            raise SystemExit(f"{path}: no column {', '.join(lacking)}")
        read = [{"experiment": row["dataset"], "stage": "final"} | row for row in reader]
        check_rows(path, read)
        rows += read
    return rows


def check_rows(path: Path, rows: list[Row]) -> None:
    """Refuses rows that no run can have written."""
    for number, row in enumerate(rows, start=2):

        def refuse(text: str) -> NoReturn:
            raise DataError(f"{path}, line {number}: {text}; without the line its run would be measured again")

        if None in row or None in row.values():
            refuse("expected as many cells as there are columns")
        for name, known in (("stage", ("tune", "final")), ("arm", ARMS)):
            if row[name] not in known:
                refuse(f"{name} is {row[name]!r}; expected {' or '.join(known)}")
        for name in ("lr", "validation" if row["stage"] == "tune" else "value", *(n for n in NUMBERS if row.get(n))):
            if not is_number(row[name], whole=name in WHOLE):
                refuse(f"{name} is {row[name]!r}; expected a number")


def is_number(text: str, whole: bool) -> bool:
    try:
        return (int(text) if whole else float(text)) >= 0 and math.isfinite(float(text))
    except ValueError:
        return False


def tried(rows: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    """The rows of the search for a rate, by experiment, arm and tokens read, each in the order of the rates."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if row["stage"] == "tune":
            groups[row["experiment"], row["arm"], row["tokens_read"]].append(row)
    for group in groups.values():
        group.sort(key=lambda row: float(row["lr"]))
    return groups


def best(group: list[Row]) -> Row:
    rate = choose({float(row["lr"]): float(row["validation"]) for row in group})
    return next(row for row in group if float(row["lr"]) == rate)


def final(rows: list[Row]) -> list[Row]:
    """The rows measured on a test split; of an arm whose search went on afterwards those of the rate chosen since. An
    experiment without a search of its own has the rate of one with the same data and budget."""
    chosen: dict[tuple[str, ...], str] = {}
    for key, group in tried(rows).items():
        chosen[key] = rate = best(group)["lr"]
        chosen.setdefault((group[0]["settings"], group[0]["arm"]), rate)

    def current(row: Row) -> bool:
        own = chosen.get((row["experiment"], row["arm"], row.get("tokens_read", "")))
        return row["lr"] == (own or chosen.get((row.get("settings", ""), row["arm"]), row["lr"]))

    return [row for row in rows if row["stage"] == "final" and current(row)]


def sides(rows: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Final rows by experiment, arm, tokens read, attention and rate: those of one group differ in their seed."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in final(rows):
        groups[row["experiment"], row["arm"], row.get("tokens_read", ""), row["attention"], row["lr"]].append(row)
    # A rate that was tried late leaves its rows behind other experiments'.
    order = list(dict.fromkeys(row["experiment"] for row in rows))
    return dict(sorted(groups.items(), key=lambda item: order.index(item[0][0])))


def percents(rows: list[Row]) -> list[float]:
    return [100 * float(row["value"]) for row in rows]


def mean_and_spread(values: list[float]) -> str:
    # The deviation of a sample: seeds are drawn, not all there are.
    spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.1f}{spread} %"


def span(group: list[Row], column: str) -> str:
    """The column's value, or its range where the runs differ; a dash where they have none."""
    values = sorted({float(row[column]) for row in group if row.get(column)})
    if not values:
        return "-"
    return f"{values[0]:,.10g}" if len(values) == 1 else f"{values[0]:,.10g} to {values[-1]:,.10g}"


def markdown(header: list[str], lines: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [header, ["---"] * len(header), *lines])


def arms_table(rows: list[Row]) -> str:
    """One line for each data set, arm, base, attention and rate, in the order of the rows."""
    lines = []
    for (name, arm, tokens, attention, rate), group in sides(rows).items():
        first = group[0]
        metric = "" if first["metric"] == "accuracy" else f" {first['metric']}"
        lines.append(
            [
                f"{name}, {first['split']}",
                arm,
                f"{int(tokens):,}" if tokens else "-",
                attention,
                span(group, "parameters_trained"),
                span(group, "steps"),
                span(group, "examples"),
                rate,
                str(len(group)),
                mean_and_spread(percents(group)) + metric,
                ", ".join(f"{value:.1f}" for value in percents(group)),
                minutes(group),
            ]
        )
    header = ["data set", "weights", "tokens read", "attention", "trained parameters", "steps", "examples"]
    return markdown([*header, "learning rate", "seeds", "accuracy", "each", "minutes a run"], lines)


def minutes(group: list[Row]) -> str:
    spent = [float(row["minutes"]) for row in group if row.get("minutes")]
    return f"{statistics.mean(spent):.1f}" if spent else "-"


def differences_table(rows: list[Row]) -> str:
    """Text against each other arm of the same data, budget and architecture: the difference of means and its standard error
    (Welch)."""
    groups = sides(rows)
    # What adapters have to train tells one architecture from another.
    sizes = {name: group[0]["parameters_trained"] for (name, arm, *_), group in groups.items() if arm != "scratch"}

    def budget(name: str, group: list[Row]) -> tuple[str, str | None]:
        return group[0].get("settings") or name, sizes.get(name)

    lines = []
    for (name, arm, tokens, attention, _), group in groups.items():
        if arm != "text":
            continue
        for (other_name, other, _, other_attention, _), against in groups.items():
            same = budget(name, group) == budget(other_name, against)
            if other == "text" or not same or other_attention != attention:
                continue
            a, b = percents(group), percents(against)
            error = "-"
            if min(len(a), len(b)) > 1:
                error = f"{math.sqrt(statistics.variance(a) / len(a) + statistics.variance(b) / len(b)):.1f}"
            read = f"{int(tokens):,}" if tokens else "-"
            difference = f"{statistics.mean(a) - statistics.mean(b):+.1f}"
            lines.append([f"{name}, {attention}", read, f"text - {other}", difference, error])
    return markdown(["data set", "tokens read", "arms", "points", "standard error"], lines) if lines else ""


def rates_table(rows: list[Row]) -> str:
    """Held-out accuracy at each rate that was tried; the chosen one is bold, and marked where the grid ends at it."""
    lines = []
    for (name, arm, tokens), group in tried(rows).items():
        chosen = best(group)
        cells = []
        for row in group:
            text = f"{row['lr']}: {100 * float(row['validation']):.1f} %"
            cells.append(f"**{text}**" if row is chosen else text)
        edge = "yes" if chosen in (group[0], group[-1]) else "no"
        lines.append([name, arm, f"{int(tokens):,}", ", ".join(cells), edge])
    header = ["data set", "weights", "tokens read", "held-out accuracy by learning rate", "at the grid's edge"]
    return markdown(header, lines) if lines else ""


def tables(rows: list[Row]) -> str:
    return "\n\n".join(part for part in (arms_table(rows), differences_table(rows), rates_table(rows)) if part) + "\n"
