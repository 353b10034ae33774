"""Readers on tiny trees in the published layouts."""

import ast
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tacit_train.audio import Recordings, load
from tacit_train.credits import credit_lines
from tacit_train.readers import DataError, base, open_data_set, with_licences

TOOLS = Path(__file__).resolve().parents[2]


def sound(path, seconds=0.1, rate=16000, channels=1):
    path.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(int(seconds * rate)) / rate
    wave = 0.5 * np.sin(2 * np.pi * 440 * t)
    soundfile.write(path, np.stack([wave] * channels, 1), rate)


@pytest.fixture
def esc(tmp_path):
    lines = ["filename,fold,target,category,esc10,src_file,take,licence"]
    rows = [(1, 0, "dog", "CC0"), (2, 1, "rain", "CC-BY"), (5, 0, "dog", "CC-BY-NC"), (5, 1, "rain", "")]
    for i, (fold, target, name, licence) in enumerate(rows):
        sound(tmp_path / "audio" / f"{i}.wav")
        lines.append(f"{i}.wav,{fold},{target},{name},False,{100 + i},A,{licence}")
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_files_are_known_by_the_suffixes_that_the_runtime_knows():
    def known(name: str) -> set[str]:
        source = (TOOLS.parent / "Sources/Media/MediaSuffixes.swift").read_text()
        return set(re.findall(r'"(\w+)"', re.search(rf"static let {name}: Set<String> = \[(.*?)\]", source, re.DOTALL)[1]))

    assert {f".{suffix}" for suffix in known("sounds")} == set(base.SOUND_SUFFIXES)
    assert {f".{suffix}" for suffix in known("pictures")} == set(base.IMAGE_SUFFIXES)
    # The archive's own Python isn't installed here.
    source = (TOOLS / "archive/tacit_archive/sources.py").read_text()
    archive = ast.literal_eval(re.search(r"^SUFFIXES = (\{.*?^\})", source, re.DOTALL | re.MULTILINE)[1])
    assert set(archive["sound"]) == known("sounds") and set(archive["pictures"]) == known("pictures")


def test_esc50(esc):
    data = open_data_set(f"esc-50:{esc}")
    assert data.labels == ("dog", "rain") and not data.multilabel
    assert data.splits() == ["fold-1", "fold-2", "fold-5"]
    assert [c.targets for c in data.split("fold-5")] == [(0,), (1,)]
    assert len(data.split("fold-1,fold-2")) == 2 and len(data.split("all")) == 4
    assert data.clips[0].group == "100"
    with pytest.raises(DataError, match="no split fold-3"):
        data.split("fold-3")


def test_licence_filter_keeps_only_what_is_named(esc):
    clips = open_data_set(f"esc-50:{esc}").clips
    assert [c.licence for c in with_licences(clips, ["CC0", "CC BY"])] == ["CC0", "CC-BY"]
    assert with_licences(clips, ["cc-by"])[0].licence == "CC-BY"
    assert with_licences(clips, []) == ()
    # Neither CC BY-NC nor a clip without a licence may slip in by a prefix.
    assert all(c.licence == "CC-BY" for c in with_licences(clips, ["CC BY"]))


@pytest.mark.parametrize(
    "line, message",
    [
        ("../x.wav,1,0,dog,False,1,A,CC0", "leaves the data set"),
        ("x.wav,one,0,dog,False,1,A,CC0", "whole numbers"),
        ("x.wav,1,0,cat,False,1,A,CC0", "'dog' and 'cat'"),
        ("x.wav,1,7,cat,False,1,A,CC0", "targets are not 0 to"),
        ("x.wav,1,2,dog,False,1,A,CC0", "'dog' is the category of targets 0 and 2; expected one for each"),
        ("x.wav", "too few columns"),
    ],
)
def test_esc50_bad_tables(esc, line, message):
    table = esc / "meta" / "esc50.csv"
    table.write_text(table.read_text() + line + "\n")
    with pytest.raises(DataError, match=message):
        open_data_set(f"esc-50:{esc}")


def test_speech_commands_table(tmp_path):
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "words.csv").write_text(
        "filename,label,speaker,split\nyes/a.wav,yes,s1,train\nno/b.wav,no,s2,test\nsilence/c.wav,silence,,train\n"
    )
    data = open_data_set(f"speech-commands:{tmp_path}")
    assert data.labels == ("no", "silence", "yes")
    assert [(c.split, c.group, data.labels[c.targets[0]]) for c in data.clips] == [
        ("train", "s1", "yes"),
        ("test", "s2", "no"),
        ("train", "", "silence"),
    ]
    assert data.clips[0].path == tmp_path / "audio" / "yes" / "a.wav"


def test_speech_commands_folders_and_lists(tmp_path):
    for name in ["yes/abc_nohash_0.wav", "yes/abd_nohash_1.wav", "no/abe_nohash_0.wav", "_background_noise_/hum.wav"]:
        sound(tmp_path / name)
    (tmp_path / "testing_list.txt").write_text("yes/abd_nohash_1.wav\n")
    (tmp_path / "validation_list.txt").write_text("no/abe_nohash_0.wav\n")
    data = open_data_set(f"speech-commands:{tmp_path}")
    assert data.labels == ("no", "yes")
    assert {c.path.name: c.split for c in data.clips} == {
        "abc_nohash_0.wav": "train",
        "abd_nohash_1.wav": "test",
        "abe_nohash_0.wav": "validation",
    }
    assert data.clips[-1].group == "abd"


