"""The Python module gives what the command prints, to the last bit."""

import copy
import dataclasses
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest
from support import IMAGE, RELEASE, ROOT, SOUND, glide, lines, same, tacit


def test_a_file(model, wave):
    path, samples = wave
    [line] = lines("classify", SOUND, path, "--logits", "--top", "0")
    same(model.classify(path), line)
    same(model.classify(str(path)), line)
    decoded, rate = tacit.decode(path)
    assert rate == 44_100 and decoded.dtype == np.float32
    np.testing.assert_array_equal(decoded, samples / np.float32(32768))
    same(model.classify(decoded, rate=rate), line)
    same(model.classify(samples, rate=rate), line)
    same(model.classify(decoded.astype(np.float64), rate=rate), line)
    converted, rate = tacit.decode(path, model.rate)
    assert rate == model.rate == 16_000
    same(model.classify(converted), line)
    # Every second of twice as many: not side by side.
    same(model.classify(np.repeat(converted, 2)[::2]), line)


def test_an_embedding(model, wave):
    [line] = lines("embed", SOUND, wave[0])
    np.testing.assert_array_equal(model.embed(wave[0]), np.array(line["embedding"], np.float32))


def test_bytes_hop_and_threads(wave):
    [line] = lines("classify", SOUND, wave[0], "--logits", "--top", "0", "--hop", "0.25")
    model = tacit.Model(SOUND.read_bytes(), hop=0.25, threads=2)
    model.verify()
    same(model.classify(wave[0]), line)
    shown = lines("show", SOUND)[0]
    assert model.sense == "sound" and model.labels == shown["labels"]
    np.testing.assert_array_equal(model.thresholds, np.array(shown["thresholds"], np.float32))


def test_pictures(tmp_path):
    paths = sorted((ROOT / "Tests/Fixtures/pictures").glob("*.jpg"))
    assert paths
    model = tacit.Model(IMAGE)
    assert model.sense == "pictures"
    for path in paths:
        done = subprocess.run([RELEASE / "tacit", "classify", IMAGE, path, "--json", "--logits", "--top", "0"],
                              capture_output=True, text=True)
        if done.returncode:
            with pytest.raises(tacit.Error):
                tacit.decode_picture(path)
            continue
        line = json.loads(done.stdout)
        same(model.classify(path), line)
        pixels = tacit.decode_picture(path)
        np.testing.assert_array_equal(pixels, tacit.decode_picture(path.read_bytes()))
        same(model.classify(pixels), line)
        # A part of a larger picture, as it lies, and one whose pixels lie in another order.
        large = np.zeros((pixels.shape[0] + 4, pixels.shape[1] + 6, *pixels.shape[2:]), np.uint8)
        large[2:-2, 3:-3] = pixels
        same(model.classify(large[2:-2, 3:-3]), line)
        same(model.classify(np.asfortranarray(pixels)), line)
        same(model.classify(pixels[::-1][::-1]), line)


