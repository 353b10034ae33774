"""What goes on beside the steps of a run: when it ends, when it saves, and what its log says."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

import torch
from torch import Tensor

from . import ranks
from .files import CSVLog

COLUMNS = ["step", "epoch", "loss", "train_accuracy", "validation_accuracy", "lr_factor", "seconds"]


class Diverged(SystemExit):
    """The loss, or what a model makes of clips, is no longer a number: the learning rate is too high."""


class Schedule:
    """When a run stops and when a checkpoint is due, by the clock and by signals, as all its processes agree. `before`: seconds
    that its earlier parts took."""

    def __init__(self, args: argparse.Namespace, before: float, termination: ranks.Termination | None):
        self.args, self.before, self.termination = args, before, termination
        self.began = self.saved = time.monotonic()
        self.seconds, self.stopped, self.ends, self.saves = before, False, False, False

    def after(self, step: int, total: int, flat: bool) -> int:
        """After a step: whether the run is `stopped`, whether it `ends` and `saves` here; gives the number of its steps, which
        --lasting changes while the rate is `flat`: neither rises nor falls yet."""
        args, now = self.args, time.monotonic()
        spent, self.seconds = now - self.began, self.before + now - self.began
        stopped = args.minutes is not None and spent >= 60 * args.minutes
        if args.lasting is not None and spent > 20 and flat:
            total = max(step + 1, round(step * 60 * args.lasting / self.seconds))
        late = now - self.saved > args.checkpoint_seconds
        asked = self.termination is not None and self.termination.asked
        total, self.stopped, late = agreed(total, stopped or asked, late)
        self.ends = step == total or step == args.stop_at or self.stopped
        self.saves = self.ends or late
        return total

    def has_saved(self) -> None:
        self.saved = time.monotonic()


def agreed(total: int, stopped: bool, late: bool) -> tuple[int, bool, bool]:
    """The number of steps, as the first process has it; whether the run stops here, if any process wants to; whether a
    checkpoint is due by the first process's clock."""
    told = (total, late) if ranks.is_first() else (0, 0)
    total, late_there, stops = ranks.totals(*told, stopped)
    return int(total), stops > 0, late_there > 0


class Report:
    """What the steps since the last row of `log.csv` came to (`add`), and the next row, by the first process. `validate` gives
    the accuracy on the held-out clips."""

    def __init__(self, args: argparse.Namespace, began_at: int, per_epoch: float, validate: Callable[[], float]):
        self.args, self.per_epoch, self.validate = args, per_epoch, validate
        self.log = CSVLog(args.run / "log.csv", COLUMNS, began_at) if ranks.is_first() else None
        self.told, self.next_validation = Told(), self.validation_after(began_at)

    def validation_after(self, step: int) -> float:
        """The next epoch that the held-out clips are looked at in."""
        every = self.args.validate_epochs
        return (math.floor(step / self.per_epoch / every) + 1) * every

    def add(self, loss: Tensor, logits: Tensor, targets: Tensor) -> None:
        self.told.add(loss, logits, targets)

    def after(self, step: int, total: int, factor: float, schedule: Schedule) -> None:
        """Adds a row where one is due, and ends the run before it saves what is no number."""
        due = step % self.args.log_every == 0
        if due or schedule.saves:
            self.told.check(step)
        if not (due or schedule.ends):
            return
        # Every process gives its part of the means, whoever writes them down.
        means, self.told = self.told.means(), Told()
        if self.log is not None:
            self.log.add(
                step=step,
                epoch=step / self.per_epoch,
                **means,
                validation_accuracy=self.validation(step, step == total),
                lr_factor=factor,
                seconds=schedule.seconds,
            )

    def validation(self, step: int, last: bool) -> float | str:
        if step / self.per_epoch < self.next_validation and not last:
            return ""
        self.next_validation = self.validation_after(step)
        return self.validate()


class Told:
    """Losses and hits of some steps. They stay on the device until they are asked for: each question waits for all
    that was begun there."""

    def __init__(self) -> None:
        self.rows: list[Tensor] = []

    def add(self, loss: Tensor, logits: Tensor, targets: Tensor) -> None:
        heard = targets.sum(1) > 0
        hits = targets.gather(1, logits[:, : targets.shape[1]].argmax(1, keepdim=True))[:, 0] * heard
        self.rows.append(torch.stack([loss.detach(), hits.sum(), heard.sum()]))

    def check(self, step: int) -> None:
        """Ends the run, naming the step, if a loss was no number; the last row is that of `step` (counted from 1)."""
        bad = ranks.summed(torch.stack(self.rows)[:, 0]).isfinite().logical_not().nonzero()
        if len(bad):
            raise Diverged(f"loss is not finite at step {step - len(self.rows) + 1 + int(bad[0])}")

    def means(self) -> dict[str, float]:
        loss, hits, heard = ranks.summed(torch.stack(self.rows).double()).cpu().unbind(1)
        return dict(loss=float(loss.mean()) / ranks.count(), train_accuracy=float(hits.sum() / heard.sum().clamp(min=1)))
