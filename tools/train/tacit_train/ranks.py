"""Training by several processes that `torchrun` started: one batch divided among them, one result.

Each process makes its rows of the batch that one process would make, and all take the same step by the mean of their
gradients. Alone, every function here leaves things as they are.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional as F

from .files import held
from .readers import DataError

COMMANDS = ("adapt", "teach", "pretrain")
OTHERS_SPEAK_AFTER = 1.0
"""Seconds that all processes but the first wait with an error, which most often is the first one's as well: when it
has said it, torchrun ends them."""


def count() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    return distributed.get_rank() if distributed.is_initialized() else 0


def is_first() -> bool:
    """Whether this process is the one that writes: checkpoints, logs, results."""
    return rank() == 0


def say(text: str) -> None:
    if is_first():
        print(text, flush=True)


def tell(text: str) -> None:
    """As `say`, beside what a command has for standard output."""
    if is_first():
        print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def joined(command: str, args: argparse.Namespace) -> Iterator[None]:
    """The group of processes that the environment tells of (RANK, WORLD_SIZE and so on, as `torchrun` sets them), while
    the command runs. SystemExit with a line for what goes wrong between them."""
    try:
        size, number, local = (int(os.environ.get(k, d)) for k, d in (("WORLD_SIZE", 1), ("RANK", 0), ("LOCAL_RANK", 0)))
    except ValueError as error:
        raise SystemExit(f"tacit_train {command}: RANK, LOCAL_RANK or WORLD_SIZE is no number: {error}") from None
    if size == 1:
        yield
        return
    try:
        check(command, args, size)
        start(args.device, local)
        yield
        distributed.destroy_process_group()
    except SystemExit as error:
        if number and isinstance(error.code, str):
            time.sleep(OTHERS_SPEAK_AFTER)
            raise SystemExit(f"process {number} of {size}: {error.code}") from None
        raise
    except RuntimeError as error:
        # Gloo's errors have no class of their own.
        if not (isinstance(error, distributed.DistError) or "gloo" in str(error).lower()):
            raise
        reason = str(error).splitlines()[0][-200:]
        message = f"tacit_train {command}: process {number} of {size}: another one ended or cannot be reached"
        raise SystemExit(f"{message}; the same command goes on from the last checkpoint ({reason})") from None


def check(command: str, args: argparse.Namespace, size: int) -> None:
    if command not in COMMANDS:
        raise SystemExit(f"tacit_train {command}: {size} processes; expected one: only {', '.join(COMMANDS)} divide work")
    if args.batch % size:
        many = f"--batch {args.batch} cannot be divided among {size} processes"
        raise SystemExit(f"tacit_train {command}: {many}; expected a multiple of {size}")


def start(device: str, local: int) -> None:
    kind = torch.device(device).type
    if kind == "cuda":
        if local >= torch.cuda.device_count():
            there = f"{torch.cuda.device_count()} GPUs on this machine"
            raise SystemExit(f"process {local} of this machine has no GPU: {there}; expected --nproc-per-node of no more")
        # "cuda" is this one from here on.
        torch.cuda.set_device(local)
    # What is decided on the host goes by gloo, so that no step waits for the GPU.
    distributed.init_process_group("cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo")


def rows(size: int) -> range:
    """This process's rows of a batch of `size`."""
    part = size // count()
    return range(rank() * part, (rank() + 1) * part)


@contextlib.contextmanager
def one_first() -> Iterator[None]:
    """On each machine one process goes ahead, and the rest find what it has left on disk."""
    ahead = int(os.environ.get("LOCAL_RANK", 0)) == 0
    if count() > 1 and not ahead:
        distributed.barrier()
    yield
    if count() > 1 and ahead:
        distributed.barrier()


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """The folder of a run, which the first process holds: it is no other run's meanwhile."""
    with held(folder) if is_first() else contextlib.nullcontext():
        yield


def from_first(value: Any) -> Any:
    """The first process's value, whatever the others have."""
    if count() == 1:
        return value
    values = [value]
    distributed.broadcast_object_list(values)
    return values[0]