def test_threads(wave):
    [line] = lines("classify", SOUND, wave[0], "--logits", "--top", "0")
    failures = []

    def work():
        try:
            same(tacit.Model(SOUND).classify(wave[0]), line)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_errors(model, tmp_path):
    def fails(status, call, *arguments, **more):
        with pytest.raises(tacit.Error) as caught:
            call(*arguments, **more)
        assert caught.value.status == status and str(caught.value)

    fails(66, tacit.Model, tmp_path / "nowhere.gguf")
    fails(65, tacit.Model, b"GGUF")
    fails(65, tacit.Model, b"")
    fails(64, tacit.Model, SOUND, hop=-1)
    fails(64, tacit.Model, SOUND, threads=1000)
    fails(66, model.classify, tmp_path / "nowhere.wav")
    # Standard input is the program's own.
    for call in (model.classify, tacit.Model(IMAGE).classify, tacit.decode, tacit.decode_picture, tacit.Model):
        fails(66, call, "-")
    fails(65, model.classify, SOUND)
    fails(65, model.classify, np.zeros(0, np.float32))
    fails(65, model.classify, np.array([0, np.nan]))
    fails(65, model.classify, np.zeros((4, 4), np.uint8))
    fails(65, model.classify, np.zeros(100), rate=1)
    # Integers that were not divided.
    for call in (model.classify, model.embed, lambda it: list(model.stream().push(it)),
                 lambda it: model.teach(tmp_path / "my.labels", "bell", it)):
        fails(65, call, glide(1, model.rate).astype(np.float32))
    fails(65, tacit.Model(IMAGE).classify, np.zeros(100))
    fails(65, tacit.Model(IMAGE).classify, np.zeros((0, 4, 3), np.uint8))
    fails(65, tacit.Model(IMAGE).classify, np.zeros((4, 4, 2), np.uint8))
    fails(64, model.stream, threshold=2)
    fails(65, tacit.decode, SOUND)
    fails(65, tacit.decode_picture, b"no picture")
    for bad, kind in [(np.zeros((2, 2)), ValueError), (np.zeros(4, np.int32), TypeError), ("x".encode(), Exception)]:
        with pytest.raises(kind):
            model.classify(bad)
    # Not the file "a", and not the label.
    for call in (lambda: model.classify("a\0b"), lambda: model.teach(tmp_path / "my.labels", "a\0b", "x.wav")):
        with pytest.raises(ValueError, match="null byte"):
            call()
    with pytest.raises(TypeError):
        model.stream(hops=1)
    # C has no room for these, and would take what is left of them.
    for number in (2**32 + 16_000, -(2**33), 1.5, "16000", [1]):
        fails(64, model.classify, np.zeros(16_000), number)
        fails(64, model.stream, number)
        fails(64, tacit.decode, SOUND, number)
    fails(64, tacit.Model, SOUND, threads=2**32 + 1)
    fails(64, model.stream().skip, 2**64 + 1)
    model.classify(np.zeros(16_000), 16_000.0)
    fails(64, model.stream, threshold=0)
    fails(64, model.stream, off_below=0)
    # Too little for C's float, where 0 would be the model's own.
    fails(64, model.stream, threshold=1e-60)
    fails(64, model.stream, off_below=1e-60)
    fails(64, model.stream, hop=10**400)
    fails(64, tacit.Model(IMAGE).stream().push, np.zeros((4, 4), np.uint8), time=-1)
    fails(64, lambda: next(model.watch([IMAGE])))
    fails(64, lambda: next(tacit.Model(IMAGE).listen("a.wav")))
    stream = model.stream()
    stream.close()
    for call in (lambda: list(stream.push(np.zeros(10))), lambda: list(stream.finish()), lambda: stream.skip(1),
                 stream.load_labels, stream.__enter__):
        with pytest.raises(tacit.Error, match="the handle is closed"):
            call()


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_what_is_told_can_be_handed_on(model, wave, again):
    said = model.classify(wave[0])
    event = tacit.Event(True, said.top(1)[0], 1.5)
    for it in (said, event, event.label):
        assert again(it) == it and hash(again(it)) == hash(it)
    assert said != model.classify(np.zeros(16_000)) and said != 1
    for name in ("scores", "logits", "embedding"):
        assert said != dataclasses.replace(said, **{name: getattr(said, name) + 1})
    with pytest.raises(tacit.Error) as caught:
        model.classify("nowhere.wav")
    error = again(caught.value)
    assert (str(error), error.status, error.args) == (str(caught.value), 66, caught.value.args)
    if again is not copy.copy:
        for it in (model, model.stream()):
            with pytest.raises(TypeError, match="can't be pickled"):
                again(it)


def in_a_pool(path):
    return tacit.Model(SOUND).classify(path)


def test_a_pool_of_processes_tells_what_went_wrong(wave):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        with pytest.raises(tacit.Error, match="nowhere.wav"):
            pool.map_async(in_a_pool, [wave[0], "nowhere.wav"]).get(timeout=120)


