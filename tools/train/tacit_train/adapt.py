"""`adapt`: a frozen base and a data set to an adapter folder."""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from . import metrics, senses
from .adapter_folder import Description, load_adapter, save_adapter
from .files import CSVLog, save_torch
from .initial import embedding_scale, start_patch_projection
from .inputs import TokensInput
from .model import AdaptedModel, Shape, add_lora, load_trunk, random_trunk, train_whole
from .optim import trapezoid
from .readers import DataSet, open_data_set, with_licences
from .score import multi_hot

COLUMNS = ["step", "epoch", "loss", "train_accuracy", "validation_accuracy", "lr_factor", "seconds"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--base", type=Path, required=True, help="folder of the base")
    add("--data", required=True, help="KIND:PATH")
    add("--run", type=Path, required=True, help="folder of checkpoint and log.csv")
    add("--out", type=Path, required=True, help="the adapter folder to write")
    add("--base-name", default="models/base", help="what the adapter calls its base")
    add("--random-base", type=int, metavar="SEED", help="control: the base's architecture with fresh weights, frozen")
    data = parser.add_argument_group("data")
    add = data.add_argument
    add("--split", required=True, help="splits to train on, commas between")
    add("--licences", help="train only on clips of these licences, commas between")
    add("--validation", type=float, default=0.06, help="part of the training clips held out, by group")
    add("--validation-split", help="splits to hold out, commas between, in place of --validation")
    add("--cache", type=Path, help="folder for decoded samples")
    add("--task", choices=["multiclass", "multilabel"], help="default: the data set's own")
    add("--license", default="", help="the adapter's licence")
    add("--source", action="append", default=[], help="a source to credit; may be repeated")
    senses.add_arguments(parser)
    model = parser.add_argument_group("model")
    add = model.add_argument
    add("--patch-hidden", type=int, default=0, help="width of the projection's hidden layer; 0: none")
    add("--positions", choices=["base", "learned", "none"], default="base")
    add("--attention", choices=["causal", "full"], default="causal")
    add("--pool", choices=["last", "mean"], default="mean")
    add("--rank", type=int, default=16)
    add("--alpha", type=float, help="default: twice the rank")
    add("--train-norms", action="store_true")
    add("--no-head-norm", action="store_true")
    train = parser.add_argument_group("training")
    add = train.add_argument
    add("--epochs", type=float, default=30, help="may change when resuming")
    add("--steps", type=int, help="length of the run in steps, in place of --epochs; may change when resuming")
    add("--batch", type=int, default=32)
    add("--lr", type=float, default=1e-3)
    add("--weight-decay", type=float, default=0.05)
    add("--without-layers", type=float, default=0, help="epochs at the start in which patches pass the trunk by")
    add("--warm-up", type=float, default=0.05, help="part of the steps")
    add("--decay", type=float, default=0.5, help="part of the steps over which the rate falls to 0; may change too")
    add("--softmax-weight", type=float, default=1.0, help="multilabel: weight of the softmax loss beside the sigmoid's")
    add("--sigmoid-weight", type=float, default=0.2, help="multilabel: weight of the sigmoid loss, summed over labels")
    add("--smoothing", type=float, default=0.1, help="label smoothing of the softmax loss")
    add("--seed", type=int, default=0)
    add("--threads", type=int, default=2)
    add("--device", default="cpu")
    add("--log-every", type=int, default=20, help="steps")
    add("--checkpoint-seconds", type=float, default=120)
    add("--validate-epochs", type=float, default=5)
    add("--minutes", type=float, help="end after so many with a checkpoint and no adapter; run again to go on")
    add("--stop-at", type=int, help="end after this step with a checkpoint and no adapter (for tests)")


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
        return Parts(clips, data.split(args.validation_split))
    groups = sorted({c.key for c in clips})
    np.random.default_rng((args.seed, 0)).shuffle(groups)
    held = set(groups[: round(args.validation * len(groups))])
    train = tuple(c for c in clips if c.key not in held)
    return Parts(train, tuple(c for c in clips if c.key in held))


def loss_of(logits: Tensor, targets: Tensor, shares: Tensor, args: argparse.Namespace, multilabel: bool) -> Tensor:
    """Softmax loss against the shares of what is heard (rows with nothing in them left out) and, for a multi-label
    model, the sigmoid loss against what is heard at all."""
    weight = shares.sum(1)
    smooth = shares * (1 - args.smoothing) + weight[:, None] * args.smoothing / logits.shape[1]
    softmax = -(smooth * F.log_softmax(logits, -1)).sum() / weight.sum().clamp(min=1)
    if not multilabel:
        return softmax
    sigmoid = F.binary_cross_entropy_with_logits(logits, targets, reduction="sum") / len(logits)
    return args.softmax_weight * softmax + args.sigmoid_weight * sigmoid


class Diverged(SystemExit):
    """The loss is no longer a number: the learning rate is too high."""


class Trainer:
    """With `whole` every weight of the trunk is trained and there is no LoRA: an arm of `experiment`, which makes no
    adapter folder."""

    def __init__(self, args: argparse.Namespace, whole: bool = False):
        self.args, self.whole = args, whole
        torch.set_num_threads(args.threads)
        torch.manual_seed(args.seed)
        args.run.mkdir(parents=True, exist_ok=True)
        self.data = open_data_set(args.data)
        self.multilabel = (args.task or ("multilabel" if self.data.multilabel else "multiclass")) == "multilabel"
        self.parts = divide(self.data, args)
        if not self.parts.train:
            raise SystemExit("no clips to train on")
        if args.negatives and not self.multilabel:
            raise SystemExit("negatives go with multilabel")
        targets = multi_hot(self.parts.train, len(self.data.labels))
        self.sense = senses.SENSES[args.input](args, self.parts.train, self.parts.validation, targets)
        description = self.sense.description
        self.base_folder = self.prepare_base()
        trunk = load_trunk(self.base_folder)
        scale = embedding_scale(trunk)
        if whole:
            trunk = train_whole(trunk)
        else:
            trunk = add_lora(trunk, args.rank, args.alpha or 2.0 * args.rank, args.train_norms)
        self.description = Description(
            description,
            Shape(args.positions, args.attention, "restart", args.pool),
            "multilabel" if self.multilabel else "multiclass",
            list(self.data.labels),
            license=args.license,
            sources=args.source,
        )
        self.model = AdaptedModel(
            trunk,
            self.description.shape,
            description.patch_size,
            len(self.data.labels),
            description.window,
            args.patch_hidden,
            not args.no_head_norm,
            description.vocabulary if isinstance(description, TokensInput) else 0,
        ).to(args.device)
        bank = self.sense.bank(args.patch_hidden)
        start_patch_projection(self.model, self.sense.first * self.sense.gain, scale, bank)
        nn.init.normal_(self.model.head.weight, std=0.02)
        nn.init.constant_(self.model.head.bias, -4.0 if self.multilabel else 0.0)
        self.trained = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        decayed = [p for p in self.trained.values() if p.ndim > 1]
        rest = [p for p in self.trained.values() if p.ndim <= 1]
        groups = [dict(params=decayed, weight_decay=args.weight_decay), dict(params=rest, weight_decay=0.0)]
        self.optimizer = torch.optim.AdamW(groups, lr=args.lr, betas=(0.9, 0.98), fused=True)
        self.total = max(1, args.steps or round(args.epochs * len(self.sense.train) / args.batch))
        self.checkpoint = args.run / "checkpoint.pt"
        self.start, self.before = 0, 0.0
        if self.checkpoint.exists():
            self.resume()

    def prepare_base(self) -> Path:
        """The base's folder; for the control, one with random weights in F16, so that what is saved is what was
        trained on."""
        if self.args.random_base is None:
            return self.args.base
        folder = self.args.run / f"random-base-{self.args.random_base}"
        if not folder.exists():
            trunk = random_trunk(self.args.base, self.args.random_base)
            trunk.half().save_pretrained(folder.with_suffix(".tmp"))
            folder.with_suffix(".tmp").rename(folder)
        return folder

    def settings(self) -> dict[str, str]:
        """What must not change between the parts of a run."""
        free = {"run", "out", "threads", "device", "log_every", "checkpoint_seconds", "stop_at", "cache", "data", "base"}
        free |= {"epochs", "steps", "minutes", "decay", "license", "source", "validate_epochs"}
        values = vars(self.args) | {"whole": self.whole}
        return {k: str(v) for k, v in sorted(values.items()) if k not in free}

    def resume(self) -> None:
        saved = torch.load(self.checkpoint, map_location=self.args.device, weights_only=True)
        # An option that is newer than the checkpoint has its default, which changes nothing.
        if differing := [k for k, v in self.settings().items() if saved["settings"].get(k, v) != v]:
            raise SystemExit(f"{self.checkpoint} was made with other settings: {', '.join(differing)}")
        with torch.no_grad():
            for name, p in self.trained.items():
                p.copy_(saved["trained"][name])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.start, self.before = saved["step"], saved["seconds"]
        print(f"resumed at step {self.start}", flush=True)

    def save(self, step: int, seconds: float) -> None:
        trained = {n: p.detach() for n, p in self.trained.items()}
        state = {"trained": trained, "optimizer": self.optimizer.state_dict()}
        save_torch(state | {"step": step, "seconds": seconds, "settings": self.settings()}, self.checkpoint)

    def rate_factor(self, step: int) -> float:
        return trapezoid(step, self.total, round(self.args.warm_up * self.total), self.args.decay)

    def validate(self) -> float:
        if not len(self.sense.validation):
            return float("nan")
        return metrics.accuracy(self.sense.validation_logits(self.model, self.sense.gain), self.sense.truth)

    def train(self) -> bool:
        """Runs to the end, to --stop-at, or for --minutes; whether it reached the end."""
        args, total = self.args, self.total
        end = total if args.stop_at is None else min(total, args.stop_at)
        per_epoch = len(self.sense.train) / args.batch
        shallow = round(args.without_layers * per_epoch)
        log = CSVLog(args.run / "log.csv", COLUMNS, self.start)
        counts = f"{len(self.sense.train)} clips to train on, {len(self.sense.validation)} held out"
        count = sum(p.numel() for p in self.trained.values())
        print(f"{counts}; {count} parameters trained, {total} steps of {args.batch}", flush=True)
        losses, hits, rows = [], 0.0, 0.0
        began = last = time.monotonic()
        next_validation = (math.floor(self.start / per_epoch / args.validate_epochs) + 1) * args.validate_epochs
        self.model.train()
        for step in tqdm(range(self.start, end), initial=self.start, total=total, desc="adapt", disable=None):
            factor = self.rate_factor(step)
            for group in self.optimizer.param_groups:
                group["lr"] = args.lr * factor
            batch, targets, shares, rng = self.sense.examples.batch(step, args.batch)
            targets, shares = targets.to(args.device), shares.to(args.device)
            way = self.model if step >= shallow else self.model.without_layers
            logits = way(self.sense.patches(batch, rng))
            loss = loss_of(logits, targets, shares, args, self.multilabel)
            loss.backward()
            nn.utils.clip_grad_norm_(list(self.trained.values()), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
            losses.append(loss.item())
            if not math.isfinite(losses[-1]):
                raise Diverged(f"loss is not finite at step {step + 1}")
            heard = targets.sum(1) > 0
            hits += float(targets.gather(1, logits.argmax(1, keepdim=True))[heard].sum())
            rows += float(heard.sum())
            done = step + 1
            seconds = self.before + time.monotonic() - began
            if done % args.log_every == 0 or done == end:
                validation = ""
                if done / per_epoch >= next_validation or done == total:
                    validation = self.validate()
                    next_validation += args.validate_epochs
                log.add(
                    step=done,
                    epoch=done / per_epoch,
                    loss=sum(losses) / len(losses),
                    train_accuracy=hits / max(1.0, rows),
                    validation_accuracy=validation,
                    lr_factor=factor,
                    seconds=seconds,
                )
                losses, hits, rows = [], 0.0, 0.0
            stop = args.minutes is not None and time.monotonic() - began >= 60 * args.minutes
            if done == end or stop or time.monotonic() - last > args.checkpoint_seconds:
                self.save(done, seconds)
                last = time.monotonic()
            if stop and done < end:
                print(f"stopped at step {done} of {total}; run again to go on", flush=True)
                return False
        return end == total

    def finish(self) -> None:
        """Saves the adapter, reloads what was saved, and calibrates its thresholds on the held-out clips."""
        args = self.args
        gain = self.sense.gain
        save_adapter(self.model, self.description, args.out, args.base_name, gain)
        model, description = load_adapter(self.base_folder, args.out)
        model.to(args.device)
        if count := len(self.sense.validation):
            got, truth = self.sense.validation_logits(model), self.sense.truth
            print(f"validation accuracy of the saved adapter: {metrics.accuracy(got, truth):.4f} of {count}", flush=True)
            if self.multilabel:
                nothing = self.sense.nothing()
                silent = self.sense.logits(model, nothing) if nothing else np.empty((0, len(description.labels)))
                scores, silent = (1 / (1 + np.exp(-x.astype(np.float64))) for x in (got, silent))
                thresholds = metrics.calibrate(scores, truth, silent)
                self.description.thresholds = thresholds
                save_adapter(self.model, self.description, args.out, args.base_name, gain)
                print(f"thresholds {min(thresholds):.2f} to {max(thresholds):.2f}", flush=True)


def main(args: argparse.Namespace) -> None:
    trainer = Trainer(args)
    if trainer.train():
        trainer.finish()
