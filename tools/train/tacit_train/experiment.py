"""`experiment`: a queue of data sets and arms, each arm at the learning rate that suits it, over several seeds.

The arms are the same architecture three times: `text`, frozen text-pretrained weights with adapters; `random`, frozen
random weights with the same adapters; `scratch`, random weights and every one of them trained. Each arm's rate is
chosen with the first seed by accuracy on clips held out from the training splits, then that rate is run with every
seed and measured on the test split, which nothing was chosen by.

Every run is a row of RESULTS/QUEUE.csv, written when it is done; what has its row is not repeated, and what was
stopped goes on from its checkpoint.
"""

from __future__ import annotations

import argparse
import csv
import io
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from pathlib import Path

from . import trial
from .arguments import COUNT, WEIGHT, check_device
from .files import append_row, held, whole_lines
from .plan import Base, Experiment, Run, choose, read_queue, select
from .readers import DataError
from .table import check_rows

KEY = ["experiment", "arm", "tokens_read", "lr", "seed"]
COLUMNS = [
    *("experiment", "dataset", "split", "labels", "arm", "base", "tokens_read", "attention", "lr", "seed", "stage"),
    *("steps", "examples", "parameters_trained", "minutes", "validation_count", "validation"),
    *("count", "metric", "value", "commit", "settings"),
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("queue", type=Path, help="queue file, JSON")
    parser.add_argument("--results", type=Path, required=True, help="folder of the CSV, which has the queue's name")
    parser.add_argument("--runs", type=Path, required=True, help="folder of checkpoints; they go with their arm")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--cache", type=Path, help="folder for decoded samples")
    parser.add_argument("--only", metavar="REGEX", help="experiments whose name this is found in")
    parser.add_argument("--minutes", type=WEIGHT, help="stop after so many; run again to go on")
    parser.add_argument("--workers", type=COUNT, default=1, help="runs side by side, one thread each")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--list", action="store_true", help="print what is to be done and end")


class Results:
    """The CSV, one row a run and stage."""

    def __init__(self, path: Path, commit: str):
        self.path, self.commit = path, commit
        self.rows: list[dict[str, str]] = []
        # A row that a kill has cut short is none: its run is measured again.
        if text := whole_lines(path):
            reader = csv.DictReader(io.StringIO(text, newline=""))
            if reader.fieldnames != COLUMNS:
                raise SystemExit(f"{path}: not the columns that this version writes")
            self.rows = list(reader)
            check_rows(path, self.rows)

    def check(self, experiments: list[Experiment]) -> None:
        """Rows of a changed experiment would stand beside those of the old one as if they were alike."""
        for e in experiments:
            if any(row["experiment"] == e.name and row["settings"] != e.settings for row in self.rows):
                raise SystemExit(f"{self.path}: rows of {e.name} were made with other settings; take them out first")

    def find(self, run: Run, stage: str) -> dict[str, str] | None:
        for row in self.rows:
            if row["stage"] == stage and tuple(row[k] for k in KEY) == run.key:
                return row
        return None

    def add(self, run: Run, stage: str, row: dict) -> None:
        whole = row | {"stage": stage, "commit": self.commit, "settings": run.experiment.settings}
        text = {name: str(whole.get(name, "")) for name in COLUMNS}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        append_row(self.path, COLUMNS, text)
        self.rows.append(text)


class Queue:
    """What of the chosen experiments is to be run; `every` of the file may be asked for its rates."""

    def __init__(self, experiments: list[Experiment], every: list[Experiment], results: Results):
        self.experiments, self.results = experiments, results
        self.by_name = {e.name: e for e in every}

    def tuning(self, e: Experiment, arm: str, base: Base) -> list[Run]:
        if e.rates_of or len(e.rates[arm]) == 1:
            return []
        return [Run(e, arm, base, rate, e.seeds[0]) for rate in e.rates[arm]]

    def rate(self, e: Experiment, arm: str, base: Base) -> float | None:
        """The arm's rate, where it is known."""
        if e.rates_of:
            source = self.by_name[e.rates_of]
            return self.rate(source, arm, source.bases[0])
        tried = {run.rate: self.results.find(run, "tune") for run in self.tuning(e, arm, base)}
        if not tried:
            return e.rates[arm][0]
        if any(row is None for row in tried.values()):
            return None
        return choose({rate: float(row["validation"]) for rate, row in tried.items()})

    def ahead(self) -> Iterator[tuple[Run, str]]:
        """What can be run now and has no row, in the queue's order: data set by data set, tuning first."""
        for e in self.experiments:
            for arm, base in e.sides():
                yield from ((r, "tune") for r in self.tuning(e, arm, base) if not self.results.find(r, "tune"))
            for seed in e.seeds:
                for arm, base in e.sides():
                    rate = self.rate(e, arm, base)
                    if rate is None:
                        continue
                    run = Run(e, arm, base, rate, seed)
                    if not self.results.find(run, "final"):
                        yield run, "final"

    def count(self) -> int:
        """Rows that the whole queue will have."""
        return sum(
            len(self.tuning(e, arm, base)) + len(e.seeds) for e in self.experiments for arm, base in e.sides()
        )

    def done(self) -> int:
        """Those of them that are there. Rows of a rate that another has taken the place of since don't count."""
        found = 0
        for e in self.experiments:
            for arm, base in e.sides():
                found += sum(self.results.find(run, "tune") is not None for run in self.tuning(e, arm, base))
                rate = self.rate(e, arm, base)
                if rate is not None:
                    runs = (Run(e, arm, base, rate, seed) for seed in e.seeds)
                    found += sum(self.results.find(run, "final") is not None for run in runs)
        return found

    def sweep(self, runs: Path, run: Run) -> None:
        """Removes the checkpoints of an arm that has all its rows."""
        rate = self.rate(run.experiment, run.arm, run.base)
        seeds = run.experiment.seeds
        if rate is not None and all(
            self.results.find(Run(run.experiment, run.arm, run.base, rate, seed), "final") for seed in seeds
        ):
            shutil.rmtree((runs / run.folder).parent, ignore_errors=True)


def commit_of(folder: Path) -> str:
    """The commit of the code in a folder, with a + where files differ from it; empty outside a repository."""

    def git(*words: str) -> str:
        command = ["git", "-C", str(folder), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "--short=10", "HEAD") + ("+" if git("status", "--porcelain", "--", ".") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def main(args: argparse.Namespace) -> None:
    check_device(args.device)
    for name in ("results", "runs", "cache"):
        if (folder := getattr(args, name)) is not None and folder.exists() and not folder.is_dir():
            raise DataError(f"--{name} {folder}: is a file; expected a folder, or none")
    every = read_queue(args.queue)
    experiments = select(every, args.only)
    results = Results(args.results / f"{args.queue.stem}.csv", commit_of(Path(__file__).parent))
    results.check(experiments)
    queue = Queue(experiments, every, results)
    print(f"{queue.done()} of {queue.count()} rows are there", flush=True)
    if args.list:
        for run, stage in queue.ahead():
            print(f"{stage}: {run}")
        return
    # A polite kill ends like Ctrl-C: through the pool, so that no worker stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped; run again to go on"))
    with held(args.runs):
        failed = work(queue, args)
    if failed:
        raise SystemExit(f"{len(failed)} runs failed:\n" + "\n".join(failed))
    for e in experiments:
        if waiting := [arm for arm, base in e.sides() if e.rates_of and queue.rate(e, arm, base) is None]:
            print(f"{e.name} waits for the rates of {e.rates_of}: {', '.join(sorted(set(waiting)))}", flush=True)
    missing = queue.count() - queue.done()
    print("all done" if not missing else f"{missing} rows to go; run again to go on", flush=True)


def work(queue: Queue, args: argparse.Namespace) -> list[str]:
    """Runs what is ahead until nothing is or time is up; what failed, a line each."""
    end = None if args.minutes is None else time.monotonic() + 60 * args.minutes
    failed: dict[tuple[str, ...], str] = {}
    running: dict[Future, tuple[Run, str]] = {}
    pool, broken = processes(args), False
    try:
        while True:
            # When one process is killed, those beside it go with it, and nothing more can be asked of them.
            if broken and not running:
                pool.shutdown()
                pool, broken = processes(args), False
            left = None if end is None else (end - time.monotonic()) / 60
            if not broken and (left is None or left > 0):
                taken = {run.key for run, _ in running.values()}
                free = [x for x in queue.ahead() if x[0].key not in taken and (*x[0].key, x[1]) not in failed]
                for run, stage in free[: args.workers - len(running)]:
                    places = trial.Places(args.data, args.runs, args.cache, args.device)
                    try:
                        running[pool.submit(trial.perform, run, stage == "final", places, left)] = (run, stage)
                    except BrokenExecutor:
                        broken = True
                        break
            if broken and not running:
                continue
            if not running:
                return list(failed.values())
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                run, stage = running.pop(future)
                if error := future.exception():
                    line = failed[*run.key, stage] = f"{stage}: {run}: {str(error) or type(error).__name__}"
                    print(line, flush=True)
                    broken = broken or isinstance(error, BrokenExecutor)
                elif row := future.result():
                    queue.results.add(run, stage, row)
                    queue.sweep(args.runs, run)
                    report(queue, run, stage, row)
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def processes(args: argparse.Namespace) -> ProcessPoolExecutor:
    """A process a run: what a run's data and tensors take goes with it, however many there are."""
    return ProcessPoolExecutor(
        args.workers,
        multiprocessing.get_context("spawn"),
        initializer=trial.begin,
        initargs=(os.getpid(),),
        max_tasks_per_child=1,
    )


def report(queue: Queue, run: Run, stage: str, row: dict) -> None:
    test = f", test {row['value']}" if "value" in row else ""
    place = f"{queue.done()}/{queue.count()}"
    print(f"[{place}] {stage}: {run}: held out {row['validation']}{test}, {row['minutes']} min", flush=True)
