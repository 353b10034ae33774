"""Token files: both forms, windows, codebooks in the folder, and training from end to end."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from test_adapt import run

from tacit_train import adapt, evaluate
from tacit_train.adapter_folder import Description, load_adapter, save_adapter
from tacit_train.augment_images import TokenExamples
from tacit_train.inputs import TokensInput
from tacit_train.material import windows_of
from tacit_train.adapters import Adaptation, add_adapters
from tacit_train.model import AdaptedModel, Shape, load_trunk
from tacit_train.readers import DataError
from tacit_train.score import logits_of
from tacit_train.token_files import load


def test_both_forms_of_token_files(tmp_path):
    d = TokensInput(vocabulary=500, codebooks=2, window=4)
    ids = [[1, 499], [0, 256], [7, 8]]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ids))
    np.array(ids, "<u2").tofile(tmp_path / "a.u16")
    assert load(tmp_path / "a.jsonl", d).tolist() == ids == load(tmp_path / "a.u16", d).tolist()
    for name, data, message in [
        ("b.u16", b"\0\0", "multiple of 4"),
        ("b.u16", b"", "no tokens"),
        ("b.jsonl", b"[1, 2]\n[3]\n", "line 2"),
        ("b.jsonl", b"[1, 2.5]\n", "line 1"),
        ("b.jsonl", b"[1, true]\n", "line 1"),
        ("b.jsonl", b"[1, 500]\n", "1 to 500"),
    ]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(DataError, match=message):
            load(tmp_path / name, d)


def test_windows_of_tokens_may_be_short():
    d = TokensInput(vocabulary=99, codebooks=1, window=4)
    starts = {n: [w[0, 0] for w in windows_of(np.arange(n)[:, None], d)] for n in (1, 3, 4, 5, 8, 9)}
    assert starts == {1: [0], 3: [0], 4: [0], 5: [0, 1], 8: [0, 4], 9: [0, 4, 5]}
    assert len(windows_of(np.arange(3)[:, None], d)[0]) == 3


@pytest.mark.parametrize("positions", ["base", "learned"])
def test_codebooks_are_summed_and_saved(base, tmp_path, positions):
    torch.manual_seed(3)
    d = TokensInput(vocabulary=11, codebooks=3, window=6)
    shape = Shape(positions=positions)
    model = AdaptedModel(add_adapters(load_trunk(base), Adaptation(2, 4)), shape, 3, 2, 6, vocabulary=11).eval()
    ids = torch.randint(0, 11, (2, 5, 3))
    books = [book.weight for book in model.patch.books]
    model.patch.output_scale = 0.5
    assert torch.allclose(model.patch(ids)[1, 4], sum(b[i] for b, i in zip(books, ids[1, 4])) * 0.5)
    save_adapter(model, Description(d, shape, "multiclass", ["a", "b"]), tmp_path / "f", "b", dtype=torch.float32)
    tensors = load_file(tmp_path / "f" / "tacit.safetensors")
    assert {n for n in tensors if "." in n and n[0] == "c"} == {f"codebook.{n}.weight" for n in range(3)}
    assert not any(n.startswith("patch") for n in tensors) and torch.equal(tensors["codebook.1.weight"], books[1] / 2)
    back, read = load_adapter(base, tmp_path / "f")
    assert read.input == d and torch.allclose(back(ids), model(ids), atol=1e-5)
    files = [ids[0].numpy(), ids[1, :2].numpy()]
    got = logits_of(back, torch.nn.Identity(), d, files)
    assert np.allclose(got[1], back(ids[1:, :2])[0].detach(), atol=1e-5)


def test_it_learns_from_tokens(base, tmp_path):
    """Two classes that use other ids of the second codebook more often."""
    rng = np.random.default_rng(0)
    for split, count in [("train", 20), ("test", 8)]:
        for name, low in [("even", 0), ("odd", 1)]:
            folder = tmp_path / "data" / split / name
            folder.mkdir(parents=True)
            for i in range(count):
                length = int(rng.integers(5, 14))
                rows = np.stack([rng.integers(0, 10, length), 2 * rng.integers(0, 5, length) + low], 1)
                (folder / f"{i}.jsonl").write_text("".join(json.dumps(r.tolist()) + "\n" for r in rows))
    run(
        *(adapt, "--base", base, "--data", f"folder:{tmp_path / 'data'}", "--split", "train", "--input", "tokens"),
        *("--vocabulary", 10, "--codebooks", 2, "--window", 8, "--run", tmp_path / "run", "--out", tmp_path / "out"),
        *("--epochs", 20, "--lr", 3e-3, "--rank", 2, "--batch", 8, "--threads", 1, "--task", "multilabel"),
    )
    run(
        *(evaluate, "--base", base, "--adapter", tmp_path / "out", "--data", f"folder:{tmp_path / 'data'}"),
        *("--split", "test", "--out", tmp_path / "result", "--threads", 1),
    )
    assert json.loads((tmp_path / "result" / "summary.json").read_text())["accuracy"] >= 0.9


def test_token_batches_are_as_long_as_their_shortest():
    files = [np.arange(n)[:, None] for n in (3, 9, 20)]
    lengths = {TokenExamples(files, np.eye(3), 8, 0).batch(s, 2)[0].shape[1] for s in range(20)}
    assert lengths == {3, 8}
