"""The cross set: what is found in packages and how it is written; nothing here needs the network or a package."""

import json
import struct
import sys
import tomllib
import wave
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from material import audio, cross_set, package  # noqa: E402


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