def test_speech_commands_test_set_folders(tmp_path):
    for name in ["_silence_/a.wav", "_unknown_/b.wav", "yes/c.wav"]:
        sound(tmp_path / name)
    data = open_data_set(f"speech-commands:{tmp_path}")
    assert data.labels == ("silence", "unknown", "yes") and data.splits() == ["test"]


def test_gtzan(tmp_path):
    for number in range(3):
        sound(tmp_path / "genres" / "blues" / f"blues.0000{number}.au")
        sound(tmp_path / "genres" / "rock" / f"rock.0000{number}.wav")
    data = open_data_set(f"gtzan:{tmp_path}")
    assert data.labels == ("blues", "rock") and data.splits() == ["test", "train", "val"]
    assert [c.path.name for c in data.split("test")] == ["blues.00000.au", "rock.00000.wav"]
    assert len(load(data.clips[0].path, 16000)) == 1600


def test_fsd50k(tmp_path):
    truth = tmp_path / "FSD50K.ground_truth"
    truth.mkdir()
    (truth / "vocabulary.csv").write_text("0,Bark,/m/05tny_\n1,Rain,/m/06mb1\n2,Siren,/m/03kmc9\n")
    (truth / "dev.csv").write_text(
        'fname,labels,mids,split\n10,"Rain,Bark","/m/06mb1,/m/05tny_",train\n11,Rain,/m/06mb1,val\n'
    )
    (truth / "eval.csv").write_text("fname,labels,mids\n12,Siren,/m/03kmc9\n")
    meta = tmp_path / "FSD50K.metadata"
    meta.mkdir()
    info = {"10": {"license": "http://creativecommons.org/licenses/by/3.0/", "uploader": "u"}}
    (meta / "dev_clips_info_FSD50K.json").write_text(json.dumps(info))
    data = open_data_set(f"fsd50k:{tmp_path}")
    assert data.multilabel and data.labels == ("Bark", "Rain", "Siren")
    assert [(c.path.name, c.targets, c.split) for c in data.clips] == [
        ("10.wav", (0, 1), "train"),
        ("11.wav", (1,), "val"),
        ("12.wav", (2,), "eval"),
    ]
    assert data.clips[0].path.parent.name == "FSD50K.dev_audio"
    assert data.clips[2].path.parent.name == "FSD50K.eval_audio"
    assert with_licences(data.clips, ["CC BY"]) == (data.clips[0],)
    (truth / "eval.csv").write_text("fname,labels,mids\n12,Sirene,/m/03kmc9\n")
    with pytest.raises(DataError, match="Sirene"):
        open_data_set(f"fsd50k:{tmp_path}")


def test_folder_with_and_without_splits(tmp_path):
    sound(tmp_path / "plain" / "a" / "1.wav")
    sound(tmp_path / "plain" / "b" / "1.flac")
    data = open_data_set(f"folder:{tmp_path / 'plain'}")
    assert data.labels == ("a", "b") and data.splits() == ["train"]
    sound(tmp_path / "split" / "train" / "a" / "1.wav")
    sound(tmp_path / "split" / "test" / "b" / "1.wav")
    data = open_data_set(f"folder:{tmp_path / 'split'}")
    assert data.labels == ("a", "b") and [c.split for c in data.clips] == ["test", "train"]
    with pytest.raises(DataError, match="no folder with sound files"):
        open_data_set(f"folder:{tmp_path}/plain/a")
    with pytest.raises(DataError, match="KIND:PATH"):
        open_data_set("folder")


def test_a_folder_says_what_it_leaves_out(tmp_path, capsys):
    sound(tmp_path / "dog" / "a.wav")
    (tmp_path / "dog" / "._a.wav").write_bytes(b"\0\5\x16\7")
    (tmp_path / "rooster").mkdir()
    for name in ("a.m4a", "b.m4a"):
        (tmp_path / "rooster" / name).write_bytes(b"no sound")
    data = open_data_set(f"folder:{tmp_path}")
    assert [c.path.name for c in data.clips] == ["a.wav"]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and str(tmp_path / "rooster") in lines[0]
    assert "2 files with .m4a, which leaves nothing of this class" in lines[0]


def test_recordings_are_mono_at_the_models_rate_and_cached(tmp_path):
    for name, rate, channels in [("1.wav", 16000, 1), ("2.wav", 48000, 2)]:
        sound(tmp_path / "set" / "a" / name, 0.5, rate, channels)
    clips = open_data_set(f"folder:{tmp_path / 'set'}").clips
    plain = Recordings(clips, 16000)
    cached = Recordings(clips, 16000, tmp_path / "cache")
    again = Recordings(clips, 16000, tmp_path / "cache")
    for recordings in (plain, cached, again):
        assert [len(recordings[i]) for i in range(len(recordings))] == [8000, 8000]
        # The resampled stereo tone is the mono tone.
        assert np.abs(recordings[0][1000:7000] - recordings[1][1000:7000]).max() < 0.01
    (tmp_path / "set" / "a" / "3.wav").write_bytes(b"RIFF")
    with pytest.raises(DataError, match="3.wav"):
        Recordings(open_data_set(f"folder:{tmp_path / 'set'}").clips, 16000)


