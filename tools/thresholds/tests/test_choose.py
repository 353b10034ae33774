"""Events as `listen` tells them, and what is chosen by counting them."""

import argparse
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import choose  # noqa: E402
import choosing  # noqa: E402
import events  # noqa: E402
from executables import ROOT, TACIT, json_lines  # noqa: E402


def column(*scores: float) -> np.ndarray:
    return np.array(scores)[:, None]


def on(scores: np.ndarray, threshold: float, **settings) -> int:
    return int(events.times_on(scores, np.array([threshold]), events.Settings(**settings), 1.0)[0, 0])


def test_two_levels_and_waits():
    wave = column(0.1, 0.6, 0.45, 0.6, 0.1, 0.6, 0.1)
    assert on(wave, 0.5) == 2
    assert on(wave, 0.5, off_below=1) == 3
    assert on(wave, 0.5, off_below=0.1) == 1
    assert on(wave, 0.5, off_after=1) == 1
    assert on(wave, 0.5, on_after=1) == 0
    assert on(wave, 0.4, on_after=1) == 1
    # The mean of 0.1 and 0.6 stays below.
    assert on(wave, 0.55, smooth=2) == 0
    assert events.readings_in(2.5, 0.96) == 3 and events.readings_in(0, 1) == 1 and events.readings_in(2, 1) == 2


@pytest.mark.skipif(not TACIT.exists(), reason=f"{TACIT} is not built")
@pytest.mark.parametrize("settings", [
    events.Settings(), events.Settings(smooth=2.5), events.Settings(2.5, 0, 0.6, 3), events.Settings(1, 1, 1, 0.5),
])  # fmt: skip
def test_as_listen_has_them(settings):
    rng = np.random.default_rng(4)
    model, rate = ROOT / "models/sound.gguf", 16_000
    steps = np.repeat(rng.choice([0.0, 0.02, 0.3], 40), 2 * rate)
    samples = np.clip(rng.standard_normal(len(steps)) * steps * 32768, -32768, 32767).astype("<i2").tobytes()
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.to_json().items()]
    told = json_lines(
        TACIT, "listen", model, "--input", "-", "--raw", "--json", "--logits", "--threshold", "0.005", *flags, given=samples
    )
    readings = [line for line in told if line["type"] == "labels"]
    scores = 1 / (1 + np.exp(-np.array([line["logits"] for line in readings])))
    counted = events.times_on(scores, np.array([0.005]), settings, readings[1]["time"] - readings[0]["time"]).sum()
    heard = sum(line["type"] == "event" and line["state"] == "on" for line in told)
    assert counted == heard > 0


def test_thresholds_rise_where_least_is_lost():
    grid = np.arange(5)
    # Two labels with as many false events; the second loses nothing of its own by a higher threshold.
    rates = [np.stack([4.0 - grid, 4.0 - grid], 1)]
    kept = np.stack([1 - grid / 5, np.ones(5)], 1)
    none = np.array([0, 0])
    places = choosing.quietest(rates, kept, [4.0], none, np.array([4, 4]))
    assert places.tolist() == [0, 4]
    # What can't be kept within is as quiet as it gets; a label's highest place is held.
    assert choosing.quietest(rates, kept, [0.5], none, np.array([4, 2])).tolist() == [4, 2]
    assert choosing.quietest(rates, kept, [100.0], none, np.array([4, 4])).tolist() == [0, 0]
    # What a label's lowest place saves needs no other to save it, and isn't given back.
    assert choosing.quietest(rates, kept, [6.0], np.array([2, 0]), np.array([4, 4])).tolist() == [2, 0]
    assert choosing.quietest(rates, kept, [100.0], np.array([2, 0]), np.array([4, 4])).tolist() == [2, 0]
    assert choosing.quietest(rates, kept, [4.0], np.array([2, 0]), np.array([4, 4])).tolist() == [2, 2]


def test_what_is_missed_and_mistaken():
    scores = np.array([[0.9, 0.2], [0.3, 0.2], [0.6, 0.8]])
    truth, grid = np.array([0, 0, 1]), np.array([0.1, 0.5])
    np.testing.assert_allclose(choosing.recall(scores, truth, 2, grid, weight=0), [[1, 1], [0.5, 1]])
    # Of three clips two reach 0.5 in their own label; a weight pulls each label there.
    pulled = choosing.recall(scores, truth, 2, grid, weight=1)
    np.testing.assert_allclose(pulled[1], [(1 + 2 / 3) / 3, (1 + 2 / 3) / 2])
    np.testing.assert_allclose(choosing.mistaken(scores, truth, 2, grid), 100 * np.array([[1, 2], [1, 0]]) / 3)


