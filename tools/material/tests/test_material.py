"""Licences, plans, scores and files of tools/material; nothing here needs the network or a package."""

import contextlib
import io
import json
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tomllib
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from material import audio, catalogue, collect, compose, cross_set, licence, master, midi, package, pictures, plan, score, speak  # noqa: E402

COPYRIGHT = """Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2001 A. Nobody
License: GPL-2+
 Text.
 .
 More text.

Files: music/*.ogg
 music/deep/?.flac
Copyright: 2002 B. Somebody
           2003 C. Other
License: CC-BY-SA-3.0

Files: music/song.ogg
Copyright: 2004 D.
License: GPL-3 or CC-BY-4.0
"""


@pytest.mark.parametrize(
    ("expression", "free"),
    [
        ("CC0", True), ("CC0-1.0", True), ("CC-BY-3.0", True), ("CC-BY-3", True), ("CC-BY-SA-3.0+", True),
        ("public-domain", True), ("Expat", True), ("BSD-2", True), ("BSD-2-clause", True), ("GPL-3 or CC-BY-3.0", True),
        ("CC-BY-3.0 and CC0-1.0", True), ("GPL-2+", False), ("CC-BY-3.0 and GPL-2", False), ("CC-BY-NC-3.0", False),
        ("CC-BY-ND-4.0", False), ("CC-BY-NC-SA-3.0", False), ("CC-sampling-plus-1.0", False), ("GFDL-1.3", False),
        ("", False), ("CC-BY-SA-3.0 and Mark-Policy", False),
    ],
)  # fmt: skip
def test_free_licences(expression, free):
    assert licence.is_free(expression) is free


def test_last_stanza_counts_and_stars_match_slashes():
    stanzas = licence.stanzas(COPYRIGHT)
    assert licence.terms_of("src/main.c", stanzas).licence == "GPL-2+"
    assert licence.terms_of("music/a/b.ogg", stanzas) == licence.Terms("CC-BY-SA-3.0", "2002 B. Somebody; 2003 C. Other")
    assert licence.terms_of("music/deep/x.flac", stanzas).licence == "CC-BY-SA-3.0"
    assert licence.terms_of("music/song.ogg", stanzas).licence == "GPL-3 or CC-BY-4.0"
    assert licence.terms_of("music/deep/xy.flac", stanzas).licence == "GPL-2+"


def test_files_without_free_licence_are_left_out():
    entry = {"name": "p", "source": "", "installed": "usr/share/p/"}
    files = ["usr/share/p/sound.ogg", "usr/share/p/music/a.ogg", "usr/lib/else.ogg"]
    assert list(collect.terms_by_file(entry, COPYRIGHT, files)) == ["usr/share/p/music/a.ogg"]


def test_copyright_that_does_not_say_what_is_expected():
    entry = {"name": "p", "says": "share alike", "licence": "CC-BY-SA-3.0", "holders": "x"}
    assert list(collect.terms_by_file(entry, "you may share\n   alike", ["a"])) == ["a"]
    with pytest.raises(licence.LicenceError, match="does not say"):
        collect.terms_by_file(entry, "all rights reserved", ["a"])
    with pytest.raises(licence.LicenceError, match="lists no files"):
        collect.terms_by_file({"name": "p", "source": "", "installed": ""}, "free text", ["a"])


def test_table_is_complete():
    import tomllib

    with collect.TABLE.open("rb") as file:
        table = tomllib.load(file)["package"]
    assert len({entry["name"] for entry in table}) == len(table)
    voices = {}
    for entry in table:
        assert ("says" in entry) != ("source" in entry), entry["name"]
        for take in entry["take"]:
            assert take["label"] in ("speech", "music", "other") and take["files"]
            if take["label"] == "speech":
                assert voices.setdefault(take["voice"], take["split"]) == take["split"]
                assert take["minutes"] > 0
            else:
                assert take["excerpts"] > 0 and take["seconds"] > 0


