"""Streams of the Python module say what `listen` and `watch` say."""

from pathlib import Path

import numpy as np
import pytest
from support import FLAGS, IMAGE, SETTINGS, SOUND, glide, lines, same, tacit


@pytest.mark.parametrize("size", [1_000, 44_100, 10_000_000])
def test_a_stream(model, wave, size):
    path, samples = wave
    told = lines("listen", SOUND, "--input", path, "--logits", "--top", "0", *FLAGS)
    chunks = (samples[start : start + size] for start in range(0, samples.size, size))
    for source in [model.listen(chunks, 44_100, **SETTINGS), model.listen(path, **SETTINGS)]:
        found = list(source)
        assert len(found) == len(told) > 3
        for one, line in zip(found, told):
            if line["type"] == "labels":
                np.testing.assert_array_equal(one.logits, np.array(line["logits"], np.float32))
                assert [round(time, 9) for time in one.span] == line["span"]
            else:
                assert (line["state"] == "on") == one.is_on and line["label"] == one.label.name
                assert np.float32(line["score"]) == np.float32(one.label.score) and line["time"] == round(one.time, 9)
    assert any(line["type"] == "event" for line in told)


def test_no_waits_are_none_whatever_the_model_says(model, wave):
    path, _ = wave
    flags = ["--smooth", "0", "--on-after", "0", "--off-after", "0", "--threshold", "0.05"]
    told = [line for line in lines("listen", SOUND, "--input", path, *flags) if line["type"] == "event"]
    heard = [it for it in model.listen(path, threshold=0.05, smooth=0, on_after=0, off_after=0) if isinstance(it, tacit.Event)]
    assert [(it.is_on, it.label.name, round(it.time, 9)) for it in heard] == [
        (line["state"] == "on", line["label"], line["time"]) for line in told
    ]
    assert told


def test_lost_samples(model):
    samples = glide(6, model.rate)
    with model.stream(hop=1) as stream:
        before = [told for told in stream.push(samples) if isinstance(told, tacit.Prediction)]
        stream.skip(1600)
        after = [told for told in stream.push(samples) if isinstance(told, tacit.Prediction)]
    # The model began anew, so it says the same, later.
    assert len(before) == len(after) > 0
    for one, other in zip(before, after):
        np.testing.assert_array_equal(one.logits, other.logits)
        assert other.span[0] == pytest.approx(one.span[0] + 6.1)


@pytest.mark.parametrize("every", [0, 0.5])
def test_a_stream_of_pictures(tmp_path, every):
    """As `tacit watch` of a folder: labels, times, events."""
    random = np.random.default_rng(3)
    model = tacit.Model(IMAGE)
    pictures = [random.integers(0, 256, (24, 40, 3), np.uint8) for _ in range(4)]
    pictures = [pictures[index // 5 % 4] for index in range(30)]
    raw = tmp_path / "frames.rgb"
    raw.write_bytes(b"".join(picture.tobytes() for picture in pictures))
    waits = ["--threshold", "0.2", "--smooth", "0.4", "--on-after", "0.2", "--off-after", "0.2"]
    told = lines("watch", IMAGE, "--input", raw, "--size", "40x24", "--format", "rgb24", "--rate", "10", "--logits",
                 "--top", "0", *waits, *(["--every", str(every)] if every else []))
    settings = {"threshold": 0.2, "smooth": 0.4, "on_after": 0.2, "off_after": 0.2, "hop": every}
    with model.stream(10, **settings) as stream:
        timed = [one for index, picture in enumerate(pictures) for one in stream.push(picture, time=index / 10)]
        timed += stream.finish()
    for found in [list(model.watch(pictures, 10, **settings)), timed]:
        assert len(found) == len(told) > 5
        for one, line in zip(found, told):
            if line["type"] == "labels":
                same(one, {**line, "span": [line["time"]] * 2})
            else:
                assert (line["state"] == "on") == one.is_on and line["label"] == one.label.name
                assert np.float32(line["score"]) == np.float32(one.label.score) and line["time"] == round(one.time, 9)
    assert any(line["type"] == "event" for line in told)


def test_a_stream_runs_what_was_loaded(wave, tmp_path, monkeypatch):
    """Whatever becomes of the files, and wherever the program goes."""
    path, samples = wave
    monkeypatch.chdir(tmp_path)
    Path("a.gguf").write_bytes(SOUND.read_bytes())
    source = bytearray(SOUND.read_bytes())
    tacit.Model("a.gguf").teach("my.labels", "bell", path)
    models = [tacit.Model("a.gguf", labels="my.labels"), tacit.Model(source, labels="my.labels")]
    expected = [told.logits for told in models[0].listen(path) if isinstance(told, tacit.Prediction)]
    Path("a.gguf").write_bytes(IMAGE.read_bytes())
    source[:] = bytes(len(source))
    Path("my.labels").rename("other.labels")
    for model in models:
        for told in (model.listen(path), model.listen([samples], 44_100)):
            found = [it for it in told if isinstance(it, tacit.Prediction)]
            assert found[0].names[-1] == "bell"
            np.testing.assert_array_equal([it.logits for it in found], expected)
    Path("other.labels").rename("my.labels")
    stream = models[0].stream()
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path / "folder")
    stream.load_labels()
    list(models[0].stream().push(samples))


def test_a_stream_has_labels_of_its_own(wave, tmp_path):
    path, samples = wave
    labels, others = tmp_path / "my.labels", tmp_path / "other.labels"
    for name in ("first", "second"):
        tacit.Model(SOUND).teach(labels, name, path)
    tacit.Model(SOUND).teach(others, "other", path)
    model = tacit.Model(SOUND, labels=labels)
    began = model.stream(44_100)
    model.rename(labels, "first", "renamed")
    model.teach(labels, "third", path)
    # The file is read when it is asked for, not by a stream that begins.
    for stream in (began, model.stream(44_100)):
        assert list(stream.push(samples))[0].names[52:] == model.labels[52:] == ["first", "second"]
    model.load_labels(labels)
    assert list(model.stream(44_100).push(samples))[0].names[52:] == model.labels[52:] == ["renamed", "second", "third"]
    model.load_labels(others)
    assert model.labels[52:] == ["other"]
    # It goes on with what was taught, each label at its place.
    began.load_labels()
    assert list(began.push(samples))[0].names[52:] == ["first", "second", "renamed", "third"]
    list(began.finish())


def test_a_stream_tells_of_labels_that_go(wave, tmp_path):
    path, samples = wave
    labels = tmp_path / "my.labels"
    model = tacit.Model(SOUND)
    model.teach(labels, "bell", path)
    model.load_labels(labels)
    with model.stream(44_100, hop=0.5, threshold=1e-30, smooth=0, on_after=0, off_after=0) as stream:
        def events(told):
            return [(it.is_on, it.label.name) for it in told if isinstance(it, tacit.Event) and it.label.index >= 52]

        assert events(stream.push(samples)) == [(True, "bell")]
        model.rename(labels, "bell", "horn")
        stream.load_labels()
        assert events(stream.push(samples)) == [(False, "bell"), (True, "horn")]
        model.forget(labels, "horn")
        stream.load_labels()
        assert events(stream.push([])) == []
        assert events(stream.finish()) == [(False, "horn")]