def test_a_name_that_is_no_text_is_refused(tmp_path):
    """Before anything is trained, since no file of labels could be written."""
    for folder, file in ((b"caf\xe9", b"a.wav"), (b"tea", b"\xff.wav")):
        place = os.path.join(os.fsencode(tmp_path), file[:-4], folder)
        os.makedirs(place)
        sound(tmp_path / "a.wav", 0.1, 16000, 1)
        os.rename(tmp_path / "a.wav", os.path.join(place, file))
        with pytest.raises(DataError, match="a name that is not UTF-8; expected it to be renamed") as refused:
            open_data_set(f"folder:{os.fsdecode(os.path.dirname(place))}")
        str(refused.value).encode()


def test_a_damaged_cache_is_not_listened_to(tmp_path):
    """What is cut off of it would be silence, and measured as that."""
    for name in ("1.wav", "2.wav"):
        sound(tmp_path / "set" / "a" / name, 0.5, 16000, 1)
    clips, cache = open_data_set(f"folder:{tmp_path / 'set'}").clips, tmp_path / "cache"
    for suffix, size in (("f32", 40_000), ("f32", 0), ("npy", 50), ("npy", 0), ("npy", 130)):
        Recordings(clips, 16000, cache)
        path = next(cache.glob(f"*.{suffix}"))
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(DataError, match=f"cache/.*{suffix}: damaged; remove it"):
            Recordings(clips, 16000, cache)
        path.unlink()
    Recordings(clips, 16000, cache)
    np.save(next(cache.glob("*.npy")), np.array([0, 16000]))
    with pytest.raises(DataError, match="damaged"):
        Recordings(clips, 16000, cache)


def test_credits_name_every_clip_used():
    text = "101 - Dog:\n- [1-2-A.ogg]: clip derived from x.wav (http://a) by b [CC0]\n- [1-3-A.ogg]: clip by c [CC-BY]\n"
    assert credit_lines(text, {"1-3-A"}) == ["- 1-3-A: clip by c [CC-BY]"]
    with pytest.raises(SystemExit, match="1-9-A"):
        credit_lines(text, {"1-3-A", "1-9-A"})


def test_what_keeps_folders_from_being_splits_is_named(tmp_path, capsys):
    for place in ("train/dog/1.wav", "test/dog/1.wav", ".cache/x/1.wav", "train/.git/1.wav"):
        sound(tmp_path / place)
    data = open_data_set(f"folder:{tmp_path}")
    assert data.splits() == ["test", "train"] and data.labels == ("dog",)
    sound(tmp_path / "extra" / "1.wav")
    with pytest.raises(DataError, match="extra: keeps test and others from being splits; expected train, val"):
        open_data_set(f"folder:{tmp_path}")
    (tmp_path / "extra/1.wav").unlink()
    with pytest.raises(DataError, match="extra: keeps test and others from being splits"):
        open_data_set(f"folder:{tmp_path}")
    (tmp_path / "extra").rmdir()
    (tmp_path / "train").rename(tmp_path / "Train")
    with pytest.raises(DataError, match="Train: no split, for its name; expected train"):
        open_data_set(f"folder:{tmp_path}")
    # A train is a class where cars and buses are.
    for name in ("train", "bus"):
        sound(tmp_path / "vehicles" / name / "1.wav")
    assert open_data_set(f"folder:{tmp_path}/vehicles").labels == ("bus", "train")


def test_a_folder_names_clips_that_lie_elsewhere(tmp_path, capsys):
    for place in ("train/dog/1.wav", "train/loose.wav", "train/dog/more/2.wav", "train/dog/more/3.wav", "test/dog/1.wav"):
        sound(tmp_path / place)
    (tmp_path / "README.txt").write_text("")
    (tmp_path / "train/cat").mkdir()
    assert len(open_data_set(f"folder:{tmp_path}").clips) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"{tmp_path}/train/cat: left out, for there is nothing in it",
        f"{tmp_path}/train/dog/more: left out 2 files; expected what is of a class right in its folder",
        f"{tmp_path}/train: left out 1 file in no class's folder, loose.wav first",
    ]


def test_lists_that_are_no_text(tmp_path):
    sound(tmp_path / "yes/abd_nohash_1.wav")
    (tmp_path / "testing_list.txt").write_bytes(b"yes/a\nyes/\xff\n")
    with pytest.raises(DataError, match="testing_list.txt, line 2: not UTF-8"):
        open_data_set(f"speech-commands:{tmp_path}")


def test_a_table_without_clips(tmp_path):
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta/esc50.csv").write_text("filename,fold,target,category,src_file\n")
    with pytest.raises(DataError, match="esc-50: the data set holds no clips"):
        open_data_set(f"esc-50:{tmp_path}").split("fold-1")
