"""The page in a real browser, at the size of a phone and of a desk."""

import re
import subprocess
import sys
import time
import wave
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools/page"))
import chromium  # noqa: E402

TACIT = ROOT / ".build/release/tacit"
MODEL = ROOT / "models/sound-int4.gguf"
if not TACIT.exists():
    pytest.skip("tacit is not built: swift build -c release", allow_module_level=True)
if chromium.path() is None:
    pytest.skip("there is no Chromium: Debian's package chromium", allow_module_level=True)

SIZES = {"phone": (390, 844), "desk": (1280, 800)}
# A label's name is text, whatever is in it.
NAME = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The address of a page that listens to two minutes of tones and noise, as they pass."""
    folder = tmp_path_factory.mktemp("page")
    rate = 16_000
    moments = np.arange(120 * rate) / rate
    noise = np.random.default_rng(3).normal(0, 3000, moments.size) * (np.sin(moments / 2) > 0)
    tones = 8000 * np.sin(2 * np.pi * (300 + 100 * np.sin(moments)) * moments)
    path = folder / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes((noise + tones).clip(-32768, 32767).astype(np.int16).tobytes())
    errors = folder / "errors"
    command = [
        TACIT, "listen", MODEL, "--input", path, "--realtime", "--hop", "0.25", "--threshold", "0.02", "--on-after", "0",
        "--off-after", "0", "--name", NAME, "--to", "http://127.0.0.1:0",
    ]
    with open(errors, "w") as file:
        run = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stderr=file)
    try:
        for _ in range(600):
            if found := re.search(r"page: (http://\S+)", errors.read_text()):
                break
            if run.poll() is not None and "libmicrohttpd" in errors.read_text():
                pytest.skip("libmicrohttpd is not installed: Debian's package libmicrohttpd12")
            assert run.poll() is None, errors.read_text()
            time.sleep(0.1)
        yield found[1]
    finally:
        run.terminate()
        assert run.wait(30) == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_labels_are_on_the_page(page, size, scheme):
    with chromium.Chromium() as browser:
        browser.open(page, *SIZES[size], scheme)
        browser.wait("document.querySelector('#status')?.className === 'live'")
        browser.wait("document.querySelectorAll('#events li').length > 0")
        names = browser.evaluate("fetch('api/state').then(a => a.json()).then(s => s.labels.map(l => l.label))")
        # Labels come and go as the sound passes: there may be none at one moment.
        shown = browser.wait(
            "(names => names.length && names)([...document.querySelectorAll('#labels .name')].map(e => e.textContent))")
        assert set(shown) <= set(names)
        assert browser.wait("document.querySelector('#labels .mark')?.title") == "threshold 0.02"
        assert browser.evaluate("document.querySelector('#events .name').textContent") in names
        assert re.fullmatch(r"-?[\d.]+ dB", browser.evaluate("document.querySelector('#level-text').textContent"))
        # Set as text, not as markup.
        assert browser.evaluate("document.querySelector('#input').textContent") == NAME
        assert browser.evaluate("document.querySelector('#input').children.length") == 0
        # Nothing hangs over the side.
        assert browser.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0]
        # Something is drawn on the timeline, beyond its ground.
        assert browser.evaluate(
            "(() => { const c = document.querySelector('#timeline');"
            "return new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size })()"
        ) > 3
        assert len(browser.picture()) > 10_000
        assert browser.complaints() == []
        assert all(address.startswith(page) for address in browser.requests())


def test_is_small():
    """All of it together, as it travels."""
    files = list((ROOT / "Sources/Sinks/Page/Files").iterdir())
    assert len(files) == 8 and sum(file.stat().st_size for file in files) < 60_000