def tone(seconds, level=0.5, pitch=440):
    return (level * np.sin(2 * np.pi * pitch * np.arange(int(seconds * audio.RATE)) / audio.RATE)).astype(np.float32)


def silence(seconds):
    return np.zeros(int(seconds * audio.RATE), np.float32)


def test_faults():
    assert audio.fault(tone(1)) is None
    assert audio.fault(tone(0.2)) == "shorter than 0.3 s"
    assert audio.fault(silence(1)) == "silent"
    assert audio.fault(np.clip(tone(1, 2), -1, 1)) == "clipped"
    assert audio.fault(np.full(audio.RATE, np.nan, np.float32)) == "not finite"


def test_trimming_keeps_the_edges():
    trimmed = audio.trimmed(np.concatenate([silence(0.5), tone(1), silence(0.7)]))
    assert len(trimmed) == pytest.approx(1.1 * audio.RATE, abs=audio.FRAME)
    assert len(audio.trimmed(silence(1))) == 0


def test_excerpts_lie_inside_and_apart():
    found = audio.excerpts(tone(30), 2, 6)
    assert [start for start, _ in found] == [6.0, 18.0]
    assert all(len(cut) == 6 * audio.RATE for _, cut in found)
    assert len(audio.excerpts(tone(4), 2, 6)) == 1


def test_short_recordings_are_joined_and_long_ones_not():
    recordings = [(f"usr/voice/letter-{index}.ogg", tone(0.6, 0.3)) for index in range(12)]
    items = plan.utterances([*recordings, ("usr/voice/long.ogg", tone(5))], "voice", 60)
    joined = [item for item in items if len(item.files) > 1]
    assert sum(len(item.files) for item in items) == 13
    assert all(2.8 <= len(item.samples) / audio.RATE <= 6 for item in joined[:-1])
    assert ("usr/voice/long.ogg",) in [item.files for item in items]


def test_split_depends_on_the_group_alone_and_is_about_a_fifth():
    splits = [plan.split_of(f"track {index}") for index in range(1000)]
    assert splits == [plan.split_of(f"track {index}") for index in range(1000)]
    assert 150 < splits.count("test") < 250


def test_names_are_plain():
    assert plan.stem("usr/share/x y/ä:b.ogg") == "x_y-__b"


@pytest.mark.parametrize("style", sorted(score.STYLES))
def test_pieces_are_repeatable_and_in_range(style):
    piece = score.compose(style, 7, 8)
    assert piece.notes == score.compose(style, 7, 8).notes != score.compose(style, 8, 8).notes
    assert all(0 <= key < 128 and 1 <= velocity < 128 for _, _, _, key, velocity in piece.notes)
    assert max(start for start, *_ in piece.notes) * 60 / piece.tempo > 5


def test_midi_is_well_formed():
    piece = score.compose("rock", 1, 8)
    content = midi.file_of(piece)
    assert content[:4] == b"MThd" and content[14:18] == b"MTrk"
    assert int.from_bytes(content[18:22], "big") == len(content) - 22
    assert content.endswith(b"\x00\xff\x2f\x00")
    assert midi.length(0) == b"\x00" and midi.length(128) == b"\x81\x00" and midi.length(0x0FFFFF) == b"\xbf\xff\x7f"


def test_mastering_is_finite_varied_and_below_full_scale():
    results = [master.mastered(tone(2), np.random.default_rng(seed)) for seed in range(20)]
    assert all(np.isfinite(result).all() and np.abs(result).max() < 1 for result in results)
    assert np.std([np.abs(result).max() for result in results]) > 0.05


