"""Two processes that train together end where one does, go on where they were stopped, and say what is wrong."""

import csv
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from test_adapt import run, settings, tones  # noqa: F401 (tones is a fixture)
from test_images import stripes  # noqa: F401
from test_pretrain import settings as reading
from test_teach import taught

from tacit_train import adapt, pretrain, teach

TOOL = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOL.parent))

from loopback import unused_port  # noqa: E402

TOLERANCE = 1e-4
"""Sums of halves are rounded otherwise than sums of wholes, and an optimiser may make more of it; 1e-5 was measured."""
MODULES = ["adapt", "teach", "pretrain", "ranks", "senses"]


def process(rank: int, count: int, port: int, output: str, words: list[str]) -> None:
    """One of the processes that torchrun would start, through the same entry."""
    from tacit_train.__main__ import main

    place = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": count, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    os.environ.update({k: str(v) for k, v in place.items()})
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{output}.{rank}.{name}", os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)
    sys.argv = ["tacit_train", *words]
    main()


@pytest.fixture(scope="module", autouse=True)
def importable():
    """Until Python 3.13 a server that forks is not told where its parent imports from, and what it lacks it leaves out
    without a word; each process would import torch by itself then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TOOL))
        yield


def together(count: int, output: Path, *words, during=None) -> tuple[list[int], list[str], list[str]]:
    """Exit status, output and errors of each of `count` processes. `during` gets the processes once they run."""
    # A server that has imported all there is, and has computed nothing, forks in no time.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"tacit_train.{m}" for m in MODULES])
    arguments = (count, unused_port(), str(output), [str(w) for w in words])
    started = [context.Process(target=process, args=(rank, *arguments)) for rank in range(count)]
    for one in started:
        one.start()
    if during is not None:
        during(started)
    for one in started:
        one.join()
    told = [[Path(f"{output}.{rank}.{name}").read_text() for rank in range(count)] for name in ("out", "err")]
    return [one.exitcode for one in started], *told


def succeed(count: int, output: Path, *words) -> list[str]:
    statuses, said, errors = together(count, output, *words)
    assert statuses == [0] * count, "\n".join(errors)
    assert all(not text for text in said[1:]), "only the first process has anything to say"
    return said


def losses(run: Path) -> list[float]:
    with open(run / "log.csv", newline="") as stream:
        return [float(row.get("loss") or row["train_loss"]) for row in csv.DictReader(stream)]


def checkpoint(folder: Path) -> dict:
    return torch.load(folder / "run/checkpoint.pt", weights_only=True)


def compare(what: str, one: Path, two: Path, key: str, logs: bool = True) -> None:
    """Weights and losses of two runs: the largest difference, as a part of the largest value of the same tensor."""
    a, b = checkpoint(one), checkpoint(two)
    assert a["step"] == b["step"] and a[key].keys() == b[key].keys()
    gaps = {n: float((x - b[key][n]).abs().max() / x.abs().max().clamp(min=1e-6)) for n, x in a[key].items()}
    worst = max(gaps, key=gaps.get)
    print(f"{what}: {gaps[worst]:.1e} of {worst} after {a['step']} steps")
    assert gaps[worst] < TOLERANCE, worst
    assert not logs or losses(two / "run") == pytest.approx(losses(one / "run"), rel=TOLERANCE)


def both(folder: Path, module, command: str, words) -> tuple[Path, Path]:
    """The folders of a run by one process and of the same by two; `words` makes the arguments for a folder."""
    one, two = folder / "one", folder / "two"
    one.mkdir()
    two.mkdir()
    run(module, *words(one))
    succeed(2, folder / "said", command, *words(two))
    return one, two


KINDS = {
    "waveform": ["--context", "sliding", "--muon-lr", 2e-3, "--without-layers", 0.6, "--speed", 0.1],
    "logmel": ["--input", "logmel", "--patch", 1, "--window", 3, "--patch-hidden", 0, "--n-mels", 8, "--time-masks", 1]
    + ["--frequency-masks", 1, "--task", "multilabel", "--negatives", 0.3, "--mix", 0.5],
    "image": ["--input", "image", "--patch", 4, "--stride", 3, "--pad", 1, "--mirror", "--cutmix", 0.2],
}
KINDS["batched"] = [*KINDS["logmel"], "--batched"]


@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_adapt_as_one_does(llama_base, tones, stripes, tmp_path, kind):  # noqa: F811
    data = stripes if kind == "image" else tones
    more = ["--steps", 12, *KINDS[kind]]
    one, two = both(tmp_path, adapt, "adapt", lambda folder: settings(llama_base, data, folder, *more))
    compare(f"adapt {kind}", one, two, "trained")
    assert (one / "out/tacit.json").read_text() == (two / "out/tacit.json").read_text()


def test_two_processes_teach_as_one_does(tones, tmp_path):  # noqa: F811
    more = ["--steps", 12, "--dropout", 0.3, "--muon-lr", 5e-3, "--task", "multilabel", "--negatives", 0.3]
    teaching = lambda folder: [*taught(tones, folder, *more), "--run", folder / "run"]
    one, two = both(tmp_path, teach, "teach", teaching)
    compare("teach", one, two, "trained")
    assert (two / "teacher/teacher.safetensors").exists()


def test_two_processes_pretrain_as_one_does(tmp_path):
    one, two = both(tmp_path, pretrain, "pretrain", reading)
    compare("pretrain", one, two, "model")
    said = [(folder / "run/final.txt").read_text() for folder in (one, two)]
    assert said[0] == said[1]


def test_a_run_goes_on_whatever_the_number_of_processes(llama_base, tones, tmp_path):  # noqa: F811
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    words = lambda folder, *more: settings(llama_base, tones, folder, "--steps", 12, "--noise", 0.3, *more)
    run(adapt, *words(whole))
    cache = ["--cache", tmp_path / "cache"]
    said = succeed(2, tmp_path / "said", "adapt", *words(broken, *cache, "--stop-at", 4))
    assert "12 steps of 8, 4 in each of 2 processes" in said[0]
    assert not (broken / "out").exists()
    run(adapt, *words(broken, *cache, "--stop-at", 7))
    said = succeed(2, tmp_path / "said", "adapt", *words(broken, *cache))
    assert said[0].startswith("resumed at step 7\n")
    compare("resumed", whole, broken, "trained", logs=False)
    # The first process's clock tells all when to end.
    said = succeed(2, tmp_path / "said", "adapt", *words(tmp_path / "short", "--minutes", 1e-9))
    assert "stopped at step 1 of 12; run again to go on" in said[0] and checkpoint(tmp_path / "short")["step"] == 1


def in_the_middle(folder: Path, do):
    """Calls `do` with the processes once the log of a run has a row."""

    def during(started) -> None:
        log = folder / "run/log.csv"
        while all(one.is_alive() for one in started) and not (log.exists() and log.read_text().count("\n") > 1):
            started[0].join(0.02)
        assert all(one.is_alive() for one in started), "the run was over before it could be disturbed"
        do(started)

    return during


def test_a_signal_to_one_ends_all_with_a_checkpoint(tmp_path):
    words = reading(tmp_path, "--tokens", 1e7)
    during = in_the_middle(tmp_path, lambda started: os.kill(started[1].pid, signal.SIGTERM))
    statuses, said, _ = together(2, tmp_path / "said", "pretrain", *words, during=during)
    step = checkpoint(tmp_path)["step"]
    assert statuses == [143, 143] and f"stopped at step {step} of 78125; run again to go on" in said[0]
    assert not (tmp_path / "base").exists() and step >= 20
    said = succeed(2, tmp_path / "again", "pretrain", *reading(tmp_path, "--tokens", (step + 5) * 128))
    assert f"resumed at step {step}\n" in said[0] and checkpoint(tmp_path)["step"] == step + 5


def test_when_one_is_killed_the_other_ends_and_says_so(tmp_path):
    words = reading(tmp_path, "--tokens", 1e7)
    during = in_the_middle(tmp_path, lambda started: os.kill(started[1].pid, signal.SIGKILL))
    statuses, _, errors = together(2, tmp_path / "said", "pretrain", *words, during=during)
    assert statuses == [1, -signal.SIGKILL] and "Traceback" not in errors[0]
    line = next(x for x in errors[0].splitlines() if x.startswith("tacit_train"))
    assert line.startswith("tacit_train pretrain: process 0 of 2: another one ended or cannot be reached; the same command")


def test_what_cannot_be_divided_is_refused(tmp_path):
    for command, words, message in [
        ("pretrain", reading(tmp_path, "--batch", 5), "--batch 5 cannot be divided among 2 processes; expected a multiple of 2"),
        ("credits", ["esc-50", "--help"], None),
        ("figures", ["x.csv", "--out", "x"], "2 processes; expected one: only adapt, teach, pretrain divide work"),
        ("pretrain", reading(tmp_path, "--device", "cuda"), "has no GPU: 0 GPUs on this machine"),
    ]:
        statuses, _, errors = together(2, tmp_path / "said", command, *words)
        if message is None:
            assert statuses == [0, 0]
            continue
        assert statuses == [1, 1], errors
        assert all(message in text and "Traceback" not in text for text in errors)
    assert not (tmp_path / "run").exists()


def test_torchrun(tmp_path):
    """The command as the documentation has it."""
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    # Without the two dashes torchrun would take --run for an abbreviation of an option of its own.
    words = [*torchrun, "-m", "--", "tacit_train", "pretrain", *(str(w) for w in reading(tmp_path))]
    done = subprocess.run(words, cwd=TOOL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "10 steps of 128 tokens, 2 of 4 windows in each of 2 processes" in done.stdout
    assert done.stdout.count("held-out loss of the saved F16 base") == 1 and checkpoint(tmp_path)["step"] == 10