def load(path: Path, device: str) -> Any:
    """What `torch.save` wrote, None if there is no such file: read by the first process alone, on whose machine it is."""
    saved = None
    if is_first() and path.exists():
        # PyTorch passes over the checksums that it writes.
        try:
            with zipfile.ZipFile(path) as records:
                damaged = records.testzip()
        except zipfile.BadZipFile:
            damaged = None
        if damaged is not None:
            raise DataError(f"{path}: damaged in {damaged}; remove it to begin anew")
        # Passed on as bytes of the host.
        try:
            saved = torch.load(path, map_location=device if count() == 1 else "cpu", weights_only=True)
        except Exception:
            # Of bytes that may be anything PyTorch raises anything.
            raise DataError(f"{path}: damaged, or no checkpoint; remove it to begin anew") from None
    return from_first(saved)


def summed(x: Tensor) -> Tensor:
    """The sum over all processes, without a gradient."""
    x = x.detach().clone()
    if count() > 1:
        distributed.all_reduce(x)
    return x


def totals(*values: float) -> list[float]:
    """The sum of each over all processes."""
    return list(values) if count() == 1 else summed(torch.tensor(values, dtype=torch.float64)).tolist()


def divisor(part: Tensor) -> Tensor:
    """What a process divides a sum over its rows by, where `part` is the number of them that count: the mean of what
    the processes get is the sum over the whole batch divided by that number in all of it, at least 1."""
    return summed(part).clamp(min=1) / count()


def rolled(batch: Tensor) -> Tensor:
    """This process's rows of the whole batch rolled by one: each row's place taken by the row before it."""
    out = batch.roll(1, 0)
    if count() == 1:
        return out
    last = [torch.empty_like(batch[-1:]) for _ in range(count())]
    distributed.all_gather(last, batch[-1:].contiguous())
    return torch.cat([last[rank() - 1], out[1:]])


class Sum(torch.autograd.Function):
    """The sum over all processes; each one's loss depends on it, so each one's gradient is part of the sum's."""

    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return summed(x)

    @staticmethod
    def backward(ctx, slope: Tensor) -> Tensor:
        return summed(slope)


class WholeBatchNorm2d(nn.BatchNorm2d):
    """Statistics of the whole batch on processors, where `nn.SyncBatchNorm`, which does the same, does not work."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        n = x.numel() // x.shape[1] * count()
        whole = x.float()
        mean = Sum.apply(whole.mean((0, 2, 3))) / count()
        centred = whole - mean[:, None, None]
        variance = Sum.apply(centred.square().mean((0, 2, 3))) / count()
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * (n / max(1, n - 1)), self.momentum)
            self.num_batches_tracked += 1
        scale = (variance + self.eps).rsqrt() * self.weight
        return (centred * scale[:, None, None] + self.bias[:, None, None]).to(x.dtype)


class WholeDropout(nn.Dropout):
    """Drops of a process's rows what would be dropped of them in the whole batch."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        size = len(x) * count()
        kept = F.dropout(torch.ones(size, *x.shape[1:], dtype=x.dtype, device=x.device), self.p)
        mine = rows(size)
        return x * kept[mine.start : mine.stop]


def of_the_whole_batch(model: nn.Module, device: str) -> nn.Module:
    """The model with layers that look at a whole batch where theirs would look at a process's rows; parameters and
    their names stay."""
    if count() == 1:
        return model
    for module in model.modules():
        if type(module) is nn.Dropout:
            module.__class__ = WholeDropout
        elif type(module) is nn.BatchNorm2d and torch.device(device).type == "cpu":
            module.__class__ = WholeBatchNorm2d
    return model if torch.device(device).type == "cpu" else nn.SyncBatchNorm.convert_sync_batchnorm(model)


def averaged(module: nn.Module, some_unused: bool = False) -> nn.Module:
    """The module with gradients that are the mean over all processes, by DistributedDataParallel; `some_unused`: not
    every step uses every parameter. Buffers are the same everywhere without being sent each step."""
    if count() == 1:
        return module
    return nn.parallel.DistributedDataParallel(module, forward_sync_buffers=False, find_unused_parameters=some_unused)


class Termination:
    """SIGTERM and SIGINT (Ctrl-C) while this is entered are noted and no more, so that a loop ends after a step and with a
    checkpoint. A second Ctrl-C ends it where it is."""

    def __init__(self) -> None:
        self.asked = False
        # Where another process was asked, the status is that of its most usual reason.
        self.status = 128 + signal.SIGTERM

    def __enter__(self) -> Termination:
        # Only the main thread may set handlers; elsewhere signals stay what they are. A signal that is ignored stays so.
        self.before: dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self.before[number] = signal.signal(number, self.note)
        return self

    def note(self, number: int, _frame: Any) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked, self.status = True, 128 + number

    def __exit__(self, *_: Any) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)