def test_catalogue_replaces_one_package_and_credits_all(tmp_path):
    def row(name, package, holders):
        return dict.fromkeys(catalogue.COLUMNS, "") | {
            "file": name, "package": package, "version": "1", "licence": "CC0-1.0", "holders": holders,
        }  # fmt: skip

    catalogue.replace(tmp_path, "b", [row("b1", "b", "Bea"), row("b2", "b", "Bea")])
    catalogue.replace(tmp_path, "a", [row("a1", "a", "Ada, Ä.")])
    catalogue.replace(tmp_path, "b", [row("b3", "b", "Bea")])
    assert [row["file"] for row in catalogue.read(tmp_path)] == ["a1", "b3"]
    text = (tmp_path / "CREDITS.txt").read_text(encoding="utf-8")
    assert "a 1\n    CC0-1.0: Ada, Ä. (1 files)" in text and "Bea (1 files)" in text


def test_archives_cannot_write_outside(tmp_path):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../../out.ogg", b"x")
    with pytest.raises(package.PackageError, match="leads out"):
        package.unzip(content.getvalue(), "a", ["*.ogg"], tmp_path / "a" / "b")


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not there")
@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not there")
def test_from_a_package_to_files(tmp_path):
    """A package made here: one free track, one that is not, prompts of one voice."""
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text("Package: p\nVersion: 1.2\nArchitecture: all\nMaintainer: n <n@n>\nDescription: d\n")
    (root / "usr/share/doc/p").mkdir(parents=True)
    (root / "usr/share/doc/p/copyright").write_text(COPYRIGHT.replace("music/*.ogg", "music/* voice/*"))
    for name, seconds in [("music/a", 9), ("other/b", 9), ("voice/v1", 4), ("voice/v2", 0.5), ("voice/v3", 0.1)]:
        audio.encode(tone(seconds), root / f"usr/share/p/{name}.ogg", 5)
    (tmp_path / "cache").mkdir()
    subprocess.run(["dpkg-deb", "-b", root, tmp_path / "cache/p_1.2_all.deb"], check=True, capture_output=True)
    entry = {
        "name": "p", "source": "", "installed": "usr/share/p/",
        "take": [
            {"label": "music", "excerpts": 2, "seconds": 4, "files": ["*/music/*", "*/other/*"]},
            {"label": "speech", "voice": "v", "split": "test", "minutes": 1, "files": ["*/voice/*"]},
        ],
    }  # fmt: skip
    rows = collect.collect(entry, tmp_path / "out", tmp_path / "cache", 5)
    assert [row["label"] for row in rows] == ["music", "music", "speech", "speech"]
    assert {row["licence"] for row in rows} == {"CC-BY-SA-3.0"} and {row["version"] for row in rows} == {"1.2"}
    assert {row["split"] for row in rows if row["label"] == "speech"} == {"test"}
    assert len({row["split"] for row in rows if row["label"] == "music"}) == 1
    for row in rows:
        samples = audio.decode(tmp_path / "out" / row["file"])
        assert len(samples) / audio.RATE == pytest.approx(float(row["seconds"]), abs=0.02)
        spectrum = np.abs(np.fft.rfft(samples))
        assert np.argmax(spectrum) * audio.RATE / len(samples) == pytest.approx(440, abs=3)


def test_two_do_not_collect_the_same_to_one_folder(tmp_path, monkeypatch):
    out, font = tmp_path / "out", tmp_path / "font"
    font.write_bytes(b"")
    table = tmp_path / "table.toml"
    table.write_text('[[package]]\nname = "p"\nsource = ""\ninstalled = "usr/"\ntake = []\n')
    (out / "audio/speech").mkdir(parents=True)
    (out / "audio/speech/spoken--1.ogg").write_bytes(b"one")
    places = [out / "meta/.p.lock", out / "meta/.spoken.lock", out / "meta/.composed.lock"]
    with contextlib.ExitStack() as stack:
        for place in places:
            stack.enter_context(catalogue.held(place))
        for tool, more in ((collect, ["--table", table]), (speak, []), (compose, ["--font", font])):
            monkeypatch.setattr(sys, "argv", ["tool", str(out), *map(str, more)])
            with pytest.raises(SystemExit, match="held by another process that collects the same to the same folder"):
                tool.main()
    assert (out / "audio/speech/spoken--1.ogg").exists()
    with catalogue.held(places[0]):
        pass


