"""Rows of the table against counts made by hand."""

import collections
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import count  # noqa: E402
import table  # noqa: E402


def test_a_row():
    events = collections.Counter({"music": 4, "siren": 1, "dog": 2})
    assert table.row("music", {"music"}, events, 30) == (
        "| music | 30.0 | 3: 6.0 an hour (1.2 to 17.5) | music 4, dog 2, siren 1 |"
    )
    assert table.row("silence", set(), collections.Counter(), 60).endswith("| 0: 0.0 an hour (0.0 to 3.7) | nothing |")


def test_the_interval_of_a_poisson_number():
    # Garwood's table.
    assert count.interval(0) == pytest.approx((0, 3.689), abs=1e-3)
    assert count.interval(10) == pytest.approx((4.795, 18.39), abs=1e-2)
