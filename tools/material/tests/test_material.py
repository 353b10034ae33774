"""Licences, plans, scores and files of tools/material; nothing here needs the network or a package."""

import contextlib
import io
import resource
import shutil
import signal
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import numpy as np
import pytest
from debian_copyright import COPYRIGHT

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from material import audio, catalogue, collect, compose, licence, master, midi, package, plan, score, speak  # noqa: E402


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


def test_why_a_package_cannot_be_had_is_said_in_words(tmp_path, monkeypatch):
    failed = subprocess.CompletedProcess([], 100, "", "W: odd\nE: Unable to locate package p\n")
    monkeypatch.setattr(package.subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(package.PackageError, match="^p: apt-get download failed: E: Unable to locate package p$"):
        package.archive_of("p", tmp_path)


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