@pytest.mark.parametrize("tool, more", [("speak", []), ("compose", ["--font"])])
def test_a_place_that_cannot_be_written_is_told_in_a_line(tmp_path, tool, more):
    place = tmp_path / "out"
    place.write_bytes(b"")
    words = [sys.executable, HERE / tool, place, *more, *(place for _ in more)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr == f"{HERE / tool}: {place / 'meta'}: Not a directory\n", done.stderr


def test_what_is_stopped_leaves_no_row_of_a_file_that_is_not_there(tmp_path, monkeypatch):
    (tmp_path / "audio/speech").mkdir(parents=True)
    file = tmp_path / "audio/speech/spoken--1.ogg"
    file.write_bytes(b"one")
    row = dict.fromkeys(catalogue.COLUMNS, "") | {"package": speak.PACKAGE, "file": "audio/speech/spoken--1.ogg"}
    catalogue.replace(tmp_path, speak.PACKAGE, [row])
    monkeypatch.setattr(speak, "one", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(sys, "argv", ["speak", str(tmp_path)])
    with pytest.raises(KeyboardInterrupt):
        speak.main()
    assert not file.exists() and catalogue.read(tmp_path) == []


def test_a_download_that_is_cut_off_is_not_taken_for_the_package(tmp_path, monkeypatch):
    def cut_off(words, cwd, **_):
        (Path(cwd) / "p_1_all.deb").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(package.subprocess, "run", cut_off)
    with pytest.raises(KeyboardInterrupt):
        package.archive_of("p", tmp_path)
    assert not list(tmp_path.iterdir())
    (tmp_path / "p_1_all.deb").write_bytes(b"!<arch>\n")
    with pytest.raises(package.PackageError, match="p: its .deb in .* is damaged .*; remove it to have it anew"):
        package.extract(tmp_path / "p_1_all.deb", "p", [], tmp_path)


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="ffmpeg is not there")
def test_of_a_full_disk_no_half_sound_is_left(tmp_path):
    limits, before = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, limits[1]))
    try:
        with pytest.raises(OSError, match="sound.ogg"):
            audio.encode(tone(2), tmp_path / "sound.ogg", 5)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert not list(tmp_path.iterdir())


def test_voices_and_sentences():
    assert len(speak.SENTENCES) == len(set(speak.SENTENCES)) == 24
    assert all(licence.is_free(terms) for _, terms, _ in speak.VOICES.values())


def test_what_lies_in_an_archive_is_found_there():
    assert cross_set.rows_of(["a/b.wav", "a/0snd.pk3/sound/c.ogg", "a/fx.cat/12"]) == [
        {"files": ["a/b.wav"]},
        {"archive": "a/0snd.pk3", "files": ["a/0snd.pk3/sound/c.ogg"]},
        {"files": ["a/fx.cat"]},
    ]


def test_a_catalogue_gives_its_sounds_by_number():
    sounds = [(b"first\0", b"RIFFone"), (b"", b"RIFFtwo!")]
    place, index, data = 16, b"", b""
    for name, sound in sounds:
        index += struct.pack("<II", place | (0x80000000 if not index else 0), len(sound))
        data += bytes([len(name)]) + name + sound
        place = 16 + len(data)
    assert [cross_set.entry(index + data, number) for number in (0, 1)] == [b"RIFFone", b"RIFFtwo!"]
    for catalogue, number in [
        (index + data, 2), (index + data, -1), (b"", 0), (b"\xff", 0), (index[:8], 1), (index + data[:-1], 1),
        (struct.pack("<II", 8, 1 << 31), 0), (struct.pack("<II", 0xFFFFFFFF, 4), 0),
    ]:  # fmt: skip
        with pytest.raises(package.PackageError, match="of a catalogue ends at|a catalogue of"):
            cross_set.entry(catalogue, number)


