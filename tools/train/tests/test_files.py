"""What is written is whole or not there, and nothing that is not the tool's own goes for it."""

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)
from test_pretrain import settings as reading
from tokenizers import Tokenizer
from tokenizers.models import BPE

from tacit_train import adapt, average, files, learning, lower, pretrain
from tacit_train.readers import DataError


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_what_is_not_an_adapter_is_not_replaced(llama_base, tones, tmp_path):  # noqa: F811
    """By what lies in the folder, or by what it is: nothing is trained, and nothing is gone."""
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "tacit.json").write_text("{}")
    (letters / "dear.txt").write_text("dear")
    (tmp_path / "file").write_text("x")
    (tmp_path / "mine.tmp").mkdir()
    (tmp_path / "mine.tmp/dear.txt").write_text("dear")
    (tmp_path / "empty").mkdir()
    before = everything(tmp_path) | everything(tones)
    for out, message in [
        (letters, "letters: is replaced, and holds dear.txt, which this command does not write"),
        (tmp_path / "file", "file: is a file"),
        (tmp_path / "mine", "mine.tmp: is replaced, and holds dear.txt"),
        (tmp_path / "run", "--run .*/run lies there"),
        (tmp_path, "--run .*/run lies there"),
        (tones, "--data .* lies there"),
        (tones / "..", "lies there"),
        (llama_base, "--base .* lies there"),
        (tmp_path / "file/out", "Not a directory"),
    ]:
        with pytest.raises(DataError, match=message):
            run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1, "--out", out))
    assert before == everything(tmp_path) | everything(tones) and not (tmp_path / "run").exists()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "empty")
    for out in (link, tmp_path / "new"):
        run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 1, "--out", out))
        # Made before, it may be made anew.
        run(adapt, *settings(llama_base, tones, tmp_path, "--steps", 2, "--out", out))
        assert (out / "tacit.json").exists()
    assert link.is_symlink() and not list(tmp_path.glob("new.*")) and not list(tmp_path.glob("empty.*"))
    with pytest.raises(DataError, match="holds dear.txt"):
        run(average, tmp_path / "new", tmp_path / "new", "--base", llama_base, "--out", letters)


def test_what_is_not_a_base_is_not_replaced(tmp_path):
    for out, name in (("base", "base"), ("base-256", "base-256"), ("run", "--run")):
        folder = tmp_path / f"to-{out}"
        (folder / out).mkdir(parents=True)
        (folder / out / "dear.txt").write_text("dear")
        words = reading(folder, "--snapshots", "256", *(("--out", folder / "run") if out == "run" else ()))
        with pytest.raises(DataError, match=name):
            run(pretrain, *words)
        assert (folder / out / "dear.txt").exists() and not (folder / "run/tokenizer").exists()


@pytest.mark.parametrize("way", ["exchange", "aside"])
def test_killed_at_any_moment_it_is_the_old_one_or_the_new(tmp_path, way):
    """Where names can be exchanged there always is one; elsewhere the next to write finds the old one beside."""
    out = tmp_path / "out"
    seen = set()
    for moment in range(40):
        out.mkdir(exist_ok=True)
        for name in files.TEACHER:
            (out / name).write_text("old")
        done = fork_and_write(moment, out, way)
        found = out if out.exists() else files.old_of(out)
        assert way == "aside" or found == out
        told = {(found / name).read_text() for name in files.TEACHER}
        assert len(told) == 1
        seen |= told
        if done == 0:
            break
        with files.whole_folder(out, files.TEACHER) as folder:
            for name in files.TEACHER:
                (folder / name).write_text("next")
        assert (out / "teacher.json").read_text() == "next" and [p.name for p in tmp_path.iterdir()] == ["out"]
    assert done == 0 and seen == {"old", "new"} and moment > 5


def fork_and_write(moment: int, out: Path, way: str) -> int:
    """The status of a process that writes the folder and is killed before its change of that number to the file system."""
    child = os.fork()
    if child == 0:
        count = 0

        def step(event, arguments):
            nonlocal count
            if event in ("os.rename", "os.rmdir", "os.remove", "os.mkdir", "shutil.rmtree", "os.chmod"):
                count += 1
                if count > moment:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            if way == "aside":
                files.exchange = lambda *_: False
            sys.addaudithook(step)
            with files.whole_folder(out, files.TEACHER) as folder:
                for name in files.TEACHER:
                    (folder / name).write_text("new")
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_one_process_works_in_a_folder_at_a_time(tmp_path, llama_base, tones):  # noqa: F811
    words = settings(llama_base, tones, tmp_path, "--steps", 1)
    with files.held(tmp_path / "run"):
        for module, more in ((adapt, words), (pretrain, reading(tmp_path))):
            with pytest.raises(DataError, match="run: another process is at work there; expected another folder, or to wait"):
                run(module, *more)
    assert not (tmp_path / "run").exists() and not (tmp_path / "out").exists()
    run(adapt, *words)
    with files.whole_folder(tmp_path / "out", files.ADAPTER) as folder:
        for name in files.ADAPTER:
            (folder / name).write_text("one")
        with pytest.raises(DataError, match="out.tmp: another process is at work there"):
            with files.whole_folder(tmp_path / "out", files.ADAPTER):
                pass
    assert {file.read_text() for file in (tmp_path / "out").iterdir()} == {"one"}


