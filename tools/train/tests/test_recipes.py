"""Recipes that put a listing together: what is in it, and what isn't free is not."""

import csv
import lzma
import re
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tacit_train.readers import DataError, listing, open_data_set
from tacit_train.readers.cifar10 import LABELS

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
        *([f"{kind}/0.flac", label, "train", kind, "CC0", 1.0] for kind, label in (("chores", ""), ("traffic", "engine"))),
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
    written(spoken / "listing.csv", HEAD, [["w/0.ogg", "w", "train", "voice-0", "CC0", 1.0]])
    monkeypatch.setattr(sys, "argv", [*sys.argv[:-1], str(tmp_path)])
    with pytest.raises(SystemExit, match="is emptied; expected a folder that neither holds"):
        runpy.run_path(str(RECIPES / "words.py"), **words)
    assert house.is_dir()


def house_sources(root: Path) -> dict[str, Path]:
    """Where `recipes/house.py` finds what, with a recording or two of each kind."""
    names = ("esc-50", "speech-commands", "background", "material", "instruments", "chores", "traffic")
    places = {name: root / name for name in names}
    clips = [
        ["a.ogg", "1", "0", "dog", "x", "CC0"],
        ["b.ogg", "2", "1", "rain", "y", "CC-BY-NC"],
        ["c.ogg", "5", "2", "vacuum_cleaner", "z", "CC0"],
        ["d.ogg", "5", "3", "engine", "z", "CC0"],
    ]
    written(places["esc-50"] / "meta/esc50.csv", ["filename", "fold", "target", "category", "src_file", "licence"], clips)
    sounding(places["esc-50"] / "audio", "a.ogg", "b.ogg", "c.ogg", "d.ogg")
    words = [["yes/1.wav", "yes", "anna", "train"], ["no/1.wav", "no", "bert", "test"]]
    written(places["speech-commands"] / "meta/words.csv", ["filename", "label", "speaker", "split"], words)
    sounding(places["speech-commands"] / "audio", "yes/1.wav", "no/1.wav")
    background = runpy.run_path(str(RECIPES / "house.py"))["BACKGROUND"]
    sounding(places["background"], *(f"{name}.ogg" for name in background), "household/left_1.ogg")
    head = ["file", "label", "package", "version", "licence", "split", "group", "holders"]
    material = [
        ["song.ogg", "music", "songs", "1", "CC-BY-3.0", "train", "s", "A. Singer"],
        ["rain_1.ogg", "other", "farm", "2", "CC0", "train", "c", "B. Farmer"],
        ["talk.ogg", "speech", "talks", "3", "CC0", "test", "t", "C. Speaker"],
    ]
    written(places["material"] / "meta/material.csv", head, material)
    sounding(places["material"], *(row[0] for row in material))
    names = ["program-000/0.ogg", "program-000/1.ogg", "percussion-39/0.ogg"]
    written(places["instruments"] / "listing.csv", HEAD, [[n, n.split("/")[0], "train", n, "MIT", 1.0] for n in names])
    sounding(places["instruments"], *names)
    (places["instruments"] / "credits.md").write_text("\n- a font [MIT]\n")
    chores = [("train/water/0.flac", "train"), ("choose/water/0.flac", "choose")]
    written(places["chores"] / "listing.csv", HEAD, [[n, "water", split, n, "CC0", 1.0] for n, split in chores])
    sounding(places["chores"], *(name for name, _ in chores))
    written(places["traffic"] / "listing.csv", HEAD, [[n, "engine", "train", n, "CC0", 1.0] for n in ("e/0.flac", "e/1.flac")])
    sounding(places["traffic"], "e/0.flac", "e/1.flac")
    return places


