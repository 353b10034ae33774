"""What is an array, a list of arrays, or neither, is told apart."""

import array

import numpy as np
import pytest
from support import IMAGE, glide, tacit


@pytest.fixture(scope="module")
def seeing():
    return tacit.Model(IMAGE)


class Tensor:
    """An array of another library's."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)

    def __iter__(self):
        return map(Tensor, self.values)


def test_one_array_is_one_sound(model):
    samples = (glide(6.5, model.rate) / 32768).astype(np.float32)
    expected = list(model.listen([samples]))
    assert expected
    chunks = np.empty(2, object)
    chunks[:] = [samples[:90_000], samples[90_000:]]
    for source in (samples, memoryview(samples), array.array("f", samples.tolist()), Tensor(samples), chunks):
        assert list(model.listen(source)) == expected


@pytest.mark.parametrize("form", [lambda it: it, memoryview, Tensor])
def test_channels_are_no_chunks(model, form):
    stereo = np.stack([glide(1, model.rate)] * 2, 1).astype(np.float32) / 32768
    for sound in (stereo, np.ascontiguousarray(stereo.T)):
        for call in (lambda it: list(model.listen(it)), model.classify):
            with pytest.raises(ValueError, match=r"samples of shape \(.*\), expected mono: one dimension"):
                call(form(sound))


def test_what_is_no_sound_is_told_by_name(model):
    for source, words in [
        (b"\0" * 100, "a bytes, expected an array of samples"),
        (bytearray(100), "samples of uint8"),
        ([1, 2], "a int, expected an array of samples, many at once"),
        ([np.float32(1)], "a float32, expected an array of samples"),
        (np.float32(1), "a float32, expected an array of samples"),
    ]:
        with pytest.raises(TypeError, match=words):
            list(model.listen(source))


def test_a_picture_is_no_list_of_rows(seeing):
    random = np.random.default_rng(2)
    pictures = random.integers(0, 256, (3, 24, 40, 3), np.uint8)
    expected = list(seeing.watch(list(pictures)))
    assert len(expected) >= 3
    for several in (pictures, memoryview(pictures), Tensor(pictures)):
        assert list(seeing.watch(several)) == expected
    grey = pictures[..., 0]
    assert list(seeing.watch(grey)) == list(seeing.watch(list(grey)))
    for one in (pictures[0], pictures[0, ..., :1], grey[0], grey[0, 0]):
        for form in (lambda it: it, memoryview, Tensor):
            with pytest.raises(TypeError, match=r"an array of shape \(.*\), expected pictures one by one, as in a list"):
                list(seeing.watch(form(np.ascontiguousarray(one))))


def test_a_mask_is_not_lost(model, seeing, tmp_path):
    sound, picture = np.ma.masked_array(np.zeros(16_000)), np.ma.masked_array(np.zeros((8, 8, 3), np.uint8))
    for call in (
        lambda: model.classify(sound),
        lambda: model.teach(tmp_path / "my.labels", "bell", sound),
        lambda: list(model.listen(sound)),
        lambda: list(model.stream().push(sound)),
        lambda: seeing.classify(picture),
        lambda: seeing.stream().push(picture),
        lambda: list(seeing.watch(picture[None])),
    ):
        with pytest.raises(TypeError, match="a masked array, whose mask would be lost"):
            call()


def test_rates(model, seeing, wave, tmp_path):
    path, _ = wave
    samples, picture = np.sin(np.arange(16_000)), np.zeros((8, 8, 3), np.uint8)
    labels = tmp_path / "my.labels"
    calls = [
        lambda rate: model.classify(samples, rate),
        lambda rate: model.embed(samples, rate),
        lambda rate: model.classify(path, rate),
        lambda rate: seeing.classify(picture, rate),
        lambda rate: list(model.listen(path, rate)),
        lambda rate: list(model.listen([samples], rate)),
        lambda rate: tacit.decode(path, rate),
        lambda rate: model.teach(labels, "bell", samples, rate),
        lambda rate: model.teach(labels, "bell", path, rate),
    ]
    for call in calls:
        for rate in (16000.5, "abc", float("nan"), np.float32(0.5), [], ""):
            with pytest.raises(tacit.Error, match=r"^rate: .*, expected a whole number$") as refused:
                call(rate)
            assert refused.value.status == 64
        for rate in (np.float32(16_000), np.int16(16_000), 16_000.0, None):
            call(rate)
    for rate in (np.inf, np.float32(np.inf), 2**40):
        with pytest.raises(tacit.Error, match="^rate: "):
            model.classify(samples, rate)
    with pytest.raises(tacit.Error, match=r"^count: 1\.5, expected a whole number$"):
        model.stream().skip(1.5)
    with pytest.raises(tacit.Error, match="^threads: "):
        tacit.Model(IMAGE, threads=1.5)
    for name in ("threshold", "off_below"):
        with pytest.raises(tacit.Error, match=f"^{name}: 0, with which an event could never end$"):
            model.stream(**{name: 0})


def test_what_is_given_out_is_the_callers(model):
    names, thresholds = list(model.labels), model.thresholds.copy()
    said = model.classify(np.zeros(16_000))
    model.labels.clear()
    model.thresholds[:] = 2
    said.names.clear()
    assert model.labels == names and model.classify(np.zeros(16_000)).names == names
    np.testing.assert_array_equal(model.thresholds, thresholds)
