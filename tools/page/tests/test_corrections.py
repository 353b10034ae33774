"""*Wrong?* on the page: which events have it, by keyboard, and what becomes of what is said."""

import sys
from pathlib import Path

import pytest

sys.path += [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]
import chromium  # noqa: E402
from stand_in import StandIn  # noqa: E402

if chromium.path() is None:
    pytest.skip("there is no Chromium: Debian's package chromium", allow_module_level=True)

OFFERED = "[...document.querySelectorAll('#events button:not([hidden])')].map(b => b.getAttribute('aria-label'))"
ANSWER = "document.querySelector('#answer').textContent"
FOCUS = "document.activeElement.closest('li')?.dataset.id"


def press(browser: chromium.Chromium, key: str) -> None:
    more = {"text": "\r", "windowsVirtualKeyCode": 13} if key == "Enter" else {}
    browser.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, **more)
    browser.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key)


@pytest.fixture
def server():
    with StandIn() as server:
        server.state["labels"] += [server.label("cat", group="animal"), server.label("cow", group="animal")]
        yield server


@pytest.fixture
def browser(server):
    """The page with an event that may be corrected, and one of a group that can't be."""
    server.timeline["events"] = [
        server.event(1, "dog", "on", 60), server.event(2, "dog", "off", 50),
        server.event(3, "animal", "on", 40), server.event(4, "animal", "off", 30)]
    with chromium.Chromium() as browser:
        browser.open(server.address)
        browser.wait("document.querySelectorAll('#events button').length === 2")
        yield browser


def test_is_offered_where_it_can_be_learned(server, browser):
    (offered,) = browser.wait(f"({OFFERED}.length > 0) && {OFFERED}")
    assert offered.startswith("Wrong? dog at ")
    # Not before the clip is whole.
    server.state["clip_after_seconds"] = 0.5
    browser.evaluate("load()")
    server.tell(server.event(5, "rain", "on"))
    server.tell(server.event(6, "rain", "off"))
    browser.wait("document.querySelectorAll('#events li').length === 3")
    assert len(browser.evaluate(OFFERED)) == 1
    browser.wait(f"{OFFERED}.length === 2")


def test_is_offered_of_what_goes_on_for_longer_than_a_clip_may(server, browser):
    server.timeline["events"] = [server.event(1, "dog", "on", 62), server.event(2, "rain", "on", 50)]
    browser.evaluate("loadTimeline()")
    (offered,) = browser.wait(f"{OFFERED}.length === 1 && {OFFERED}")
    assert offered.startswith("Wrong? dog at ")


def test_by_keyboard(server, browser):
    server.pause = 1
    browser.evaluate("document.querySelector('#events button:not([hidden])').focus()")
    dog = browser.evaluate(FOCUS)
    # News takes nothing from whoever is on a button.
    server.tell(server.event(5, "rain", "on"))
    browser.wait("document.querySelectorAll('#events li').length === 3")
    assert browser.evaluate(FOCUS) == dog
    press(browser, "Enter")
    browser.wait("document.querySelector('#correction').open && document.activeElement.id === 'name'")
    browser.evaluate("document.querySelector('#name').value = 'rain'; document.querySelector('#token').value = 'a token'")
    press(browser, "Enter")
    browser.wait(f"{ANSWER} === 'learning…' && document.querySelector('#was').disabled")
    browser.evaluate("correct({ nothing: true })")
    browser.wait(f"{ANSWER} === 'learned: not dog' && !document.querySelector('#was').disabled")
    assert server.corrections == [("Bearer a token", {"event": dog, "label": "rain"})]
    assert browser.evaluate(f"document.querySelector('[data-id=\"{dog}\"] .detail').textContent") == "10.0 s, corrected: rain"
    browser.evaluate("document.querySelector('#correction').close()")
    assert browser.evaluate(FOCUS) == dog
    assert browser.complaints() == []


@pytest.mark.parametrize("token", ["gehe\u00efm", "\u20ac\u20ac", "\ufefftoken"])
def test_a_token_that_cannot_be_sent(server, browser, token):
    browser.evaluate("document.querySelector('#events button:not([hidden])').click()")
    browser.evaluate(f"document.querySelector('#token').value = '{token}'; document.querySelector('#nothing').click()")
    browser.wait(f"{ANSWER} === 'that is not the token'")
    assert server.corrections == []


def test_an_answer_with_a_long_name_stays_in_the_dialog(server, browser):
    server.answer = (200, {"ok": True, "outcome": "learned", "words": f"learned: an example of {200 * 'W'}, not dog"})
    browser.evaluate("document.querySelector('#events button:not([hidden])').click()")
    browser.evaluate("document.querySelector('#nothing').click()")
    browser.wait(f"{ANSWER}.startsWith('learned: an')")
    assert browser.evaluate("(dialog => dialog.scrollWidth <= dialog.clientWidth)(document.querySelector('dialog'))")


def test_what_a_browser_may_not_keep_is_no_hindrance(server, browser):
    browser.evaluate("Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('no'); } }) && true")
    browser.evaluate("document.querySelector('#events button:not([hidden])').click()")
    browser.wait("document.querySelector('#correction').open")
    browser.evaluate("document.querySelector('#token').value = 'a token'; document.querySelector('#nothing').click()")
    browser.wait(f"{ANSWER} === 'learned: not dog'")
    browser.evaluate("document.querySelector('#correction').close()")
    browser.evaluate("document.querySelector('#events button:not([hidden])').click()")
    assert browser.evaluate("document.querySelector('#token').value") == "a token"


def test_a_dialog_has_a_name(browser):
    browser.evaluate("document.querySelector('#events button:not([hidden])').click()")
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    names = [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == "dialog"]
    assert names == ["This was"]
