"""Recordings of a sliding context are labelled as the runtime labels a file: one context, read every second and at the end."""

import json

import numpy as np
import pytest
import torch
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)
from test_sinks import make

from tacit_train import adapt, evaluate
from tacit_train.frontend import make_front_end
from tacit_train.inputs import WaveformInput
from tacit_train.readers import DataError
from tacit_train.score import streamed, streamed_logits


def test_a_long_stream_is_as_one(llama_base):
    model = make(llama_base, "base")
    with torch.no_grad():
        patches = torch.randn(1, 1200, 10)
        # A stretch at a time, which no window shows.
        torch.testing.assert_close(streamed(model, patches), model.hidden(patches), rtol=0, atol=2e-4)


def test_it_is_read_where_the_runtime_reads(llama_base):
    model, window = make(llama_base, "base"), 6
    description = WaveformInput(40, window, 10, 10)
    front = make_front_end(description)
    samples = np.random.default_rng(0).standard_normal(10 * 17 + 3).astype(np.float32)
    # Four patches a second: after 6, 10, 14 and, at the end, 17 of them.
    got = streamed_logits(model, front, description, [samples, samples[:25]])
    with torch.no_grad():
        patches = front(torch.from_numpy(samples[None]))
        expected = torch.stack([model(patches[:, :end])[0] for end in (6, 10, 14, 17)]).mean(0)
        short = model(front(torch.from_numpy(np.pad(samples[:25], (0, 35))[None])))[0]
    np.testing.assert_allclose(got, torch.stack([expected, short]).numpy(), atol=1e-5)


def test_evaluate_reads_so(llama_base, tones, tmp_path, monkeypatch):  # noqa: F811
    run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1, "--context", "sliding", "--window", 5))
    seen = []
    monkeypatch.setattr(evaluate, "streamed_logits", lambda *a, **k: seen.append(1) or streamed_logits(*a, **k))
    words = ["--base", llama_base, "--adapter", tmp_path / "out", "--data", f"folder:{tones}", "--split", "test", "--threads", 1]
    run(evaluate, *words, "--out", tmp_path / "result")
    assert seen and json.loads((tmp_path / "result/summary.json").read_text())["count"] == 18


def test_what_has_no_labels_is_not_measured(llama_base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1, "--task", "multilabel"))
    (tmp_path / "labels.txt").write_text("high\nlow\nmiddle\n")
    (tmp_path / "a.wav").write_bytes((tones / "test/low/0.wav").read_bytes())
    (tmp_path / "listing.csv").write_text("file,labels,split,group,licence,weight\na.wav,,test,,,1\n")
    words = ["--base", llama_base, "--adapter", tmp_path / "out", "--data", f"listing:{tmp_path}", "--split", "test"]
    with pytest.raises(DataError, match="no clip of split test has a label"):
        run(evaluate, *words, "--write-metrics")
    assert "NaN" not in (tmp_path / "out/tacit.json").read_text()