def test_a_house_has_instruments_chores_and_traffic_beside_its_sounds(tmp_path, monkeypatch):
    places, out = house_sources(tmp_path), tmp_path / "out"
    given = [str(word) for name, place in places.items() for word in (f"--{name}", place)]

    def make(*more: object) -> None:
        monkeypatch.setattr(sys, "argv", ["house.py", *given, *map(str, more)])
        runpy.run_path(str(RECIPES / "house.py"), run_name="__main__")

    make("--out", out)
    data = open_data_set(f"listing:{out}")
    said = {str(c.path.relative_to(out)): [data.labels[t] for t in c.targets] for c in data.split("train")}
    assert {name: labels for name, labels in said.items() if not name.startswith("background/")} == {
        **{"esc-50/audio/a.ogg": ["dog"], "phrases/anna.ogg": ["speech"]},
        **{"material/song.ogg": ["music"], "material/rain_1.ogg": ["rain"]},
        **{f"instruments/program-000/{i}.ogg": ["music"] for i in range(2)}, "instruments/percussion-39/0.ogg": [],
        **{"chores/train/water/0.flac": [], "traffic/e/0.flac": ["engine"], "traffic/e/1.flac": ["engine"]},
    }  # fmt: skip
    notes = [c for c in data.split("train") if "instruments" in c.path.parts]
    assert sum(c.weight for c in notes) == pytest.approx(400, abs=1e-3) and {c.licence for c in notes} == {"MIT"}
    made_up = [c for c in data.split("train") if "traffic" in c.path.parts]
    assert sum(c.weight for c in made_up) == pytest.approx(120, abs=1e-3)
    credited = (out / "credits.md").read_text()
    assert "songs 1: A. Singer [CC-BY-3.0], 1 excerpts" in credited and "a font [MIT]" in credited
    assert "C. Speaker" not in credited
    kept = {path.stem: path.read_text().splitlines() for path in (out / "streams").glob("*.txt")}
    assert [Path(line).name for line in kept["background-measure"]] == ["left_1.ogg"]
    assert [Path(line).name for line in kept["speech-choose"]] == ["talk.ogg"]
    assert kept["chores-choose"] == [str(places["chores"] / "choose/water/0.flac")]

    # What is amiss is told before anything is thrown away.
    before = (out / "listing.csv").read_bytes()
    everything = [p for root in places.values() for p in root.rglob("*") if p.is_file()]
    spared = {"c.ogg", "d.ogg", "b.ogg", "talk.ogg", "left_1.ogg"}  # what is for measuring alone, whose names are only told
    for path in everything:
        if path.name in spared or path.parts[-2:] == ("no", "1.wav"):
            continue
        content = path.read_bytes()
        path.unlink()
        with pytest.raises(SystemExit, match=f"{path.name}: .*[Nn]o such file|{path.name}: Error opening"):
            make("--out", out)
        path.write_bytes(content)
    table = places["esc-50"] / "meta/esc50.csv"
    content = table.read_text()
    for other, wrong in ((",one,rain", "line 3: target 'one'"), (",7,rain", "expected clips of every target from 0 on")):
        table.write_text(content.replace(",1,rain", other))
        with pytest.raises(SystemExit, match=wrong):
            make("--out", out)
    table.write_text(content)
    traffic = places["traffic"] / "listing.csv"
    content = traffic.read_text()
    wrong_ones = [(content.replace("engine", "water"), "label 'water', which ESC-50 doesn't have")]
    wrong_ones += [(text, "expected recordings of the split train") for text in (content.replace("train", "choose"), ",".join(HEAD) + "\n")]
    for text, wrong in wrong_ones:
        traffic.write_text(text)
        with pytest.raises(SystemExit, match=wrong):
            make("--out", out)
    traffic.write_text(content)
    soundfile.write(places["speech-commands"] / "audio/yes/1.wav", np.zeros(800), 8000)
    with pytest.raises(SystemExit, match="8000 Hz, 1 channels; expected 16000 and 1"):
        make("--out", out)
    assert (out / "listing.csv").read_bytes() == before


def test_a_listing_begins_in_a_folder_that_holds_nothing_else(tmp_path):
    source, out, elsewhere = (tmp_path / name for name in ("source", "out", "elsewhere"))
    sounding(source, "a/1.ogg")
    sounding(elsewhere, "old.ogg", "b/old.ogg")
    (elsewhere / "link").symlink_to(source)
    for wrong in (tmp_path, source, source / "a", source / "new"):
        with pytest.raises(DataError, match="is emptied; expected a folder that neither holds"):
            listing.begin(wrong, [source])
    with pytest.raises(DataError, match="no such folder"):
        listing.begin(elsewhere, [source, tmp_path / "none"])
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="file: File exists; expected a folder"):
        listing.begin(tmp_path / "file", [source])
    assert (elsewhere / "old.ogg").is_file() and (source / "a/1.ogg").is_file()
    out.symlink_to(elsewhere)
    for place in (out, out, tmp_path / "new/one"):
        listing.begin(place, [source])
        assert place.is_dir() and not list(place.iterdir())
    assert out.is_symlink() and (source / "a/1.ogg").is_file()


def test_chores_are_made_the_same_again_and_apart_for_choosing(tmp_path, monkeypatch):
    for out in ("one", "two"):
        monkeypatch.setattr(sys, "argv", ["chores.py", "--out", str(tmp_path / out), "--clips", "2"])
        runpy.run_path(str(RECIPES / "chores.py"), run_name="__main__")
    data, heard = open_data_set(f"listing:{tmp_path / 'one'}"), []
    assert list(data.labels) == ["water", "clatter", "rubbing"]
    assert [len(data.split(name)) for name in ("train", "choose")] == [6, 3]
    for clip in data.clips:
        samples, rate = soundfile.read(clip.path)
        again, _ = soundfile.read(tmp_path / "two" / clip.path.relative_to(tmp_path / "one"))
        assert rate == 16_000 and len(samples) == rate * (8 if clip.split == "train" else 20)
        assert np.array_equal(samples, again) and np.abs(samples).max() > 0.001
        heard.append(samples[:16_000].tobytes())
    assert len(set(heard)) == len(heard)


