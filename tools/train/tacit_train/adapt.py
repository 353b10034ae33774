"""`adapt`: a frozen base and a data set to an adapter folder."""

from __future__ import annotations

import argparse
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from . import metrics, ranks
from .adapters import Adaptation, add_adapters, form, quicken, train_whole
from .adapter_folder import Description, digests, load_adapter, save_adapter
from .arguments import PART, RATE, SEED, SOME, WEIGHT, flag
from .augment import Augmentation
from .augment_images import ImageAugmentation
from .files import ADAPTER, BASE, whole_folder
from .hearing import check_networks, network_of, open_hearing
from .initial import embedding_scale, start_patch_projection, start_sinks
from .inputs import ImageInput, Input, TokensInput
from .linear_teacher import Scale, Whitening, fit_linear_teacher
from .model import AdaptedModel, Shape, check_folder, check_shape, load_trunk, random_trunk, read_config
from .optim import Together
from .senses import chosen
from .teacher import Teachers, distillation_loss
from .training import Training, accuracy_of, add_data_arguments, add_training_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--base", type=Path, required=True, help="folder of the base")
    add("--out", type=Path, required=True, help="the adapter folder to write")
    add("--base-name", default="models/base", help="what the adapter calls its base")
    add("--random-base", type=SEED, metavar="SEED", help="control: the base's architecture with fresh weights, frozen")
    add("--license", default="", help="the adapter's licence")
    add("--source", action="append", default=[], help="a source to credit; may be repeated")
    add_data_arguments(parser)
    model = parser.add_argument_group("model")
    add = model.add_argument
    add("--patch-hidden", type=SOME, default=0, help="width of the projection's hidden layer; 0: none")
    add("--begin-as-tokens", action="store_true", help="begin the projection as mixtures of the base's token embeddings")
    add("--positions", choices=["base", "learned", "none"], default="base")
    add("--attention", choices=["causal", "full"], default="causal")
    add("--context", choices=["restart", "sliding"], default="restart", help="sliding: a step a patch when streaming")
    add("--sinks", type=SOME, default=0, help="sliding: rows before the stream that every patch attends to for good")
    add("--sink-tokens", metavar="ID,...", help="tokens of the base that they begin as; default: the one texts begin with")
    add("--fix-sinks", action="store_true", help="leave them what they begin as")
    add("--pool", choices=["last", "mean"], default="mean")
    add("--rank", type=SOME, default=16, help="0: no matrix of the trunk changes")
    add("--alpha", type=RATE, help="default: twice the rank")
    add("--dora", action="store_true", help="a trained length for each row of each matrix, beside its direction")
    add("--gains", type=RATE, help="with --dora: the part of each block's output that goes into the stream at the start")
    add("--train-norms", action="store_true")
    add("--no-head-norm", action="store_true")
    add_training_arguments(parser)
    add = parser.add_argument_group("how the adapter learns").add_argument
    add("--projection-rate", type=RATE, default=1.0, help="the patch projection's learning rates, as a factor of the others'")
    add("--begin", type=Path, metavar="FOLDER", help="an adapter folder to go on from, made with the same model options")
    add("--without-layers", type=WEIGHT, default=0, help="epochs at the start in which patches pass the trunk by")
    taught = "folder that teach wrote: learn its answers too, to the same augmented examples; may be repeated"
    add("--teacher", type=Path, action="append", default=[], help=taught)
    add("--teacher-weight", type=PART, default=0.8, help="part of the loss that is the teacher's")
    add("--names", type=Path, metavar="YAMNET", help="learn beside it what YAMNet calls each example, by a head not kept")
    add("--speech-embedding", type=Path, metavar="FOLDER", help="or learn Google's speech embedding: see speech_embedding.py")
    add("--efficientnet", type=Path, metavar="FILE", help="or, of pictures, EfficientNet-Lite0: see efficientnet.py")
    add("--features-weight", type=WEIGHT, default=0, help="with one of these and --views: learn its features too, likewise")
    add("--whiten-features", action="store_true", help="of these features learn beside what is common what is rare")
    add("--linear-teacher", action="store_true", help="with one of these and --views: a linear layer on its features teaches")
    add("--names-weight", type=WEIGHT, default=0.5, help="weight of that loss, summed over the 521 names")
    add("--temperature", type=RATE, default=2.0, help="by which logits are divided where teacher and adapter meet")


