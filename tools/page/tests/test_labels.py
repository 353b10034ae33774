"""The bars of labels: their thresholds, and names that are long."""

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]
import chromium  # noqa: E402
from stand_in import StandIn  # noqa: E402

if chromium.path() is None:
    pytest.skip("there is no Chromium: Debian's package chromium", allow_module_level=True)

MARKS = "[...document.querySelectorAll('#labels .mark')].map(mark => mark.title)"


def test_thresholds_that_come_late_or_change():
    with StandIn() as server, chromium.Chromium() as browser:
        server.status = 503
        browser.open(server.address)
        browser.wait("document.querySelector('#status')?.className === 'lost'")
        server.tell(server.labels(dog=0.5, rain=0.25))
        browser.wait("document.querySelectorAll('#labels li').length === 2")
        assert browser.evaluate(MARKS) == []
        server.status = 200
        browser.wait(f"{MARKS}.join() === 'threshold 0.50,threshold 0.50'")
        server.state["labels"][1]["threshold"] = 0.75
        browser.wait(f"{MARKS}.join() === 'threshold 0.50,threshold 0.75'")


def test_long_names_can_be_told_apart():
    names = ["door_wood_knock_" + 12 * "x", "door_wood_creaks_" + 12 * "x", 60 * "W"]
    with StandIn() as server, chromium.Chromium() as browser:
        server.state["labels"] = [server.label(name) for name in names]
        browser.open(server.address, 390, 844)
        browser.wait("document.querySelectorAll('#labels li').length === 3")
        shown = "[...document.querySelectorAll('#labels .name')]"
        assert browser.evaluate(f"{shown}.map(name => name.textContent)") == names
        assert browser.evaluate(f"{shown}.every(name => name.scrollWidth <= name.clientWidth)")
        assert browser.evaluate("document.documentElement.scrollWidth") <= 390
        # On the timeline they lose their middle.
        ends = browser.evaluate("shortened('door_wood_knock', text => text.length <= 9)")
        assert ends == "door…nock"


def test_bars_are_there_in_large_letters_on_a_phone():
    with StandIn() as server, chromium.Chromium() as browser:
        browser.open(server.address, 360, 740)
        browser.wait("document.querySelectorAll('#labels li').length === 2")
        browser.evaluate("document.documentElement.style.fontSize = '24px'")
        assert browser.evaluate("document.querySelector('#labels .track').clientWidth") > 30
        assert browser.evaluate("(item => item.scrollWidth <= item.clientWidth)(document.querySelector('#labels li'))")
