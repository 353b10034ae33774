"""`teach`: a data set to a teacher for `adapt --teacher`: a convolutional network from nothing, or YAMNet tuned."""

from __future__ import annotations

import argparse
from pathlib import Path

from torch import Tensor, nn

from . import ranks
from .arguments import COUNT, number
from .files import TEACHER, check_file
from .inputs import ImageInput
from .networks import make_network
from .readers import DataError
from .score import logits_of
from .teacher import save_teacher
from .training import Training, accuracy_of, add_data_arguments, add_training_arguments
from .yamnet import load_yamnet


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="the teacher's folder to write")
    add_data_arguments(parser)
    add = parser.add_argument_group("network").add_argument
    add("--yamnet", type=Path, help="tune YAMNet, begun with these weights (.tflite or .safetensors), in place of a new network")
    add("--channels-first", type=COUNT, default=32, help="channels of the first of four stages")
    add("--stride-first", type=COUNT, default=1, help="of the first convolution")
    add("--dropout", type=number(0, below=1), default=0.0)
    add_training_arguments(parser)


class TeacherTraining(Training):
    command = "teach"
    options = staticmethod(add_arguments)
    writes = TEACHER

    def __init__(self, args: argparse.Namespace):
        if args.input not in ("logmel", "image"):
            raise SystemExit(f"a teacher takes logmel or image, not {args.input}")
        if args.yamnet is not None:
            check_file("--yamnet", args.yamnet)
        if args.views is not None:
            raise SystemExit("--views are for adapt; a teacher is shown new examples each time")
        super().__init__(args)
        try:
            self.make()
        except (ValueError, ImportError) as error:
            raise DataError(str(error)) from None

    def aside(self) -> dict[str, tuple[str, ...]]:
        return {"with --yamnet": ("channels_first", "stride_first")} if self.args.yamnet is not None else {}

    def make(self) -> None:
        args, description = self.args, self.sense.description
        if args.yamnet is not None:
            self.form = dict(kind="yamnet", dropout=args.dropout)
        else:
            channels = description.channels if isinstance(description, ImageInput) else 1
            form = dict(channels=channels, width=args.channels_first, stride=args.stride_first, dropout=args.dropout)
            self.form = dict(kind="convolutional", **form)
        model = make_network(self.form, description, len(self.data.labels))
        if args.yamnet is not None:
            model.yamnet = load_yamnet(args.yamnet)
            model.yamnet.head.requires_grad_(False)
        self.start(model.to(args.device))

    def state(self) -> dict[str, Tensor]:
        return self.model.state_dict()

    def logits(self, batch: Tensor, draws, step: int) -> Tensor:
        return self.model(batch, draws, self.sense.augmentation)

    def validate(self) -> float:
        items = (self.sense.validation[i] for i in range(len(self.sense.validation)))
        logits = logits_of(self.model, nn.Identity(), self.sense.description, items, device=self.args.device)
        return accuracy_of(logits, self.sense.truth)


def main(args: argparse.Namespace) -> None:
    with ranks.alone_in(args.run):
        train(args)


def train(args: argparse.Namespace) -> None:
    training = TeacherTraining(args)
    if training.run() and ranks.is_first():
        labels = list(training.data.labels)
        save_teacher(training.model, training.form, training.sense.description, training.task, labels, args.out)
        if training.unmeasured() is None:
            print(f"validation accuracy of the teacher: {training.validate():.4f}", flush=True)
