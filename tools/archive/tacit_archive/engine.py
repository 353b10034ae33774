"""Dask over the parts: a model in each thread of each worker; a dead worker's part is done by another.

Dask and not Ray Data: on one machine of two cores Ray's processes take ten seconds to start where these take two, and
either does again what a dead worker had begun.
"""

from __future__ import annotations

import tempfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import dask
from distributed import Client, LocalCluster, Worker, WorkerPlugin, as_completed, get_worker
from distributed.scheduler import KilledWorker

from .labeller import Labeller
from .parts import Settings
from .sources import File, Problem

PACKAGE = Path(__file__).resolve().parent
PLUGIN = "tacit-archive"
DEATHS = 3
"""How many workers may die of a part before the run ends: what is in it kills whoever reads it."""
AT_ONCE = 10_000
"""Parts that the scheduler knows of at a time."""


SETTINGS = {
    "distributed.scheduler.allowed-failures": DEATHS,
    # What watches over the processes many times a second would cost more than what they have to do beside labelling.
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.tick.limit": "30s",
    "distributed.admin.system-monitor.interval": "5s",
}


class Labelling(WorkerPlugin):
    """What each worker has ready, those that come or come back later too."""

    name = PLUGIN

    def __init__(self, model: bytes, settings: Settings, out: str):
        self.given, self.threads = (model, settings, out), threading.local()

    def __getstate__(self) -> tuple:
        return self.given

    def __setstate__(self, given: tuple) -> None:
        self.__init__(*given)

    def setup(self, worker: Worker) -> None:
        # What fails here fails where it can be told, and not in every part.
        self.labeller()

    def labeller(self) -> Labeller:
        """This thread's: a model is one thread's at a time."""
        if not hasattr(self.threads, "labeller"):
            self.threads.labeller = Labeller(*self.given)
        return self.threads.labeller


def label_part(files: list[tuple[str, int]]) -> dict[str, int]:
    """On a worker: labels the files and writes their part."""
    return get_worker().plugins[PLUGIN].labeller().part([File(*file) for file in files])


class Engine:
    """The workers of a cluster, or of this machine, while it is entered."""

    def __init__(self, address: str | None, cores: int | None, wait: float):
        dask.config.set(SETTINGS)
        self.cluster = None
        if address is None:
            # Each worker's memory is its own business: decoding a long recording is no leak.
            # Keys of their own: whoever may talk to a scheduler may run anything as its user, and loopback is everybody's.
            workers = dict(n_workers=cores, threads_per_worker=1, memory_limit=0, security=True)
            self.cluster = LocalCluster(dashboard_address="127.0.0.1:0", silence_logs="CRITICAL", **workers)
        try:
            self.client = Client(self.cluster or address, timeout=wait)
        except (OSError, ValueError) as error:
            raise Problem(f"--address {address}: no Dask scheduler: {error}".splitlines()[0]) from None
        try:
            self.client.wait_for_workers(1, timeout=wait)
            if address is not None:
                self.send_program()
        except TimeoutError:
            self.__exit__()
            raise Problem(f"--address {address}: the scheduler has no workers after {wait:g} s") from None

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()

    @property
    def cores(self) -> int:
        return sum(self.client.nthreads().values())

    def send_program(self) -> None:
        """This package to all workers; the module `tacit` has to be installed there."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{PACKAGE.name}.zip"
            with zipfile.ZipFile(path, "w") as packed:
                for file in sorted(PACKAGE.glob("*.py")):
                    packed.write(file, f"{PACKAGE.name}/{file.name}")
            self.client.upload_file(str(path))

    def results(self, work: list[list[File]], model: bytes, settings: Settings, out: str) -> Iterator[dict[str, int]]:
        """How many files a finished part had and how many were broken, as the parts are finished."""
        try:
            self.client.register_plugin(Labelling(model, settings, out))
        except Exception as error:
            raise Problem(f"a worker cannot begin: {type(error).__name__}: {error}") from None
        for start in range(0, len(work), AT_ONCE):
            some = [[(f.path, f.size) for f in files] for files in work[start : start + AT_ONCE]]
            futures = self.client.map(label_part, some, pure=False)
            parts = dict(zip(futures, some))
            for future in as_completed(futures):
                error = future.exception()
                if error is not None:
                    raise Problem(failure(error, parts[future]))
                yield future.result()
                future.release()


def failure(error: BaseException, part: list[tuple[str, int]]) -> str:
    place = f"a part of {len(part)} files, {part[0][0]} to {part[-1][0]}"
    if isinstance(error, KilledWorker):
        return f"{place}: each worker that did it died ({error.allowed_failures + 1} of them)"
    return f"{place}: {type(error).__name__}: {error}"
