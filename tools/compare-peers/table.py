"""From what was measured to ratios, and a Markdown table of them."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from configurations import CONTENDERS, TASKS, TITLES, Task

COLUMNS = ("round", "task", "contender", "quantity", "value", "way")
# Quantities by kind of work, with units.
QUANTITIES = {"window": ("ms",), "step": ("ms",), "start": ("ms", "peak_mb", "held_mb")}


@dataclass(frozen=True)
class Measurement:
    round: int
    task: str
    contender: str
    quantity: str
    value: float
    way: str = ""


@dataclass(frozen=True)
class Ratio:
    """Of a contender's value to the reference's in the same round; the absolute median beside it."""

    median: float
    least: float
    most: float
    value: float
    rounds: int


def read(path: Path) -> list[Measurement]:
    with path.open(newline="") as file:
        return [
            Measurement(int(row["round"]), row["task"], row["contender"], row["quantity"], float(row["value"]), row["way"])
            for row in csv.DictReader(file)
        ]


def write(path: Path, measurements: list[Measurement]) -> None:
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for it in measurements:
            writer.writerow([it.round, it.task, it.contender, it.quantity, f"{it.value:.6g}", it.way])
    unfinished.replace(path)


def ratios(measurements: list[Measurement], reference: str) -> dict[tuple[str, str, str], Ratio]:
    """By task, quantity and contender. Rounds in which the reference or the contender is missing do not count."""
    values: dict[tuple[str, str, str], dict[int, float]] = defaultdict(dict)
    for it in measurements:
        values[it.task, it.quantity, it.contender][it.round] = it.value
    result = {}
    for (task, quantity, contender), rounds in values.items():
        beside = values.get((task, quantity, reference), {})
        both = sorted(rounds.keys() & beside.keys())
        if both:
            each = [rounds[number] / beside[number] for number in both]
            result[task, quantity, contender] = Ratio(
                median(each), min(each), max(each), median(rounds[number] for number in both), len(both)
            )
    return result


def describe(task: Task, quantity: str) -> str:
    threads = f"{task.threads} thread" + ("s" if task.threads > 1 else "")
    if task.work == "window":
        return f"window of {task.patches}, {threads}"
    if task.work == "step":
        return f"step behind {task.patches}, {threads}"
    return {"ms": "start to first result", "peak_mb": "memory, most", "held_mb": "memory, held"}[quantity]


def unit(quantity: str) -> str:
    return "ms" if quantity == "ms" else "MB"


def markdown(measurements: list[Measurement], reference: str) -> str:
    """One table a shape: a row for each quantity, a column for each contender."""
    found = ratios(measurements, reference)
    present = {contender for _, _, contender in found}
    columns = [contender.name for contender in CONTENDERS if contender.name in present and contender.name != reference]
    lines = []
    for shape in dict.fromkeys(task.shape for task in TASKS):
        rows = [
            (task, quantity)
            for task in TASKS
            if task.shape == shape
            for quantity in QUANTITIES[task.work]
            if (task.name, quantity, reference) in found
        ]
        if not rows:
            continue
        lines += [
            f"| {shape.upper()} | {TITLES[reference]} | " + " | ".join(TITLES[name] for name in columns) + " |",
            "| --- " * (len(columns) + 2) + "|",
        ]
        for task, quantity in rows:
            own = f"{figure(found[task.name, quantity, reference].value)} {unit(quantity)}"
            cells = [cell(found.get((task.name, quantity, name))) for name in columns]
            lines.append(f"| {describe(task, quantity)} | {own} | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def cell(ratio: Ratio | None) -> str:
    if ratio is None:
        return ""
    if ratio.rounds == 1:
        return f"{ratio.median:.2f}"
    return f"**{ratio.median:.2f}** ({ratio.least:.2f} to {ratio.most:.2f})"


def figure(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