@pytest.mark.parametrize("way", ["exchange", "aside"])
def test_what_another_begins_once_a_folder_is_replaced_stays(tmp_path, monkeypatch, way):
    out, replaced, begun, ended = (tmp_path / name for name in ("out", "replaced", "begun", "ended"))
    out.mkdir()
    if way == "aside":
        monkeypatch.setattr(files, "exchange", lambda *_: False)

    def write(text: str, then=lambda: None) -> None:
        with files.whole_folder(out, files.TEACHER) as folder:
            for name in files.TEACHER:
                (folder / name).write_text(text)
            then()

    def wait_for(path: Path) -> None:
        while not path.exists():
            time.sleep(0.01)

    child = os.fork()
    if child == 0:
        try:
            wait_for(replaced)
            write("two", lambda: [begun.touch(), wait_for(ended)])
        finally:
            begun.touch()
            os._exit(0)
    replace = files.replace_folder
    monkeypatch.setattr(files, "replace_folder", lambda *names: [replace(*names), replaced.touch(), wait_for(begun)])
    write("one")
    ended.touch()
    os.waitpid(child, 0)
    assert {file.name: file.read_text() for file in out.iterdir()} == dict.fromkeys(files.TEACHER, "two")
    assert not files.temporary_of(out).exists() and not files.old_of(out).exists()


def test_a_full_disk_under_a_tokenizer_is_told(tmp_path):
    tokenizer = Tokenizer(BPE(vocab={str(number): number for number in range(9_000)}, merges=[]))
    limits, before = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(DataError, match="base: File too large .*with room in it"):
            with files.whole_folder(tmp_path / "base", files.BASE) as folder:
                tokenizer.save(str(folder / "tokenizer.json"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert not list(tmp_path.iterdir())


def test_a_killed_process_leaves_no_lock(tmp_path):
    child = os.fork()
    if child == 0:
        with files.held(tmp_path / "run"):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    with files.held(tmp_path / "run"):
        assert (tmp_path / "run").is_dir()


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    (tmp_path / "checkpoint.pt").write_text("old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        with pytest.raises(DataError, match="checkpoint.pt: File too large; expected a place that can be written, with room in it"):
            files.save_torch(torch.zeros(100_000), tmp_path / "checkpoint.pt")
        with pytest.raises(DataError, match="out: .*with room in it"):
            with files.whole_folder(tmp_path / "out", files.TEACHER) as folder:
                save_file({"x": torch.zeros(100_000)}, folder / "teacher.safetensors")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert everything(tmp_path) == {"checkpoint.pt": b"old"} and len(list(tmp_path.iterdir())) == 1


def test_an_adapter_is_changed_as_a_whole(base, tones, tmp_path, monkeypatch):  # noqa: F811
    out = tmp_path / "out"
    run(adapt, *settings(base, tones, tmp_path, "--steps", 1, "--task", "multilabel"))
    (out / "notes.txt").write_text("mine")
    before = everything(out)

    def full(*_):
        raise OSError(28, "No space left on device")

    learned = ("--base", base, "--adapter", out, "--data", f"folder:{tones}", "--split", "train", "--levels", "1", "--width", 3)
    for module, words in ((lower, (out, "--label", "low=1")), (learning, learned)):
        with monkeypatch.context() as patch:
            patch.setattr(module, "save_json", full)
            with pytest.raises(DataError, match="out: No space left on device"):
                run(module, *words)
        assert everything(out) == before
        run(module, *words)
        assert everything(out) != before and (out / "notes.txt").read_text() == "mine"
        before = everything(out)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "run"] and json.loads(before["tacit.json"])["learning"]


def test_a_row_that_was_cut_short_is_no_row(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b"step,loss\r\n20,1.5\r\n40,1.2\r\n1")
    log = files.CSVLog(path, ["step", "loss"], 100)
    assert files.whole_lines(path) == "step,loss\r\n20,1.5\r\n40,1.2\r\n"
    with open(path, "ab") as stream:
        stream.write(b"60,1")
    log.add(step=60, loss=1.0)
    assert path.read_bytes() == b"step,loss\r\n20,1.5\r\n40,1.2\r\n60,1\r\n"
    path.write_bytes(b"step,lo")
    files.append_row(path, ["step", "loss"], {"step": 1, "loss": 2})
    assert path.read_bytes() == b"step,loss\r\n1,2\r\n"