def test_parts_to_keep():
    assert choose.kept_part("speech=0.92") == ("speech", 0.92)
    for text in ("speech", "speech=0", "speech=1.5"):
        with pytest.raises(ValueError):
            choose.kept_part(text)


def test_what_is_allowed_in_hard_recordings():
    assert choose.allowed_in("a=b/chores.txt=4") == (Path("a=b/chores.txt"), 4.0)
    for text in ("chores.txt", "=4", "chores.txt=0", "chores.txt=-1", "chores.txt=inf", "chores.txt=many", "chores.txt=nan"):
        with pytest.raises(ValueError):
            choose.allowed_in(text)


@pytest.mark.parametrize(("lowest", "least"), [(0.5, 0.5), (0.5, 0.3), (0.4, 0.25), (0.33, 0.1)])
def test_the_grid_holds_the_lowest_threshold_of_all(lowest, least):
    grid = choosing.grid_of(lowest, least, 0.96)
    assert np.abs(grid - lowest).min() < 1e-9
    assert least - choosing.STEP < grid[0] <= least + 1e-9 and 0.96 - choosing.STEP < grid[-1] < 0.96 + choosing.STEP


def test_a_score_has_a_place_in_the_grid():
    grid = choosing.grid_of(0.4, 0.4, 0.95)
    assert [choosing.place_of(score, grid) for score in (0.3, 0.4, 0.41, 0.42, 0.95)] == [0, 0, 1, 1, len(grid) - 1]


@pytest.mark.parametrize(("limits", "wrong"), [
    ({}, None),
    ({"lowest_of": [("a", 0.3)], "at_least": [("b", 0.6)], "at_most": [("c", 0.5)]}, None),
    ({"lowest_of": [("a", 0.6)]}, "--lowest-of a=0.6"),
    ({"at_least": [("a", 0.97)]}, "--at-least a=0.97"),
    ({"at_most": [("a", 0.4)]}, "--at-most a=0.4"),
    ({"lowest_of": [("a", 0.3)], "at_most": [("a", 0.4)]}, None),
    ({"at_least": [("a", 0.7)], "at_most": [("a", 0.6)]}, "--at-most a=0.6"),
    ({"stream": ["a+~b=x"], "at_most": [("a", 0.6)]}, "--at-most a: streams"),
    ({"stream": ["a+~b=x"], "at_most": [("b", 0.6)]}, None),
])  # fmt: skip
def test_limits_of_single_labels_go_with_those_of_all(limits, wrong):
    none = {"lowest": 0.5, "highest": 0.96, "lowest_of": [], "at_least": [], "at_most": [], "stream": []}
    found = choose.misplaced(argparse.Namespace(**none | limits))
    assert found is None if wrong is None else found.startswith(wrong)


@pytest.mark.parametrize(("words", "message"), [
    (["--allowed", "nan"], "--allowed: nan: expected a number, more than 0"),
    (["--mistaken", "0"], "--mistaken: 0: expected a number, more than 0"),
    (["--lowest", "0"], "--lowest: 0: expected a number, 0.01 to 0.99"),
    (["--smooth", "-1"], "--smooth: -1: expected a number"),
    (["--off-below", "2"], "--off-below: 2: expected a number, 0 to 1"),
    (["--lowest", "0.9", "--highest", "0.5"], "--lowest 0.9 is above --highest 0.5"),
])  # fmt: skip
def test_numbers_that_would_choose_nothing(monkeypatch, capsys, words, message):
    """No sum is more than no number, so that no threshold would be raised."""
    monkeypatch.setattr(sys, "argv", ["run", "model", "adapter", "--stream", "=x", "--own", "clips.csv", *words])
    with pytest.raises(SystemExit):
        choose.parsed()
    assert message in capsys.readouterr().err


def test_what_is_not_enough_to_choose_by(monkeypatch, tmp_path):
    monkeypatch.setattr(choose, "json_lines", lambda *_, **__: [{"type": "labels", "time": 1.0, "logits": [0.0]}])
    with pytest.raises(SystemExit, match="a stream gives 1 readings; expected recordings of some minutes"):
        choose.heard(Path("a.gguf"), np.zeros(100))
    clips = tmp_path / "clips.csv"
    for text, message in (
        ("file\na.wav\n", "clips.csv: no column label"),
        ("file,label\n", "clips.csv: no recordings in it"),
        ("file,label\na.wav,dog\nb.wav,cat\n", "clips.csv, line 3: a.gguf has no label 'cat'"),
    ):
        clips.write_text(text)
        with pytest.raises(SystemExit, match=message):
            choose.own_clips(Path("a.gguf"), clips, ["dog"])
    with pytest.raises(SystemExit, match="none.csv: no such file"):
        choose.own_clips(Path("a.gguf"), tmp_path / "none.csv", ["dog"])
