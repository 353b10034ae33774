"""A model and a stream are one thread's at a time: others are refused, and nothing is mixed up or lost."""

import gc
import threading

import numpy as np
import pytest
from support import SOUND, glide, tacit


def together(*works):
    """Does all of it at once, and tells what was raised."""
    raised = []

    def done(work):
        try:
            work()
        except BaseException as error:  # noqa: BLE001
            raised.append(error)

    threads = [threading.Thread(target=done, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_a_prediction_is_of_what_was_asked():
    model = tacit.Model(SOUND)
    sounds = [glide(0.2, model.rate) // (1 + 7 * index) for index in range(2)]
    expected = [model.classify(sound) for sound in sounds]
    assert expected[0] != expected[1]
    answers, refusals = [], []

    def ask(index):
        for _ in range(150):
            try:
                answers.append(model.classify(sounds[index]) == expected[index])
            except tacit.Error as error:
                refusals.append(error.status)

    assert not together(lambda: ask(0), lambda: ask(1))
    assert answers and all(answers) and set(refusals) <= {64}


def test_a_call_amid_another_is_refused(model):
    with model._handle.in_use():
        for call in (lambda: model.classify(np.zeros(16_000)), model.verify, model.stream):
            with pytest.raises(tacit.Error, match="in use by another call") as refused:
                call()
            assert refused.value.status == 64
    model.classify(np.zeros(16_000))


def test_closing_waits_for_nobody_and_loses_nothing():
    model = tacit.Model(SOUND)
    closed = []
    inner = model._handle._library

    class Counted:
        """The library, by which closings are counted."""

        def __getattr__(self, name):
            return getattr(inner, name)

        def tacit_close(self, pointer):
            closed.append(inner.tacit_close(pointer))
            return closed[-1]

    samples = glide(2, model.rate)
    for _ in range(5):
        stream = model.stream(hop=0.1)
        stream._handle._library = Counted()
        begun = threading.Event()

        def push():
            while True:
                begun.set()
                list(stream.push(samples))

        def close():
            begun.wait()
            stream.close()

        [error] = together(push, close)
        assert isinstance(error, tacit.Error) and str(error) == "the handle is closed" and error.status == 64
        assert stream._handle._pointer is None
        stream.close()
        del stream
        gc.collect()
    assert closed == [0] * 5


def test_closing_amid_a_call_is_done_behind_it(model):
    stream = model.stream()
    with stream._handle.in_use() as call:
        stream.close()
        assert call("skip", 1) == 0
        with pytest.raises(tacit.Error, match="the handle is closed"):
            stream.skip(1)
    assert stream._handle._pointer is None