def test_pictures_have_others_beside_them_without_labels(tmp_path, monkeypatch, capsys):
    cifar, pictures, out = (tmp_path / name for name in ("cifar", "pictures", "out"))
    pixels = Image.fromarray(np.zeros((32, 32, 3), np.uint8))
    for split in ("train", "test"):
        for label in LABELS:
            (cifar / split / label).mkdir(parents=True)
            for number in range(2):
                pixels.save(cifar / split / label / f"{number}.png")
    rows = [[f"pictures/p/{n}.png", "p", "1", "CC0", f"usr/{n // 2}.jpg", "N."] for n in range(5)]
    written(pictures / "pictures.csv", ["file", "package", "version", "licence", "source", "holders"], rows)
    (pictures / "pictures/p").mkdir(parents=True)
    for row in rows:
        pixels.save(pictures / row[0])
    places = {"--cifar-10": cifar, "--pictures": pictures, "--out": out}
    monkeypatch.setattr(sys, "argv", ["pictures.py", *(str(word) for pair in places.items() for word in pair)])
    runpy.run_path(str(RECIPES / "pictures.py"), run_name="__main__")
    assert "20 pictures with a label, 5 without" in capsys.readouterr().out
    data = open_data_set(f"listing:{out}")
    clips = data.split("train")
    assert data.labels == LABELS and len(clips) == 25 and all(clip.path.is_file() for clip in clips)
    assert all("test" not in clip.path.relative_to(out).parts for clip in clips)
    named = {str(clip.path.relative_to(out)): clip for clip in clips}
    assert named["cifar_10/train/cat/1.png"].targets == (LABELS.index("cat"),)
    others = [clip for clip in clips if not clip.targets]
    # Those of one picture are held out together; together they are drawn four times for five of the others.
    assert len({clip.group for clip in others}) == 3
    assert sum(clip.weight for clip in others) == pytest.approx(0.8 * sum(clip.weight for clip in clips if clip.targets))

    (pictures / rows[3][0]).unlink()
    with pytest.raises(SystemExit, match="3.png: no such file"):
        runpy.run_path(str(RECIPES / "pictures.py"), run_name="__main__")


def test_what_a_recipe_cannot_use_is_told(tmp_path, monkeypatch, capsys):
    pytest.importorskip("soxr")
    text, out = tmp_path / "text.xz", tmp_path / "out"
    (tmp_path / "file").write_text("")
    (tmp_path / "plain.xz").write_text("no xz")
    text.write_bytes(lzma.compress(b"some words of a text " * 9))
    for name, words, message in (
        ("chores", ["--out", out, "--clips", "0"], "--clips: 0: expected a whole number, 1 or more"),
        ("chores", ["--out", tmp_path / "file/out", "--clips", "1"], "recipes/chores.py: .*Not a directory"),
        ("spoken", ["--text", tmp_path / "none.xz", "--out", out], "recipes/spoken.py: .*none.xz: No such file"),
        ("spoken", ["--text", tmp_path / "plain.xz", "--out", out], "plain.xz: .*expected a text, .xz"),
        ("spoken", ["--text", text, "--out", out, "--words", "9"], "--words 9: .*text.xz has no more than 0 words"),
        ("spoken", ["--text", text, "--out", out, "--times", "0"], "--times: 0: expected a whole number, 1 or more"),
    ):
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *(str(word) for word in words)])
        with pytest.raises(SystemExit) as ended:
            runpy.run_path(str(RECIPES / f"{name}.py"), run_name="__main__")
        said = ended.value.code if isinstance(ended.value.code, str) else capsys.readouterr().err
        assert re.search(message, said), said
    assert not out.exists()


@pytest.mark.parametrize("recipe", sorted(RECIPES.glob("*.py")), ids=lambda recipe: recipe.stem)
def test_without_its_packages_a_recipe_names_the_file_that_lists_them(recipe):
    # -S: without the folder that packages are installed in.
    done = subprocess.run([sys.executable, "-S", recipe, "--out", "x"], capture_output=True, text=True, env={})
    assert done.returncode == 69 and not done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"{recipe}: ") and line.endswith("-m pip install -r tools/train/requirements.txt"), line
