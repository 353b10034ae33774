"""What is held out is not trained on, and nothing is measured by what has no labels."""

import shutil

import numpy as np
import pytest
import soundfile
from test_adapt import RATE, run, settings, tones, trainer_of  # noqa: F401 (tones is a fixture)
from test_teach import taught

from tacit_train import adapt, teach


def test_splits_that_overlap_are_taken_apart(llama_base, tones, tmp_path, capsys):  # noqa: F811
    trainer = trainer_of(settings(llama_base, tones, tmp_path, "--split", "all", "--validation-split", "test"))
    assert len(trainer.parts.validation) == 18 and len(trainer.parts.train) == 36
    assert {c.split for c in trainer.parts.train} == {"train"}
    assert "18 clips to train on are among those held out; left out of training" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="no clips to train on in split train, beside those held out"):
        trainer_of(settings(llama_base, tones, tmp_path, "--validation-split", "train"))


def test_a_file_of_two_folds_is_held_out_of_both(llama_base, tmp_path):
    (tmp_path / "audio").mkdir()
    (tmp_path / "meta").mkdir()
    rows = ["filename,fold,target,category,src_file"]
    for i in range(4):
        soundfile.write(tmp_path / f"audio/{i}.wav", np.random.default_rng(i).standard_normal(700) / 9, RATE)
        rows.append(f"{i}.wav,1,{i % 2},{'ab'[i % 2]},{i}")
    rows.append("0.wav,2,0,a,9")
    (tmp_path / "meta/esc50.csv").write_text("\n".join(rows) + "\n")
    words = settings(llama_base, tmp_path, tmp_path / "x", "--data", f"esc-50:{tmp_path}", "--split", "fold-1")
    trainer = trainer_of([*words, "--validation-split", "fold-2"])
    assert sorted(c.path.name for c in trainer.parts.train) == ["1.wav", "2.wav", "3.wav"]


def test_clips_without_labels_measure_nothing(llama_base, tones, tmp_path, capsys):  # noqa: F811
    root = tmp_path / "listing"
    root.mkdir()
    rows = ["file,labels,split,group,licence,weight"]
    for index, path in enumerate(sorted(tones.glob("train/*/*.wav"))):
        shutil.copy(path, root / f"{index}.wav")
        rows.append(f"{index}.wav,{path.parent.name},train,,,1")
    shutil.copy(root / "0.wav", root / "nothing.wav")
    (root / "listing.csv").write_text("\n".join([*rows, "nothing.wav,,held,,,1"]) + "\n")
    (root / "labels.txt").write_text("high\nlow\nmiddle\n")
    more = ["--data", f"listing:{root}", "--validation-split", "held", "--steps", 1]
    run(adapt, *settings(llama_base, tones, tmp_path, *more))
    told = capsys.readouterr().out
    assert "no clip that is held out has a label: nothing was measured, and no thresholds were chosen" in told and "nan" not in told
    assert "thresholds" not in (tmp_path / "out/tacit.json").read_text()
    run(teach, *taught(tones, tmp_path, *more))
    assert "accuracy" not in capsys.readouterr().out
