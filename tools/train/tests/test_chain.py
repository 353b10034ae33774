"""From raw text to labels of the runtime, in the smallest setting."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_adapt import run

from tacit_train import chain

HERE = Path(__file__).resolve().parents[1]
RELEASE = Path(os.environ.get("TACIT_BIN", HERE.parents[1] / ".build/release"))


def test_from_text_to_labels(tmp_path):
    if lacking := [name for name in ("tacit", "tacit-convert") if not (RELEASE / name).is_file()]:
        pytest.skip(f"no {lacking[0]} in {RELEASE}; swift build -c release makes it, TACIT_BIN names another folder")
    command = [HERE / "chain", "--small", "--out", tmp_path / "chain"]
    environment = os.environ | {"PYTHON": sys.executable, "TACIT_BIN": str(RELEASE)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    stages = re.findall(r"^   (\w+): [\d.]+ s$", done.stdout, re.MULTILINE)
    assert stages == ["text", "sounds", "base", "adapter", "convert", "verify", "eval"]
    assert "model.gguf: ok" in done.stdout and "chance 33.3 %" in done.stdout
    assert (tmp_path / "chain" / "model.gguf").stat().st_size > 100_000


def test_without_executables(tmp_path):
    with pytest.raises(SystemExit, match="no tacit in .*swift build -c release first"):
        run(chain, "--small", "--out", tmp_path, "--executables", tmp_path)


def test_a_stage_that_fails_ends_the_chain():
    with pytest.raises(SystemExit, match="false ... ended with status 1"):
        chain.call("false")


def test_labels_no_better_than_chance_are_a_failure(tmp_path):
    (tmp_path / "tacit.json").write_text('{"labels": ["a", "b", "c"]}')
    chain.conclude({"accuracy": 0.6, "count": 40}, tmp_path)
    for accuracy, count in ((0.6, 8), (0.34, 400)):
        with pytest.raises(SystemExit, match="not better than chance"):
            chain.conclude({"accuracy": accuracy, "count": count}, tmp_path)


def test_text_and_sounds_of_the_data_sets_where_they_are(tmp_path, capsys):
    books = tmp_path / "gutenberg"
    books.mkdir()
    (books / "train.txt").write_text("a book")
    out = tmp_path / "out"
    out.mkdir()
    # Half a data set is none.
    assert chain.find_text(tmp_path, out, chain.SMALL)[0] == out / "train.txt"
    (books / "heldout.txt").write_text("x" * 300_000)
    text, heldout = chain.find_text(tmp_path, out, chain.SMALL)
    assert text == books / "train.txt" and heldout.stat().st_size == 200_000
    assert chain.find_sounds(tmp_path, out, chain.SMALL)[0] == f"folder:{out / 'tones'}"
    words = tmp_path / "speech-commands"
    (words / "audio").mkdir(parents=True)
    (words / "meta").mkdir()
    (words / "meta" / "words.csv").write_text("")
    assert chain.find_sounds(tmp_path, out, chain.SMALL)[1:] == (f"speech-commands:{words}", "test")


def test_made_up_text_is_the_same_every_time():
    assert chain.made_up_text(3, 1) == chain.made_up_text(3, 1) != chain.made_up_text(3, 2)
    assert all(line.endswith(" it.") for line in chain.made_up_text(9, 0).splitlines())
