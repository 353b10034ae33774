"""What the gate makes of counts."""

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

loader = importlib.machinery.SourceFileLoader("count_instructions", str(Path(__file__).resolve().parents[1] / "run"))
gate = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(gate)


@pytest.mark.parametrize(
    ("count", "before", "well", "remark"),
    [
        (1000, 1000, True, "+0.00%"),
        (1020, 1000, True, "+2.00%"),
        (1021, 1000, False, "more than allowed"),
        (900, 1000, True, "less: --update"),
        (1000, None, False, "not in counts.json"),
    ],
)
def test_verdict(count, before, well, remark):
    line, found = gate.verdict("window", count, before)
    assert found == well and remark in line
