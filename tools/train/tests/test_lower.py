"""Labels that are lowered: their logits are less by so much, and what is over a threshold stays over it."""

import json
import math

import pytest
import torch
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)

from tacit_train import adapt, lower
from tacit_train.adapter_folder import load_adapter
from tacit_train.readers import DataError


@pytest.fixture
def made(base, tones, tmp_path):  # noqa: F811
    run(adapt, *settings(base, tones, tmp_path / "a", "--steps", 1, "--task", "multilabel"))
    return tmp_path / "a/out"


@pytest.mark.parametrize("by", [1.5, -0.5])
def test_logits_and_thresholds_go_together(base, made, by):
    model, description = load_adapter(base, made)
    patches = torch.randn(8, description.input.window, description.input.patch_size, generator=torch.Generator().manual_seed(0))
    told = json.loads((made / "tacit.json").read_text())
    told["thresholds"] = [0.3, *told["thresholds"][1:]]
    (made / "tacit.json").write_text(json.dumps(told))
    with torch.no_grad():
        before = model(patches)
        run(lower, made, "--label", f"{description.labels[0]}={by}")
        after = load_adapter(base, made)[0](patches)
    torch.testing.assert_close(after[:, 0], before[:, 0] - by, rtol=0, atol=2e-3)
    assert torch.equal(after[:, 1:], before[:, 1:])
    thresholds = json.loads((made / "tacit.json").read_text())["thresholds"]
    assert thresholds[0] == pytest.approx(torch.sigmoid(torch.logit(torch.tensor(0.3)) - by).item(), abs=1e-4)
    assert thresholds[1:] == told["thresholds"][1:]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["nothing=1"], "has no label 'nothing'"), (["high"], "has no label ''"), (["=1"], "has no label ''"),
        (["low=x"], "expected NAME=LOGITS"), (["low=inf"], "from -8 to 8"), (["low=nan"], "from -8 to 8"),
        (["low=-9"], "from -8 to 8"), (["low=1", "low=1"], "lowered once already"),
    ],
)  # fmt: skip
def test_what_is_no_label_and_no_number_is_refused(made, labels, message):
    before = {path.name: path.read_bytes() for path in made.iterdir()}
    names = json.loads((made / "tacit.json").read_text())["labels"]
    given = [text for label in labels for text in ("--label", label.replace("low", names[0]))]
    with pytest.raises(DataError, match=message):
        run(lower, made, *given)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before


@pytest.mark.parametrize("by", [8, -8])
def test_a_threshold_does_not_become_what_all_or_nothing_reaches(made, by):
    told = json.loads((made / "tacit.json").read_text())
    told["thresholds"] = [0.05 if by > 0 else 0.95, *told["thresholds"][1:]]
    (made / "tacit.json").write_text(json.dumps(told))
    run(lower, made, "--label", f"{told['labels'][0]}={by}")
    found = json.loads((made / "tacit.json").read_text())["thresholds"][0]
    assert 0 < found < 1
    before = math.log(0.05 / 0.95) * by / 8
    assert math.log(found / (1 - found)) == pytest.approx(before - by, abs=1e-3)


def test_thresholds_are_written_with_four_digits():
    assert [lower.lowered(score, 0) for score in (0.0247, 0.5, 0.9753, 0.9743, 0, 1)] == [0.0247, 0.5, 0.9753, 0.9743, 0, 1]


def test_an_adapter_whose_thresholds_are_null_is_lowered(made):
    told = json.loads((made / "tacit.json").read_text())
    (made / "tacit.json").write_text(json.dumps(told | {"thresholds": None}))
    run(lower, made, "--label", f"{told['labels'][0]}=1")
    assert json.loads((made / "tacit.json").read_text())["thresholds"] is None
