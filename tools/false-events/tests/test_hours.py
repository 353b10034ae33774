"""Rows of the table against counts made by hand."""

import collections
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import count  # noqa: E402
import own  # noqa: E402
import hours  # noqa: E402


def test_a_row():
    events = collections.Counter({"music": 4, "siren": 1, "dog": 2})
    assert hours.row("music", {"music"}, events, 30) == (
        "| music | 30.0 | 3: 6.0 an hour (1.2 to 17.5) | music 4, dog 2, siren 1 |"
    )
    assert hours.row("silence", set(), collections.Counter(), 60).endswith("| 0: 0.0 an hour (0.0 to 3.7) | nothing |")


def test_the_interval_of_a_poisson_number():
    # Garwood's table.
    assert count.interval(0) == pytest.approx((0, 3.689), abs=1e-3)
    assert count.interval(10) == pytest.approx((4.795, 18.39), abs=1e-2)


def test_clips_between_quiet():
    samples, places = own.spans([np.full(10, 7, "<i2"), np.full(20, 9, "<i2")], 10, 2)
    assert len(samples) == 70 and (samples[20:30] == 7).all() and (samples[50:] == 9).all()
    assert places == [(2.0, 5.0), (5.0, 7.0)] and abs(samples[:20]).max() < 100


def test_told_within_a_span():
    def event(state, time):
        return {"type": "event", "label": "dog", "state": state, "time": time}

    lines = [event("on", 3.0), {"type": "labels", "time": 5.0}, event("off", 8.0), event("on", 12.0)]
    assert own.is_told(lines, "dog", 2, 4) and own.is_told(lines, "dog", 4, 6) and own.is_told(lines, "dog", 11, 13)
    assert not own.is_told(lines, "dog", 8, 11) and not own.is_told(lines, "cat", 0, 20)
    assert not own.is_told(lines, "dog", 0, 2)