def sink_tokens(args: argparse.Namespace, config) -> list[int]:
    """The ids that sinks begin as: one each. The base's own token that texts begin with, if it says which, else the first."""
    if not args.sinks:
        if args.sink_tokens is not None or args.fix_sinks:
            raise ValueError("--sink-tokens and --fix-sinks go with --sinks")
        return []
    if args.sink_tokens is None:
        first = getattr(config, "bos_token_id", None)
        return [first if isinstance(first, int) else 0] * args.sinks
    try:
        tokens = [int(token) for token in args.sink_tokens.split(",")]
    except ValueError:
        raise ValueError(f"--sink-tokens: {args.sink_tokens!r}; expected ids, commas between") from None
    if len(tokens) != args.sinks:
        raise ValueError(f"--sink-tokens: {len(tokens)} ids for {args.sinks} sinks; expected one each")
    return tokens


@dataclass(frozen=True)
class Lesson:
    """What is known of a batch beside its labels."""

    answers: Tensor | None
    """The teachers' logits [batch, labels]."""
    names: Tensor | None
    """YAMNet's scores [batch, 521]."""
    features: Tensor | None = None
    """What another network makes of it [batch, features], each of mean 0 and deviation 1, or whitened."""


class Trainer(Training):
    """With `whole` every weight of the trunk is trained and there is no LoRA: an arm of `experiment`, which makes no
    adapter folder."""

    command = "adapt"
    options = staticmethod(add_arguments)
    writes = ADAPTER

    def __init__(self, args: argparse.Namespace, whole: bool = False):
        if args.teacher and args.views is not None:
            raise SystemExit("--teacher hears samples, which --views do not keep; --linear-teacher goes with them")
        # Before sounds and pictures are decoded, which may take long.
        check_folder(args.base, "config.json")
        for folder, name in ((args.begin, "tacit.json"), *((teacher, "teacher.json") for teacher in args.teacher)):
            if folder is not None:
                check_folder(folder, name)
        check_networks(args)
        self.whole = whole
        if args.context == "sliding" and args.input not in ("waveform", "logmel"):
            raise SystemExit("sliding contexts are for sound")
        super().__init__(args)
        try:
            self.make(whole)
        except (ValueError, ImportError) as error:
            raise SystemExit(str(error)) from None

    def check_input(self, description: Input) -> None:
        args = self.args
        try:
            self.shape = Shape(args.positions, args.attention, args.context, args.pool, args.sinks)
            config = read_config(args.base)
            check_shape(self.shape, config, description.window)
            sink_tokens(args, config)
            self.adaptation = Adaptation(args.rank, args.alpha, args.train_norms, args.dora, args.gains)
            if args.whiten_features and not args.features_weight:
                raise ValueError("--whiten-features goes with --features-weight")
        except ValueError as error:
            raise SystemExit(str(error)) from None

    def aside(self) -> dict[str, tuple[str, ...]]:
        args, unused = self.args, {}
        if not (args.teacher or args.linear_teacher):
            unused["without --teacher or --linear-teacher"] = ("teacher_weight", "temperature")
        if args.names is None:
            unused["without --names"] = ("names_weight",)
        return unused

    def make(self, whole: bool) -> None:
        args, description = self.args, self.sense.description
        self.teacher = None
        if args.teacher:
            self.teacher = Teachers(args.teacher, self.data.labels, self.task, description, args.device)
        self.hearing = open_hearing(args, description)
        if self.hearing is not None:
            self.hearing.to(args.device)
        if self.hearing is not None and args.without_layers:
            raise ValueError("--names and features are learned from what the layers make; --without-layers leaves them out")
        # YAMNet's names are learned as well, these networks' features alone.
        if (network := network_of(args)) not in (None, "names") and not (args.features_weight or args.linear_teacher):
            raise ValueError(f"{flag(network)} goes with --features-weight or --linear-teacher")
        self.base_folder = self.prepare_base()
        begun = None if args.begin is None else load_adapter(self.base_folder, args.begin)
        if begun is not None:
            self.sense.take_scale(begun[1].input)
            description = self.sense.description
        self.make_views()
        trunk = load_trunk(self.base_folder)
        scale, tokens = embedding_scale(trunk), sink_tokens(args, trunk.config)
        if whole:
            trunk = train_whole(trunk)
        else:
            trunk = add_adapters(trunk, self.adaptation)
            if args.bf16:
                quicken(trunk, args.batch * description.window)
        self.description = Description(
            description,
            self.shape,
            self.task,
            list(self.data.labels),
            license=args.license,
            sources=args.source,
        )
        model = AdaptedModel(
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
        table = trunk.get_input_embeddings().weight.detach()
        mixed = table if args.begin_as_tokens else None
        start_patch_projection(model, self.sense.first * self.sense.gain, scale, bank, mixed)
        if model.sinks is not None:
            start_sinks(model, table, tokens)
            model.sinks.requires_grad_(not args.fix_sinks)
        nn.init.normal_(model.head.weight, std=0.02)
        nn.init.constant_(model.head.bias, -4.0 if self.multilabel else 0.0)
        if begun is not None:
            self.begin_with(model, *begun)
        # Beside the caller's draws, so that everything else begins as it would without.
        with torch.random.fork_rng(devices=[]):
            if self.hearing is not None and self.hearing.names_count:
                model.names = self.head_for_training(model, self.hearing.names_count, -6.0)
            if args.features_weight:
                model.features = self.head_for_training(model, len(self.scale.mean), 0.0)
        self.shallow = round(args.without_layers * len(self.sense.train) / args.batch)
        self.start(model, some_unused=self.shallow > 0)

    def make_views(self) -> None:
        """Views in place of examples, and a teacher that is made of them."""
        args, self.scale, self.linear, self.whitening = self.args, None, None, None
        if args.views is not None:
            self.sense.keep_views(None if self.hearing is None else self.hearing.features, self.views_settings())
        if args.features_weight or args.linear_teacher:
            if args.views is None or self.hearing is None:
                networks = "--names, --speech-embedding or --efficientnet"
                raise ValueError(f"--features-weight and --linear-teacher go with --views and {networks}")
            self.scale = Scale(self.sense.examples).to(args.device)
        if args.whiten_features:
            self.whitening = Whitening(self.sense.examples, self.scale).to(args.device)
        if args.linear_teacher:
            views, labels = self.sense.examples, len(self.data.labels)
            self.linear = fit_linear_teacher(views, self.scale, labels, args, self.multilabel)

    def views_settings(self) -> dict[str, str]:
        """All that views depend on; stripes are masked when they are drawn."""
        args = self.args
        a = vars(chosen(ImageAugmentation if isinstance(self.sense.description, ImageInput) else Augmentation, args))
        made = {name: str(value) for name, value in a.items() if not name.endswith("_masks")}
        # Wherever they lie: by the ends of their paths, and by their sizes where names say little.
        clips = [(c.path.parts[-2:], c.path.stat().st_size, c.index, c.targets, c.weight) for c in self.parts.train]
        clips = hashlib.sha256(repr(clips).encode()).hexdigest()
        made |= {"seed": str(args.seed), "input": str(self.sense.description), "clips": clips}
        network = network_of(args)
        made["yamnet" if network in (None, "names") else network] = "" if self.hearing is None else self.hearing.digest
        return made | {"labels": ",".join(self.data.labels), "bf16": str(args.bf16)}

    def head_for_training(self, model: AdaptedModel, outputs: int, bias: float) -> nn.Linear:
        """A head beside the labels' that training alone has."""
        head = nn.Linear(model.head.in_features, outputs).to(self.args.device)
        nn.init.normal_(head.weight, std=0.02)
        nn.init.constant_(head.bias, bias)
        return head

    def begin_with(self, model: AdaptedModel, saved: AdaptedModel, description: Description) -> None:
        """Gives the model the weights of a saved one, which has the training's scales folded in."""
        folder, made = self.args.begin, self.description
        if (description.labels, description.shape, description.task) != (made.labels, made.shape, made.task):
            raise ValueError(f"{folder}: labels, task or shape are not those of this run")
        if description.with_window(made.input.window).input != made.input:
            raise ValueError(f"{folder}: its input is {description.input}, this run's {made.input}")
        if form(saved.trunk) != form(model.trunk):
            raise ValueError(f"{folder}: what is adapted in it, or by how much (--rank, --alpha, --dora), is not as in this run")
        state = saved.state_dict()
        for name in ("patch.out.weight", "patch.out.bias"):
            state[name] = state[name] / model.patch.output_scale
        if model.sinks is not None:
            state["sinks"] = state["sinks"] / model.patch.output_scale
        first = "patch.out.weight" if model.patch.hidden is None else "patch.hidden.weight"
        state[first] = state[first] / self.sense.gain
        try:
            model.load_state_dict(state)
        except RuntimeError as error:
            raise ValueError(f"{folder}: {error}".splitlines()[0]) from None

    def prepare_base(self) -> Path:
        """The base's folder; for the control, one with random weights in F16, so that what is saved is what was
        trained on."""
        if self.args.random_base is None:
            return self.args.base
        folder = self.args.run / f"random-base-{self.args.random_base}"
        with ranks.one_first():
            if not folder.exists():
                trunk = random_trunk(self.args.base, self.args.random_base)
                with whole_folder(folder, BASE) as made:
                    trunk.half().save_pretrained(made)
        return folder

    def make_optimizers(self) -> Together:
        factor = self.args.projection_rate
        if factor == 1:
            return super().make_optimizers()
        projection = {n: p for n, p in self.trained.items() if n.startswith("patch.")}
        rest = {n: p for n, p in self.trained.items() if n not in projection}
        return Together(*self.optimizers_of(rest, 1.0), *self.optimizers_of(projection, factor))

    def settings(self) -> dict[str, str]:
        # The same teacher may lie elsewhere, and another in its place.
        known = {"teacher": "None" if self.teacher is None else self.teacher.digest}
        if (network := network_of(self.args)) not in (None, "names"):
            known[network] = self.hearing.digest
        return super().settings() | {"whole": str(self.whole)} | known

    def material(self) -> dict[str, str]:
        return super().material() | {"base's weights": repr(digests(self.base_folder))}

    def lesson(self, batch: Tensor, draws) -> Lesson:
        answers = None if self.teacher is None else self.teacher(batch, draws, self.sense.augmentation)
        if self.hearing is None:
            return Lesson(answers, None)
        features = self.hearing.features(batch) if getattr(draws, "features", None) is None else draws.features
        scaled = None if self.scale is None else self.scale(features)
        with torch.autocast(features.device.type, enabled=False):
            if self.linear is not None:
                answers = self.linear(scaled)
            if self.whitening is not None:
                scaled = self.whitening(scaled)
        return Lesson(answers, self.hearing.names(features), scaled)

    def logits(self, batch: Tensor, draws, step: int) -> Tensor:
        if self.args.context == "sliding":
            batch = self.sense.with_lead(batch, step)
        model, patches = self.model, self.sense.patches(batch, draws)
        if step < self.shallow:
            return model.without_layers(patches)
        embedding = model.embedding(patches)
        # What is learned beside the labels stands behind their logits.
        heads = [model.head, *(getattr(model, name) for name in ("names", "features") if hasattr(model, name))]
        return torch.cat([head(embedding) for head in heads], 1)

    def loss(self, logits: Tensor, targets: Tensor, shares: Tensor, lesson: Lesson) -> Tensor:
        args, labels = self.args, targets.shape[1]
        logits, beside = logits[:, :labels], logits[:, labels:]
        total = super().loss(logits, targets, shares, lesson)
        if lesson.answers is not None:
            taught = distillation_loss(logits, lesson.answers, shares, args, self.multilabel)
            total = (1 - args.teacher_weight) * total + args.teacher_weight * taught
        if lesson.names is not None:
            names, beside = beside[:, : lesson.names.shape[1]], beside[:, lesson.names.shape[1] :]
            named = F.binary_cross_entropy_with_logits(names, lesson.names, reduction="sum") / len(names)
            total = total + args.names_weight * named
        if args.features_weight:
            total = total + args.features_weight * F.mse_loss(beside, lesson.features)
        return total

    def validate(self) -> float:
        return accuracy_of(self.sense.validation_logits(self.model, self.sense.gain), self.sense.truth)

    def finish(self) -> None:
        """Saves the adapter, reloads what was saved, and calibrates its thresholds on the held-out clips."""
        args = self.args
        gain = self.sense.gain
        self.description.base = digests(self.base_folder)
        save_adapter(self.model, self.description, args.out, args.base_name, gain)
        model, description = load_adapter(self.base_folder, args.out)
        model.to(args.device)
        if (why := self.unmeasured()) is not None:
            without = "nothing was measured" + (", and no thresholds were chosen" if self.multilabel else "")
            print(f"{why}: {without}; see --validation", flush=True)
        else:
            count = len(self.sense.validation)
            got, truth = self.sense.validation_logits(model), self.sense.truth
            print(f"validation accuracy of the saved adapter: {accuracy_of(got, truth):.4f} of {count}", flush=True)
            if self.multilabel:
                nothing = self.sense.nothing()
                silent = self.sense.logits(model, nothing) if nothing else np.empty((0, len(description.labels)))
                scores, silent = (1 / (1 + np.exp(-x.astype(np.float64))) for x in (got, silent))
                thresholds = metrics.calibrate(scores, truth, silent)
                self.description.thresholds = thresholds
                save_adapter(self.model, self.description, args.out, args.base_name, gain)
                print(f"thresholds {min(thresholds):.2f} to {max(thresholds):.2f}", flush=True)


def main(args: argparse.Namespace) -> None:
    with ranks.alone_in(args.run):
        trainer = Trainer(args)
        if trainer.run() and ranks.is_first():
            trainer.finish()
