"""Ratios, their table, and the order of measurements: what needs no peer."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from configurations import BY_NAME, TASKS, Configuration, contenders, shuffled  # noqa: E402
from table import Measurement, markdown, ratios, read, write  # noqa: E402

TASK = TASKS[0]


def measured(contender: str, *values: float) -> list[Measurement]:
    return [Measurement(number, TASK.name, contender, "ms", value) for number, value in enumerate(values)]


def test_ratios_are_taken_round_by_round():
    # The machine was half as fast in the last round: the ratio does not mind.
    found = ratios(measured("tacit-int8", 10, 10, 20) + measured("onnx-int8", 12, 13, 24), "tacit-int8")
    ratio = found[TASK.name, "ms", "onnx-int8"]
    assert (ratio.median, ratio.least, ratio.most, ratio.rounds) == (1.2, 1.2, 1.3, 3)
    assert ratio.value == 13


def test_rounds_without_the_reference_do_not_count():
    found = ratios(measured("tacit-int8", 10) + measured("onnx-int8", 12, 99), "tacit-int8")
    assert found[TASK.name, "ms", "onnx-int8"].rounds == 1


def test_table_names_the_reference_and_spreads():
    text = markdown(measured("tacit-int8", 10, 10) + measured("onnx-int8", 12, 13), "tacit-int8")
    assert "Tacit int8" in text and "**1.25** (1.20 to 1.30)" in text


def test_raw_results_read_back(tmp_path):
    rows = measured("tacit-int8", 10.5, 11.25)
    write(tmp_path / "raw.csv", rows)
    assert read(tmp_path / "raw.csv") == rows


@pytest.mark.parametrize("seed", range(3))
def test_every_configuration_once_and_tasks_together(seed):
    chosen = [Configuration(task, contender) for task in TASKS for contender in contenders(task)]
    order = shuffled(chosen, random.Random(seed))
    assert sorted(it.name for it in order) == sorted(it.name for it in chosen)
    places = [it.task.name for it in order]
    assert sum(a != b for a, b in zip(places, places[1:])) == len(TASKS) - 1


def test_only_those_that_step_are_asked_to():
    step = next(task for task in TASKS if task.work == "step")
    assert {it.name for it in contenders(step)} == {"tacit-int8", "tacit-int4", "llama-q8_0", "llama-q4_0"}
    assert not BY_NAME["onnx-int8"].steps
