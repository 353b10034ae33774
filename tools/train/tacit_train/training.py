"""What `adapt` and `teach` have in common: a data set divided, a loop over its examples, checkpoints."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from . import metrics, ranks, senses
from .arguments import COUNT, PART, RATE, SEED, WEIGHT, check_device, differing, flags
from .files import check_replaceable, save_torch
from .inputs import Input
from .optim import Muon, Together, mixed_precision, trapezoid
from .progress import Diverged, Report, Schedule
from .readers import DataSet, open_data_set, with_licences
from .score import multi_hot
from .seeds import Draw


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--data", required=True, help="KIND:PATH")
    add("--run", type=Path, required=True, help="folder of checkpoint and log.csv")
    group = parser.add_argument_group("data")
    add = group.add_argument
    add("--split", required=True, help="splits to train on, commas between")
    add("--licences", help="train only on clips of these licences, commas between")
    add("--validation", type=PART, default=0.06, help="part of the training clips held out, by group")
    add("--validation-split", help="splits to hold out, commas between, in place of --validation")
    add("--cache", type=Path, help="folder for decoded samples")
    add("--task", choices=["multiclass", "multilabel"], help="default: the data set's own")
    senses.add_arguments(parser)


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("training")
    add = group.add_argument
    add("--epochs", type=RATE, default=30, help="may change when resuming")
    add("--steps", type=COUNT, help="length of the run in steps, in place of --epochs; may change when resuming")
    add("--batch", type=COUNT, default=32)
    add("--lr", type=RATE, default=1e-3)
    add("--muon-lr", type=RATE, help="train inner matrices and filters by Muon at this rate, the rest by AdamW")
    add("--weight-decay", type=WEIGHT, default=0.05)
    add("--warm-up", type=PART, default=0.05, help="part of the steps")
    add("--decay", type=PART, default=0.5, help="part of the steps over which the rate falls to 0; may change too")
    add("--softmax-weight", type=WEIGHT, default=1.0, help="multilabel: weight of the softmax loss beside the sigmoid's")
    add("--sigmoid-weight", type=WEIGHT, default=0.2, help="multilabel: weight of the sigmoid loss, summed over labels")
    add("--smoothing", type=PART, default=0.1, help="label smoothing of the softmax loss")
    add("--seed", type=SEED, default=0)
    add("--threads", type=COUNT, default=2)
    add("--device", default="cpu")
    add("--bf16", action="store_true", help="matrix products in bfloat16")
    add("--log-every", type=COUNT, default=20, help="steps")
    add("--checkpoint-seconds", type=WEIGHT, default=120)
    add("--validate-epochs", type=RATE, default=5)
    add("--minutes", type=WEIGHT, help="end after so many with a checkpoint and no result; run again to go on")
    add("--lasting", type=RATE, help="length of the run in minutes, found from its speed while the rate is flat")
    add("--stop-at", type=COUNT, help="end after this step with a checkpoint and no result (for tests)")


@dataclass
class Parts:
    """The clips of a run, divided."""

    train: tuple
    validation: tuple


def divide(data: DataSet, args: argparse.Namespace) -> Parts:
    clips = data.split(args.split)
    if args.licences:
        clips = with_licences(clips, args.licences.split(","))
    if args.validation_split:
        return apart(clips, data.split(args.validation_split))
    groups = sorted({c.key for c in clips})
    np.random.default_rng((args.seed, Draw.HELD_OUT)).shuffle(groups)
    held = set(groups[: round(args.validation * len(groups))])
    train = tuple(c for c in clips if c.key not in held)
    return apart(train, tuple(c for c in clips if c.key in held))


def apart(train: tuple, validation: tuple) -> Parts:
    """What is held out is not trained on, whatever splits it lies in."""
    held = {(c.path, c.index) for c in validation}
    rest = tuple(c for c in train if (c.path, c.index) not in held)
    if both := len(train) - len(rest):
        ranks.tell(f"{both} clips to train on are among those held out; left out of training")
    return Parts(rest, validation)


def loss_of(logits: Tensor, targets: Tensor, shares: Tensor, args: argparse.Namespace, multilabel: bool) -> Tensor:
    """Softmax loss against the shares of what is heard (rows with nothing in them left out) and, for a multi-label
    model, the sigmoid loss against what is heard at all."""
    weight = shares.sum(1)
    smooth = shares * (1 - args.smoothing) + weight[:, None] * args.smoothing / logits.shape[1]
    softmax = -(smooth * F.log_softmax(logits, -1)).sum() / ranks.divisor(weight.sum())
    if not multilabel:
        return softmax
    return with_sigmoid(softmax, logits, targets, args)


def accuracy_of(logits: np.ndarray, truth: np.ndarray) -> float:
    """Accuracy on what is held out; Diverged where what is made of it is no number, which would count as some label."""
    if not np.isfinite(logits).all():
        raise Diverged("what is made of the clips held out is not finite, so the rate is too high; expected a lower --lr")
    return metrics.accuracy(logits, truth)


def with_sigmoid(softmax: Tensor, logits: Tensor, scores: Tensor, args: argparse.Namespace) -> Tensor:
    """The loss of a multi-label model: the softmax loss and the sigmoid loss against scores, as they are weighted."""
    sigmoid = F.binary_cross_entropy_with_logits(logits, scores, reduction="sum") / len(logits)
    return args.softmax_weight * softmax + args.sigmoid_weight * sigmoid


class Forward(nn.Module):
    """`Training.logits` as the forward pass of a module, for DistributedDataParallel: it averages the gradients of what
    went through its own, and a step goes through parts of the model, one by one, as the step wants."""

    def __init__(self, training: Training):
        super().__init__()
        self.model, self.logits = training.model, training.logits

    def forward(self, batch: Tensor, draws: Any, step: int) -> Tensor:
        return self.logits(batch, draws, step)


class Training:
    """A data set, a model to train on it, and the loop. A subclass makes the model (`start`) and says how a batch
    becomes logits and a loss."""

    model: nn.Module
    command: str
    options: Callable[[argparse.ArgumentParser], None]
    """The command's arguments."""
    writes: tuple[str, ...]
    """What the folder that it makes holds."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        check_device(args.device)
        self.tell_aside()
        torch.set_num_threads(args.threads)
        torch.manual_seed(args.seed)
        data = args.data.partition(":")[2]
        kept = {"--run": args.run, "--base": getattr(args, "base", None), "--data": Path(data) if data else None}
        check_replaceable("--out", args.out, self.writes, kept | {"--cache": args.cache})
        args.run.mkdir(parents=True, exist_ok=True)
        self.data = open_data_set(args.data)
        self.task = args.task or ("multilabel" if self.data.multilabel else "multiclass")
        self.multilabel = self.task == "multilabel"
        self.parts = divide(self.data, args)
        if not self.parts.train:
            held = ", beside those held out" if self.parts.validation else ""
            raise SystemExit(f"{args.data}: no clips to train on in split {args.split}{held}")
        if args.negatives and not self.multilabel:
            raise SystemExit("negatives go with multilabel")
        targets = multi_hot(self.parts.train, len(self.data.labels))
        self.tell_of_labels(targets)
        # Where there is a cache one process decodes, and the others have it from there.
        with ranks.one_first() if args.cache else contextlib.nullcontext():
            self.sense = senses.SENSES[args.input](args, self.parts.train, self.parts.validation, targets, self.check_input)

    def aside(self) -> dict[str, tuple[str, ...]]:
        """Options that do nothing as the others are, by what they would need."""
        return {}

    def tell_aside(self) -> None:
        """Says on standard error which options are left aside."""
        parser = argparse.ArgumentParser()
        type(self).options(parser)
        for why, names in self.aside().items():
            if unused := [name for name in names if getattr(self.args, name) != parser.get_default(name)]:
                ranks.tell(f"{flags(unused)}: {why} left aside")

    def tell_of_labels(self, targets: np.ndarray) -> None:
        """Says at the start what no training can mend."""
        labels = self.data.labels
        if lacking := [label for label, count in zip(labels, targets.sum(0)) if not count]:
            named = ", ".join(lacking[:5]) + (f" and {len(lacking) - 5} more" if len(lacking) > 5 else "")
            ranks.tell(f"{self.args.data}: no clip to train on for {named}, which will hardly ever be right")
        if len(labels) == 1 and not (self.multilabel and self.args.negatives):
            remedy = "expected a second one, of anything else, or --task multilabel with --negatives"
            ranks.tell(f"{self.args.data}: {labels[0]} is the only label, so all that is heard or seen is that; {remedy}")

    def start(self, model: nn.Module, some_unused: bool = False) -> None:
        """Takes the model, ready to be trained, and a checkpoint of the run if there is one. `some_unused`: not every
        step uses every parameter."""
        args, self.model = self.args, ranks.of_the_whole_batch(model, self.args.device)
        self.trained = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        self.optimizers = self.make_optimizers()
        self.total = max(1, args.steps or round(args.epochs * len(self.sense.train) / args.batch))
        self.checkpoint = args.run / "checkpoint.pt"
        self.began_at, self.before, self.made_of = 0, 0.0, self.material()
        if (saved := ranks.load(self.checkpoint, args.device)) is not None:
            self.resume(saved)
            self.check_length()
        self.forward = ranks.averaged(Forward(self), some_unused)

    def make_optimizers(self) -> Together:
        return Together(*self.optimizers_of(self.trained, 1.0))

    def optimizers_of(self, parameters: dict[str, nn.Parameter], factor: float) -> list[torch.optim.Optimizer]:
        """Optimisers of parameters by name, at the rates asked for times a factor."""
        args = self.args
        decayed = {n: p for n, p in parameters.items() if p.ndim > 1}
        made: list[torch.optim.Optimizer] = []
        if args.muon_lr is not None:
            # A row of the head, of a codebook, of positions or of sinks stands for one label, id or place by itself.
            tables = ("head.", "names.", "features.", "network.head.", "patch.books.", "positions", "sinks", "trunk.wpe.")
            inner = [n for n in decayed if not n.startswith(tables)]
            matrices = [decayed.pop(n) for n in inner]
            rate = args.muon_lr * factor
            made.append(Muon(matrices, lr=rate, weight_decay=args.weight_decay, bf16=args.bf16))
        rest = [p for p in parameters.values() if p.ndim <= 1]
        groups = [
            dict(params=list(decayed.values()), weight_decay=args.weight_decay),
            dict(params=rest, weight_decay=0.0),
        ]
        made.append(torch.optim.AdamW(groups, lr=args.lr * factor, betas=(0.9, 0.98), fused=True))
        return made

    def lesson(self, batch: Tensor, draws: Any) -> Any:
        """What the loss is to know of a batch beside its labels. Leaves `draws`, where the batch's come from, as they are."""
        return None

    def logits(self, batch: Tensor, draws: Any, step: int) -> Tensor:
        raise NotImplementedError

    def loss(self, logits: Tensor, targets: Tensor, shares: Tensor, lesson: Any) -> Tensor:
        return loss_of(logits, targets, shares, self.args, self.multilabel)

    def validate(self) -> float:
        """Accuracy on the held-out clips."""
        raise NotImplementedError

    def state(self) -> dict[str, Tensor]:
        """What a checkpoint keeps of the model."""
        return {n: p.detach() for n, p in self.trained.items()}

    def settings(self) -> dict[str, str]:
        """The options that must not change between the parts of a run: all but those that change nothing of what is learned,
        those that a run may be made longer or shorter by, and the paths of what `material` looks into."""
        free = {"run", "out", "threads", "device", "log_every", "checkpoint_seconds", "stop_at", "cache", "data", "base"}
        free |= {"epochs", "steps", "minutes", "lasting", "decay", "license", "source", "validate_epochs"}
        values = {k: str(v) for k, v in sorted(vars(self.args).items()) if k not in free}
        return values | {"command": self.command}

    def material(self) -> dict[str, str]:
        """What a run learns from, which must not change between its parts either, wherever it lies: clips by their paths
        within the data set (of others, which a list names, by the ends of these) and the sizes of their files."""
        root = Path(self.args.data.partition(":")[2]).absolute()

        def name(path: Path) -> tuple[str, ...]:
            whole = path.absolute()
            return whole.relative_to(root).parts if whole.is_relative_to(root) else whole.parts[-2:]

        sizes = {path: path.stat().st_size for path in {c.path for c in (*self.parts.train, *self.parts.validation)}}
        parts = [
            [(name(c.path), sizes[c.path], c.index, c.targets, c.weight) for c in clips]
            for clips in (self.parts.train, self.parts.validation)
        ]
        known = {"labels": list(self.data.labels), "clips": parts}
        return {name: hashlib.sha256(repr(value).encode()).hexdigest() for name, value in known.items()}

    def resume(self, saved: dict[str, Any]) -> None:
        if not isinstance(saved, dict) or not {"trained", "step", "seconds", "settings"} <= set(saved):
            raise SystemExit(f"{self.checkpoint}: not a checkpoint of {self.command}; expected another --run")
        if "optimizers" not in saved:
            raise SystemExit(f"{self.checkpoint} is of an earlier version; remove it to begin anew")
        # A checkpoint that is older than this says nothing of it.
        before = saved.get("material", {})
        if others := [k for k, v in self.made_of.items() if before.get(k, v) != v]:
            told = " and ".join(others)
            raise SystemExit(f"{self.checkpoint}: the {told} are not those that it was made of; expected another --run for these")
        if others := differing(self.settings(), saved["settings"], type(self).options):
            told = ", ".join(others)
            raise SystemExit(f"{self.checkpoint} was made with other settings: {told}; expected another --run for these")
        state = self.state()
        if wrong := [n for n, x in state.items() if getattr(saved["trained"].get(n), "shape", None) != x.shape]:
            raise SystemExit(f"{self.checkpoint}: {wrong[0]} is of another model, or of other labels; expected another --run")
        with torch.no_grad():
            for name, value in state.items():
                value.copy_(saved["trained"][name])
        self.optimizers.load(saved["optimizers"])
        self.began_at, self.before = saved["step"], saved["seconds"]
        ranks.say(f"resumed at step {self.began_at}")

    def check_length(self) -> None:
        """A run that is asked to be shorter than it is already ends where it is, and says so."""
        if self.began_at <= self.total:
            return
        if self.args.lasting is not None:
            # As long as its speed so far says, where that is more than --epochs; see `Schedule`.
            self.total = max(self.began_at, round(self.began_at * 60 * self.args.lasting / max(self.before, 1e-9)))
        else:
            ranks.say(f"step {self.began_at} is reached already, of {self.total} asked for; the result is that of step {self.began_at}")
            self.total = self.began_at

    def unmeasured(self) -> str | None:
        """Why there is nothing to be measured on what is held out; none where there is."""
        if not len(self.sense.validation):
            return "no clips are held out"
        return None if self.sense.truth.any() else "no clip that is held out has a label"

    def check_input(self, description: Input) -> None:
        """Refuses, before anything is decoded, an input that the model can't have."""

    def save(self, step: int, seconds: float) -> None:
        state = {"trained": self.state(), "optimizers": self.optimizers.states()}
        told = {"step": step, "seconds": seconds, "settings": self.settings(), "material": self.made_of}
        save_torch(state | told, self.checkpoint)

    def rate_factor(self, step: int) -> float:
        return trapezoid(step, self.total, round(self.args.warm_up * self.total), self.args.decay)

    def run(self) -> bool:
        """`train`, with SIGTERM and Ctrl-C answered by a checkpoint after the step that they come in."""
        with ranks.Termination() as termination:
            ended = self.train(termination)
        if termination.asked and not ended:
            raise SystemExit(termination.status)
        return ended

    def train(self, termination: ranks.Termination | None = None) -> bool:
        """Runs to the end, to --stop-at, for --minutes or until termination is asked for; whether it reached the end."""
        args, rows = self.args, ranks.rows(self.args.batch)
        held_out = len(self.sense.validation)
        per_epoch = len(self.sense.train) / args.batch
        report = Report(args, self.began_at, per_epoch, lambda: self.validate() if self.unmeasured() is None else math.nan)
        counts = f"{len(self.sense.train)} clips to train on, {held_out} held out"
        count = sum(p.numel() for p in self.trained.values())
        among = f", {len(rows)} in each of {ranks.count()} processes" if ranks.count() > 1 else ""
        ranks.say(f"{counts}; {count} parameters trained, {self.total} steps of {args.batch}{among}")
        schedule = Schedule(args, self.before, termination)
        self.model.train()
        bar = tqdm(initial=self.began_at, total=self.total, desc=self.command, disable=None if ranks.is_first() else True)
        step = self.began_at
        while step < self.total and (args.stop_at is None or step < args.stop_at) and not schedule.stopped:
            factor = self.rate_factor(step)
            report.add(*self.learn(step, factor, rows))
            step += 1
            bar.update()
            self.total = schedule.after(step, self.total, factor == 1)
            report.after(step, self.total, factor, schedule)
            if schedule.saves:
                if ranks.is_first():
                    self.save(step, schedule.seconds)
                schedule.has_saved()
        bar.close()
        if schedule.stopped and step < self.total:
            ranks.say(f"stopped at step {step} of {self.total}; run again to go on")
        elif args.lasting is not None:
            ranks.say(f"{step} steps")
        return step == self.total

    def learn(self, step: int, factor: float, rows: range) -> tuple[Tensor, Tensor, Tensor]:
        """Takes one step, at the rates times a factor; the loss, logits and targets of these rows of its batch."""
        args = self.args
        self.optimizers.scale(factor)
        # What layers draw depends on seed and step alone, like the examples.
        torch.manual_seed(args.seed * 1_000_003 + step)
        batch, targets, shares, draws = self.sense.examples.batch(step, args.batch, rows)
        batch, targets, shares = (x.to(args.device) for x in (batch, targets, shares))
        with mixed_precision(args.device, args.bf16):
            lesson = self.lesson(batch, draws)
            logits = self.forward(batch, draws, step)
        logits = logits.float()
        loss = self.loss(logits, targets, shares, lesson)
        loss.backward()
        nn.utils.clip_grad_norm_(list(self.trained.values()), 1.0)
        self.optimizers.step()
        return loss, logits, targets