def test_a_clip_is_as_loud_as_it_was(tmp_path):
    samples = np.array([0, 0.5, -0.5, 1, -1], np.float32)
    cross_set.write(samples, tmp_path / "dog" / "a.wav")
    with wave.open(str(tmp_path / "dog" / "a.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, audio.RATE)
        assert np.frombuffer(file.readframes(5), "<i2").tolist() == [0, 16384, -16384, 32767, -32768]


def test_silence_is_no_clip(tmp_path):
    cross_set.write(np.zeros(8000, np.float32), tmp_path / "a.wav")
    with pytest.raises(package.PackageError, match="nothing but silence"):
        cross_set.samples_of(tmp_path, "a.wav")


def test_what_lies_there_already_is_left_alone(tmp_path, capsys, monkeypatch):
    (tmp_path / "dog").mkdir()
    monkeypatch.setattr(sys, "argv", ["cross-set", str(tmp_path)])
    assert cross_set.main() == 73 and "expected an empty folder" in capsys.readouterr().err


def test_the_cross_set_names_each_file_once_and_labels_of_esc_50_alone():
    table = tomllib.loads((HERE / "cross-set.toml").read_text(encoding="utf-8"))["package"]
    paths = [(entry["name"], path) for entry in table for paths in entry["labels"].values() for path in paths]
    assert len(paths) == len(set(paths)) == 198
    labels = {label for entry in table for label in entry["labels"]}
    described = HERE.parent.parent / "models" / "adapters" / "sound" / "tacit.json"
    assert labels <= set(json.loads(described.read_text(encoding="utf-8"))["labels"]) - {"speech", "music"}


def scene(width, height, seed=0):
    """Something to see at every size: patches of many sizes in many colours."""
    rng = np.random.default_rng(seed)
    coarse, fine = (Image.fromarray(rng.integers(0, 256, (s, s, 3), np.uint8)).resize((width, height)) for s in (4, 24))
    return Image.blend(coarse, fine, 0.4)


def test_squares_are_of_many_sizes_and_show_something():
    image = scene(700, 400)
    cut = pictures.squares(image, 40, 16, np.random.default_rng(1))
    assert len(cut) == 40 and {c.shape for c in cut} == {(16, 16, 3)} and min(c.std((0, 1)).max() for c in cut) >= pictures.FLAT
    assert len({c.tobytes() for c in cut}) == 40
    again = pictures.squares(image, 40, 16, np.random.default_rng(1))
    assert all(np.array_equal(a, b) for a, b in zip(cut, again))
    assert pictures.squares(Image.new("RGB", (300, 300), "red"), 10, 16, np.random.default_rng(1)) == []


def test_directions_of_a_surface_are_no_picture():
    directions = np.random.default_rng(0).normal((128, 128, 230), 25, (32, 32, 3)).clip(0, 255).astype(np.uint8)
    assert pictures.is_of_normals(directions)
    sky = np.random.default_rng(0).normal((90, 160, 230), 25, (32, 32, 3)).clip(0, 255).astype(np.uint8)
    assert not pictures.is_of_normals(sky) and not pictures.is_of_normals(np.asarray(scene(32, 32)))


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not there")
def test_from_a_package_to_squares(tmp_path, capsys, monkeypatch):
    """A package made here: a free picture, one that is not, a small one, one that can hardly be seen, and no picture."""
    root, cache = tmp_path / "root", tmp_path / "cache"
    for folder in ("DEBIAN", "usr/share/doc/p", "usr/share/p/music", "usr/share/p/other"):
        (root / folder).mkdir(parents=True)
    (root / "DEBIAN/control").write_text("Package: p\nVersion: 1.2\nArchitecture: all\nMaintainer: n <n@n>\nDescription: d\n")
    (root / "usr/share/doc/p/copyright").write_text(COPYRIGHT.replace("music/*.ogg", "music/*"))
    scene(300, 200).save(root / "usr/share/p/music/free.png")
    scene(300, 200, 1).save(root / "usr/share/p/other/unfree.png")
    scene(90, 200).save(root / "usr/share/p/music/small.png")
    hidden = scene(200, 200)
    hidden.putalpha(20)
    hidden.save(root / "usr/share/p/music/hidden.png")
    (root / "usr/share/p/music/none.png").write_bytes(b"no picture")
    cache.mkdir()
    subprocess.run(["dpkg-deb", "-b", root, cache / "p_1.2_all.deb"], check=True, capture_output=True)
    table = tmp_path / "table.toml"
    table.write_text("""[[package]]\nname = "p"\nsource = ""\ninstalled = "usr/share/p/"\ntake = [{ cuts = 5, files = ["*.png"] }]\n""")
    out = tmp_path / "out"
    old = out / "pictures/p/old.png"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"")
    monkeypatch.setattr(sys, "argv", ["pictures", str(out), "--cache", str(cache), "--table", str(table), "--side", "20"])
    assert pictures.main() == 0
    said = capsys.readouterr()
    assert "1 of 5 pictures are not free" in said.out and "none.png" in said.err
    lines = (out / "pictures.csv").read_text().splitlines()
    assert len(lines) == 6 and all(",p,1.2,CC-BY-SA-3.0,usr/share/p/music/free.png," in line for line in lines[1:])
    files = [out / line.split(",")[0] for line in lines[1:]]
    assert sorted(files) == sorted((out / "pictures/p").iterdir())
    assert all(Image.open(file).size == (20, 20) for file in files)
    assert "CC-BY-SA-3.0: 2002 B. Somebody; 2003 C. Other (5 files)" in (out / "pictures/CREDITS.txt").read_text()
    # Sounds that were collected to the same place keep their credits.
    row = dict.fromkeys(catalogue.COLUMNS, "") | {"package": "s", "version": "2", "licence": "CC-BY-4.0", "holders": "S."}
    catalogue.replace(out, "s", [row])
    assert pictures.main() == 0 and "CC-BY-4.0: S." in (out / "CREDITS.txt").read_text()
    # What can't be had leaves what was had.
    before = {file: file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}
    (cache / "p_1.2_all.deb").write_bytes(b"!<arch>\n")
    capsys.readouterr()
    assert pictures.main() == 1 and capsys.readouterr().err.count("pictures: p") == 1
    assert {file: file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()} == before


def test_what_lies_under_holes_is_black_and_what_is_not_read_is_said(tmp_path, capsys):
    image = scene(128, 128)
    holes = np.zeros((128, 128), np.uint8)
    holes[:, 40:] = 255
    image.putalpha(Image.fromarray(holes))
    image.save(tmp_path / "holes.png")
    seen = np.asarray(pictures.opened(tmp_path / "holes.png"))
    assert not seen[:, :40].any() and np.array_equal(seen[:, 40:], np.asarray(image.convert("RGB"))[:, 40:])
    Image.fromarray(np.arange(128 * 128, dtype=np.uint16).reshape(128, 128)).save(tmp_path / "deep.png")
    assert pictures.opened(tmp_path / "deep.png") is None and "deep.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"), ("x = ", "Invalid value"), ("x = 1", "expected [[package]]"),
        ("[[package]]\nname = 'p'\ntake = []", "package 'p': expected installed, source"),
        ("[[package]]\nname = 'p'\nsource = ''\ninstalled = ''\ntake = [{ cuts = 0, files = [] }]", "cuts, a whole number above 0"),
    ],
)  # fmt: skip
def test_a_table_that_says_too_little(tmp_path, capsys, monkeypatch, text, message):
    if text is not None:
        (tmp_path / "t.toml").write_text(text)
    monkeypatch.setattr(sys, "argv", ["pictures", str(tmp_path / "out"), "--table", str(tmp_path / "t.toml")])
    assert pictures.main() == 1
    line = capsys.readouterr().err
    assert line.startswith(f"pictures: {tmp_path / 't.toml'}: ") and message in line and line.count("\n") == 1
