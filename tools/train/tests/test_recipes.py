"""Recipes that put a listing together: what is in it, and what isn't free is not."""

import csv
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tacit_train.readers import open_data_set

RECIPES = Path(__file__).resolve().parents[1] / "recipes"
HEAD = ["file", "labels", "split", "group", "licence", "weight"]


def written(path: Path, head: list[str], rows: list[list]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])


def sounding(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / name, np.zeros(800), 16_000)


def test_words_have_others_beside_them_without_labels(tmp_path, monkeypatch):
    commands, spoken, house, out = (tmp_path / name for name in ("commands", "spoken", "house", "out"))
    rows = [["yes/1.wav", "yes", "a", "train"], ["no/1.wav", "no", "", "train"], ["no/2.wav", "no", "b", "test"]]
    written(commands / "meta/words.csv", ["filename", "label", "speaker", "split"], rows)
    written(spoken / "listing.csv", HEAD, [[f"w/{i}.ogg", "w", "train", "voice-0", "CC0", 1.0] for i in range(2)])
    rows = [
        ["background/fan.ogg", "", "train", "fan", "CC0", 4.0],
        ["esc-50/rain.ogg", "rain", "train", "r", "CC-BY", 1.0],
        ["material/free.ogg", "speech", "train", "f", "CC-BY-3.0", 1.0],
        ["material/alike.ogg", "speech", "train", "a", "CC-BY-SA-3.0", 1.0],
        ["material/unclear.ogg", "speech", "train", "u", "BSD-2", 1.0],
        *(["material/both.ogg", "speech", "train", "b", licence, 1.0] for licence in ("CC-BY and CC-BY-SA", "CC-BY-2.5-NC")),
        ["material/song.ogg", "music", "train", "s", "CC0", 1.0],
    ]
    written(house / "listing.csv", HEAD, rows)
    sounding(commands / "audio", "yes/1.wav", "no/1.wav", "no/2.wav")
    sounding(spoken, "w/0.ogg", "w/1.ogg")
    sounding(house, *(row[0] for row in rows))
    places = {"--speech-commands": commands, "--spoken": spoken, "--house": house, "--out": out}
    monkeypatch.setattr(sys, "argv", ["words.py", *(str(word) for pair in places.items() for word in pair)])
    words = {"run_name": "__main__"}
    runpy.run_path(str(RECIPES / "words.py"), **words)
    data = open_data_set(f"listing:{out}")
    assert data.labels == open_data_set(f"speech-commands:{commands}").labels
    found = {str(clip.path.relative_to(out)): clip for clip in data.split("train")}
    assert set(found) == {
        *("speech_commands/audio/yes/1.wav", "speech_commands/audio/no/1.wav", "spoken/w/0.ogg", "spoken/w/1.ogg"),
        *("house/background/fan.ogg", "house/esc-50/rain.ogg", "house/material/free.ogg"),
    }
    assert all(clip.path.is_file() for clip in found.values())
    labelled = {name: data.labels[clip.targets[0]] for name, clip in found.items() if clip.targets}
    assert labelled == {"speech_commands/audio/yes/1.wav": "yes", "speech_commands/audio/no/1.wav": "no"}
    assert [str(clip.path.relative_to(out)) for clip in data.split("speech")] == ["house/material/free.ogg"]
    weights = runpy.run_path(str(RECIPES / "words.py"))["WEIGHTS"]
    assert sum(found[f"spoken/w/{i}.ogg"].weight for i in range(2)) == weights["spoken"]
    assert found["house/material/free.ogg"].weight == weights["speech"]
    assert found["speech_commands/audio/no/1.wav"].group != found["speech_commands/audio/yes/1.wav"].group
    # What is amiss is told before anything is thrown away.
    before = (out / "listing.csv").read_bytes()
    (spoken / "listing.csv").write_text(",".join(HEAD) + "\n")
    with pytest.raises(SystemExit, match="no free recordings of spoken"):
        runpy.run_path(str(RECIPES / "words.py"), **words)
    (spoken / "listing.csv").unlink()
    with pytest.raises(SystemExit, match="listing.csv: no such file"):
        runpy.run_path(str(RECIPES / "words.py"), **words)
    assert (out / "listing.csv").read_bytes() == before
    monkeypatch.setattr(sys, "argv", [*sys.argv[:-1], str(tmp_path)])
    with pytest.raises(SystemExit, match="--out is emptied; expected a folder that holds none of the others"):
        runpy.run_path(str(RECIPES / "words.py"), **words)
    assert house.is_dir()
