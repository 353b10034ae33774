"""What was lost of a sound is told, at the line that asked for it."""

import warnings

import numpy as np
import pytest
from support import SOUND, tacit


@pytest.fixture(scope="module")
def sounds(tmp_path_factory):
    """Silence in MP3: frames of 288 bytes at 16 kHz, and bytes amid them that are none; and the same without those."""
    folder = tmp_path_factory.mktemp("damage")
    frames = (b"\xff\xf3\x88\xc0" + bytes(284)) * 150
    broken, whole = folder / "broken.mp3", folder / "whole.mp3"
    broken.write_bytes(frames + b"\x11" * 500 + frames)
    whole.write_bytes(frames)
    return broken, whole


def test_what_was_lost_is_a_warning(model, sounds, tmp_path):
    broken, whole = sounds
    for read in (
        model.classify,
        model.embed,
        tacit.decode,
        lambda path: list(model.listen(path)),
        lambda path: model.hear_background(tmp_path / "my.labels", path),
    ):
        with pytest.warns(tacit.DamageWarning, match=r"broken\.mp3: damaged: 500 bytes can't be decoded") as told:
            read(broken)
        assert [it.filename for it in told] == [__file__]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(whole)


def test_who_hears_of_it_may_ask_the_model(sounds, monkeypatch):
    broken, _ = sounds
    model = tacit.Model(SOUND)
    other = np.random.default_rng(1).normal(0, 0.1, 16_000)
    asked = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = model.classify(broken)
        warnings.simplefilter("always")
        monkeypatch.setattr(warnings, "showwarning", lambda *_, **__: asked.append(model.classify(other)))
        assert model.classify(broken) == expected
    assert len(asked) == 1 and asked[0] != expected
