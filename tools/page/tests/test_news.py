"""What the page says of a stream that goes on, falls quiet or ends, whatever clock and connection it has."""

import sys
import time
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]
import chromium  # noqa: E402
from stand_in import StandIn, wall  # noqa: E402

if chromium.path() is None:
    pytest.skip("there is no Chromium: Debian's package chromium", allow_module_level=True)

STATUS = "[document.querySelector('#status')?.className, document.querySelector('#status')?.textContent].join('|')"
LEVEL = "document.querySelector('#level-text').textContent"
SCORES = "[...document.querySelectorAll('#labels .score')].map(score => score.textContent)"
EVENTS = "[...document.querySelectorAll('#events li')].map(item => item.dataset.id)"


def opened(server: StandIn, browser: chromium.Chromium, path: str = "") -> None:
    browser.open(server.address + path)
    browser.wait("document.querySelector('#status')?.className === 'live'")


def test_a_program_that_is_gone_is_never_called_live():
    server = StandIn()
    with chromium.Chromium() as browser:
        opened(server, browser)
        server.tell(server.labels(dog=0.5))
        server.stop()
        browser.wait(f"{STATUS} === 'lost|no connection'")
        until = time.monotonic() + 8
        while time.monotonic() < until:
            assert browser.evaluate(STATUS) == "lost|no connection"
            time.sleep(0.1)
        with StandIn(server.port):
            browser.wait(f"{STATUS} === 'live|live'")


def test_what_a_former_run_said_is_not_shown_of_the_next():
    server = StandIn(cpu_seconds=1000)
    with chromium.Chromium() as browser:
        opened(server, browser)
        server.tell(server.labels(dog=0.75))
        browser.wait(f"{SCORES}.join() === '0.75,0.25'")
        server.stop()
        browser.wait(f"{STATUS} === 'lost|no connection'")
        with StandIn(server.port, time=0, readings=0):
            browser.wait(f"{STATUS} === 'live|live'")
            assert browser.evaluate(SCORES) == ["0.25", "0.25"]
            assert "-" not in browser.evaluate("document.querySelector('#list').textContent")


def test_a_quiet_room_is_no_fault():
    """Behind a gate no line comes, while time and level go on."""
    with StandIn() as server, chromium.Chromium() as browser:
        opened(server, browser)
        server.state |= {"time": 10, "level_db": -61.5}
        browser.wait(f"{STATUS} === 'live|live, quiet'")
        assert browser.evaluate(LEVEL) == "-61.5 dB"
        server.tell(server.labels(dog=0.5))
        browser.wait(f"{STATUS} === 'live|live'")
        assert browser.evaluate(LEVEL) == "-30.5 dB"


def test_a_source_that_gives_nothing_is_called_silent():
    with StandIn(ok=False) as server, chromium.Chromium() as browser:
        browser.open(server.address)
        browser.wait(f"{STATUS} === 'lost|silent'")


@pytest.mark.parametrize("clock", [-2 * 86_400, -7200, 2 * 86_400])
def test_events_are_shown_whatever_the_clocks_say(clock):
    with StandIn() as server, chromium.Chromium() as browser:
        server.clock = clock
        server.timeline["events"] = [server.event(1, "dog", "on", 60), server.event(2, "dog", "off", 50)]
        opened(server, browser)
        browser.wait(f"{EVENTS}.length === 1")
        server.tell(server.event(3, "rain", "on"))
        browser.wait(f"{EVENTS}.length === 2")
        assert browser.evaluate("document.querySelector('#timeline-hint').textContent") == "2 events"


def test_news_that_comes_while_the_timeline_loads_is_kept():
    with StandIn() as server, chromium.Chromium() as browser:
        first = [server.event(1, "dog", "on", 60)]
        server.timeline = {"events": first, "gaps": [
            {"type": "gap", "time": 1, "lost_seconds": 0.5, "reason": "overrun", "wall": wall(time.time())}]}
        server.delay = 2
        opened(server, browser)
        # Once before the timeline comes, as it does where that was made later, and what it doesn't have.
        server.tell(first[0])
        server.tell(server.event(2, "dog", "off"))
        server.tell(server.event(3, "rain", "on"))
        server.tell({"type": "gap", "time": 9, "lost_seconds": 0.5, "reason": "overrun"})
        browser.wait("document.querySelectorAll('#gaps li').length === 2")
        assert browser.evaluate(EVENTS) == [first[0]["id"][:-1] + "3", first[0]["id"]]
        assert browser.evaluate("document.querySelectorAll('#events .on').length") == 1


def test_an_address_with_a_password_works():
    with StandIn() as server, chromium.Chromium() as browser:
        browser.open(server.address.replace("//", "//x:token@"))
        browser.wait(f"{STATUS} === 'live|live'")
        assert browser.evaluate("document.querySelector('#input').textContent") == "a room"


def test_what_cannot_be_loaded_is_said():
    with StandIn() as server, chromium.Chromium() as browser:
        server.status = 503
        browser.open(server.address)
        browser.wait(f"{STATUS} === 'lost|api/state: 503 not now'")
        server.status = 200
        browser.wait(f"{STATUS} === 'live|live'")


def test_a_stream_that_no_line_comes_from_is_followed_anew():
    """As of a connection whose other end is gone and nobody says so."""
    with StandIn() as server, chromium.Chromium() as browser:
        opened(server, browser)
        until = time.monotonic() + 13
        while time.monotonic() < until:
            server.state["readings"] += 1
            server.tell(server.labels(dog=0.5))
            time.sleep(1)
        assert len(server.followers) == 1
        until = time.monotonic() + 40
        while len(server.followers) == 1 and time.monotonic() < until:
            server.state["readings"] += 1
            time.sleep(1)
        assert len(server.followers) == 2
        browser.wait(f"{STATUS} === 'live|live'")


def test_a_picture_that_takes_its_time_is_shown():
    with StandIn(sense="pictures") as server, chromium.Chromium() as browser:
        server.delay = 2
        browser.open(server.address)
        browser.wait("document.querySelector('#picture')?.naturalWidth === 1")


@pytest.mark.parametrize("width", [360, 1400])
def test_hours_on_the_timeline_stand_apart(width):
    with StandIn() as server, chromium.Chromium() as browser:
        browser.open(server.address, width)
        browser.wait("document.querySelector('#status')?.className === 'live'")
        touching = browser.evaluate("""(() => {
            let drawn = [];
            const write = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
                const wide = this.measureText(text).width;
                const start = { left: x, center: x - wide / 2, right: x - wide }[this.textAlign];
                if (text.includes(":")) drawn.push([start, start + wide]);
                write.call(this, text, x, y);
            };
            let touching = 0;
            const before = ahead;
            for (let minute = 0; minute < 360; minute++) {
                ahead = before + minute * 60000;
                for (const length of [HOUR, DAY]) {
                    drawn = [];
                    choose(length);
                    if (drawn.length < 2 || drawn[drawn.length - 1][1] > $("timeline").clientWidth) touching++;
                    touching += drawn.filter(([start], index) => index && start < drawn[index - 1][1] + 4).length;
                }
            }
            return touching;
        })()""")
        assert touching == 0