def test_what_can_not_be_is_told_as_what_it_is(model, tmp_path):
    seeing, picture = tacit.Model(IMAGE), np.zeros((40, 50, 3), np.uint8)
    labels = tmp_path / "my.labels"
    for words, call in {
        r"a picture of float64 \(40, 50, 3\), expected uint8": lambda: seeing.classify(picture / 255),
        r"a picture of int8 ": lambda: seeing.classify(picture.astype(np.int8)),
        r"a picture of int64 ": lambda: seeing.classify(picture.tolist()),
        r"a picture of float32 ": lambda: seeing.teach(labels, "bell", picture.astype(np.float32)),
        r"a bytes, expected a path": lambda: model.classify(b"tone.wav"),
        r"a NoneType, expected a path": lambda: model.teach(labels, "bell", None),
        r"a float, expected an array of samples": lambda: list(model.listen([0.5])),
        r"samples of uint8": lambda: model.classify(np.zeros(100, np.uint8)),
        r"^hop: '1', expected a number": lambda: tacit.Model(SOUND, hop="1"),
        r"^hop: None, expected": lambda: tacit.Model(SOUND, hop=None),
        r"^hop: \[1\], expected": lambda: model.stream(hop=[1]),
        r"^smooth: '1', expected": lambda: model.stream(smooth="1"),
        r"^time: '1', expected": lambda: seeing.stream().push(picture, time="1"),
        r"^rate: '1', expected": lambda: seeing.stream("1"),
        r"^name: None, expected a text": lambda: model.teach(labels, None, "tone.wav"),
        r"^name: 1, expected a text": lambda: model.forget(labels, 1),
        r"^new_name: None, expected": lambda: model.rename(labels, "bell", None),
        r"'a.png', expected pictures or their files one by one": lambda: list(seeing.watch("a.png")),
    }.items():
        with pytest.raises(TypeError, match=words):
            call()


def test_samples_of_either_order_of_bytes(model):
    samples = glide(2, model.rate)
    expected = model.classify(samples).logits
    for kind in (">i2", "<i2", ">f4"):
        given = samples.astype(kind) if kind[1] == "i" else (samples / 32768).astype(kind)
        np.testing.assert_array_equal(model.classify(given).logits, expected)


def test_labels_are_taught(wave, tmp_path):
    path, samples = wave
    labels, other = tmp_path / "my.labels", tmp_path / "command.labels"
    model = tacit.Model(SOUND)
    model.hear_background(labels, samples[: 3 * 44_100], 44_100)
    model.teach(labels, "bell", path)
    model.correct(labels, model.labels[0], path)
    for words in (["bell", path], ["--not", model.labels[0], path]):
        lines("learn", SOUND, *words, "--labels", other)
    model.load_labels(labels)
    assert model.labels[-1] == "bell" and len(model.labels) == 53
    # Another model that is opened with them says the same, and so does the command.
    said = tacit.Model(SOUND, labels=labels).classify(path).logits
    assert np.array_equal(said, model.classify(path).logits)
    command = lines("classify", SOUND, path, "--labels", labels, "--logits")[0]["logits"]
    assert np.array_equal(said, np.array(command, np.float32))
    def listed(file):
        found = lines("learn", SOUND, "--list", "--labels", file)
        return {line["name"]: (line["examples"], line["corrections"]) for line in found}

    assert listed(labels) == listed(other)
    model.rename(labels, "bell", "horn")
    model.load_labels(labels)
    assert model.labels[-1] == "horn"
    model.forget(labels, "horn")
    model.load_labels(labels)
    assert len(model.labels) == 52
    for name in (model.labels[0], "", "a\nb"):
        with pytest.raises(tacit.Error) as refused:
            model.teach(labels, name, path)
        assert refused.value.status == 64


@pytest.mark.parametrize(("place", "words"), [
    ("/nowhere/libtacit.so", "cannot open shared object file"),
    ("libc.so.6", "undefined symbol: tacit_create: not this module's library, or an older one"),
])
def test_no_library_is_one_error(place, words):
    done = subprocess.run(
        [sys.executable, "-c", f"import tacit\ntry: tacit.Model({str(SOUND)!r})\nexcept OSError as error: print(error)"],
        env=os.environ | {"TACIT_LIBRARY": place, "PYTHONPATH": str(ROOT / "tools/python/src")},
        capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == "no libtacit.so: run tools/build-library, or name it in TACIT_LIBRARY"
    assert words in second


def test_a_child_that_was_forked_opens_its_own(wave):
    path, _ = wave
    model = tacit.Model(SOUND, threads=2)
    expected = model.classify(path).logits
    child = os.fork()
    if child == 0:
        try:
            model.classify(path)
        except tacit.Error as error:
            os._exit(error.status if np.array_equal(tacit.Model(SOUND, threads=2).classify(path).logits, expected) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 64
