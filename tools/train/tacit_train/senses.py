"""What training needs to know of each kind of input: its description, its batches, and how they become patches."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from . import batched, masks, ranks
from .arguments import COUNT, PART, SOME, WEIGHT, flag, flags, number, whole
from .augment import Augmentation, Examples, negative
from .augment_images import ImageAugmentation, ImageExamples, TokenExamples
from .frontend import LogMel, make_front_end
from .images import native_size
from .initial import filter_bank, whitened_bank
from .inputs import ImageInput, Input, LogMelInput, TokensInput, WaveformInput
from .material import open_material
from .model import AdaptedModel
from .optim import mixed_precision
from .readers import DataError
from .score import logits_of, multi_hot
from .seeds import Draw
from .views import Views


RANGES = {
    "shift": number(),
    "speed": number(0, below=1),
    "gain_low": number(),
    "gain_high": number(),
    "time_masks": SOME,
    "frequency_masks": SOME,
    "pad": SOME,
    **{name: WEIGHT for name in ("turn", "zoom", "brightness", "contrast", "saturation")},
}
"""Of what changes examples; what is not named is a probability."""
BATCHED = ("under", "band", "cut", "turn", "zoom")
"""What changes examples with --batched alone."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("input")
    add = group.add_argument
    add("--input", choices=["waveform", "logmel", "image", "tokens"], required=True)
    add("--rate", type=whole(1000, 1 << 20), default=16000)
    add("--patch", type=COUNT, help="samples (waveform, default 400), frames (logmel, 4), pixels a side (image, 8)")
    add("--stride", type=COUNT, help="default: the patch")
    add("--window", type=COUNT, help="patches (not for images, whose size gives them)")
    add("--n-mels", type=COUNT, default=64)
    add("--width", type=COUNT, help="of images as the model sees them; default: the data set's own")
    add("--height", type=COUNT)
    add("--channels", type=int, choices=[1, 3])
    add("--vocabulary", type=COUNT, help="ids of a codebook")
    add("--codebooks", type=COUNT, default=1)
    add("--batched", action="store_true", help="make examples a batch at once on --device: for a GPU")
    views = "log-mel or images, with --batched: make so many examples once and draw them again and again"
    add("--views", type=whole(0, 1 << 32), help=views)
    for title, kind in [("sound augmentation", Augmentation), ("image augmentation", ImageAugmentation)]:
        group = parser.add_argument_group(title)
        for field in fields(kind):
            name = flag(field.name)
            if str(field.type) == "bool":
                group.add_argument(name, action="store_true")
            else:
                group.add_argument(name, type=RANGES.get(field.name, PART), default=field.default)


def tell_unused(args: argparse.Namespace) -> None:
    """Says on standard error which options do nothing for this kind of input, or without --batched."""
    sound, sight = (tuple(f.name for f in fields(kind)) for kind in (Augmentation, ImageAugmentation))
    own = {
        "sound": {**dict.fromkeys(sound), "window": None, "rate": 16000, "n_mels": 64},
        "images": {**dict.fromkeys(sight), "width": None, "height": None, "channels": None},
        "tokens": {"window": None, "vocabulary": None, "codebooks": 1},
    }
    kind = {"image": "images", "tokens": "tokens"}.get(args.input, "sound")
    plain = {f.name: f.default for augmentation in (Augmentation, ImageAugmentation) for f in fields(augmentation)}
    for other, options in own.items():
        given = [name for name, usual in options.items() if getattr(args, name) != plain.get(name, usual)]
        if unused := [name for name in given if name not in own[kind]]:
            ranks.tell(f"{flags(unused)}: of {other}, which --input {args.input} is not; left aside")
        if other == kind and not args.batched and (unused := [name for name in given if name in BATCHED]):
            ranks.tell(f"{flags(unused)}: without --batched left aside")


def chosen(kind, args: argparse.Namespace):
    """The augmentation that the arguments ask for."""
    return kind(**{f.name: getattr(args, f.name) for f in fields(kind)})


class Sense:
    """One kind of input in training. `first` holds patches of some training examples as the front end gives them."""

    description: Input
    augmentation: Augmentation | None = None
    """Of the spectrogram, where there is one."""
    gain = 1.0
    """By which training scales its patches; folded into the weights that are saved."""

    def __init__(
        self,
        args: argparse.Namespace,
        train: tuple,
        validation: tuple,
        targets: np.ndarray,
        check: Callable[[Input], None] | None = None,
    ):
        """`check` is given the description before anything is decoded."""
        self.args = args
        tell_unused(args)
        try:
            self.description = self.describe(train)
        except DataError:
            raise
        except ValueError as error:
            raise DataError(f"--input {args.input}: {error}") from None
        if check is not None:
            check(self.description)
        weights = np.array([c.weight for c in train])
        self.weights = weights if (weights != 1).any() else None
        if self.weights is not None and not args.batched:
            raise SystemExit("clips that have weights go with --batched")
        if self.weights is not None and not weights.any():
            raise DataError(f"{args.data}: every clip to train on has the weight 0; expected some with more")
        self.train = open_material(train, self.description, args.cache)
        self.validation = open_material(validation, self.description, args.cache)
        self.truth = multi_hot(validation, targets.shape[1])
        self.examples, plain = self.make_examples(targets)
        self.description = self.fitted(plain)
        self.front = make_front_end(self.description).to(args.device)
        self.first = torch.cat([self.front(plain.batch(s, 16)[0].to(args.device)).flatten(0, 1) for s in range(4)])

    def describe(self, clips: tuple) -> Input:
        raise NotImplementedError

    def make_examples(self, targets: np.ndarray):
        """Those to train on, and the same without augmentation."""
        raise NotImplementedError

    def fitted(self, plain) -> Input:
        """The description with what is measured on the training examples."""
        return self.description

    def bank(self, hidden: int) -> Tensor | None:
        """Where the projection's hidden layer begins; none: at random."""
        return None

    def patches(self, batch: Tensor, draws) -> Tensor:
        return self.front(batch)

    def take_scale(self, other: Input) -> None:
        """Standardises as an adapter that training goes on from does, in place of what was measured here."""
        if isinstance(other, (LogMelInput, ImageInput)) and type(other) is type(self.description):
            self.description = replace(self.description, mean=other.mean, std=other.std)
            self.front = make_front_end(self.description).to(self.args.device)

    def keep_views(self, hear: Callable[[Tensor], Tensor] | None, settings: dict[str, str]) -> None:
        """Draws `--views` examples that are made once, in place of new ones each time."""
        raise ValueError("--views go with log-mel or images and --batched")

    def draw_views(self, kept: Callable[[Tensor], Tensor], hear: Callable[[Tensor], Tensor] | None, settings: dict[str, str]) -> None:
        """`kept`: what is kept of a batch of examples."""
        args = self.args
        with ranks.one_first(), mixed_precision(args.device, args.bf16):
            self.examples = Views(args.run / "views", args.views, self.examples, kept, hear, settings)

    def logits(self, model: AdaptedModel, items, gain: float = 1.0) -> np.ndarray:
        return logits_of(model, self.front, self.description, items, gain, device=self.args.device)

    def validation_logits(self, model: AdaptedModel, gain: float = 1.0) -> np.ndarray:
        return self.logits(model, (self.validation[i] for i in range(len(self.validation))), gain)

    def nothing(self) -> list[np.ndarray]:
        """Items that no label fits, to set thresholds by."""
        return []


class Sound(Sense):
    def __init__(self, args: argparse.Namespace, *more):
        super().__init__(args, *more)
        # Raw samples are small numbers; training scales them to deviation 1.
        self.gain = float(2 ** round(math.log2(1 / max(float(self.first.std()), 1e-6)))) if args.input == "waveform" else 1.0

    def describe(self, clips: tuple) -> Input:
        args = self.args
        if args.window is None:
            raise SystemExit("sound needs --window")
        if args.gain_low > args.gain_high:
            raise DataError(f"--gain-low {args.gain_low:g} is above --gain-high {args.gain_high:g}; expected it to be no more")
        if args.input == "waveform":
            patch = args.patch or 400
            return WaveformInput(args.rate, args.window, patch, args.stride or patch)
        patch = args.patch or 4
        mels = dict(n_mels=args.n_mels, f_max=args.rate / 2, patch_frames=patch, stride_frames=args.stride or patch)
        return LogMelInput(args.rate, args.window, **mels)

    def make_examples(self, targets: np.ndarray):
        if not any(self.train[index].any() for index in range(len(self.train))):
            raise DataError(f"{self.args.data}: the training clips hold only silence")
        args, length = self.args, self.description.window_samples
        self.augmentation = chosen(Augmentation, args)
        plain = Examples(self.train, targets, length, args.rate, Augmentation(shift=args.shift), 1)
        if args.batched:
            more = (self.augmentation, args.seed, args.device)
            return batched.SoundBatches(self.train, targets, self.weights, length, args.rate, *more), plain
        return Examples(self.train, targets, length, args.rate, self.augmentation, args.seed), plain

    def fitted(self, plain) -> Input:
        """The mean and deviation of log-mel values over some 200 training examples."""
        d = self.description
        if not any(plain.batch(s, 16)[0].any() for s in range(12)):
            raise DataError(f"--shift {self.args.shift:g}: moves clips out of their windows, which leaves silence; expected less")
        if not isinstance(d, LogMelInput):
            return d
        front = LogMel(replace(d, mean=0.0, std=1.0))
        frames = torch.cat([front.spectrogram(plain.batch(s, 16)[0]) for s in range(12)])
        return replace(d, mean=round(float(frames.mean()), 4), std=max(round(float(frames.std()), 4), 1e-4))

    def bank(self, hidden: int) -> Tensor | None:
        if self.args.input != "waveform" or not hidden:
            return None
        return filter_bank(self.description.patch_size, hidden, self.args.rate)

    def patches(self, batch: Tensor, draws) -> Tensor:
        if isinstance(self.front, LogMel):
            # A view is frames already.
            frames = batch if batch.dim() == 3 else self.front.spectrogram(batch)
            # What leads up to a window is not masked: the draws are the same with it and without.
            d = self.description
            lead = frames.shape[1] - ((d.window - 1) * d.stride_frames + d.patch_frames)
            masked = masks.masked(frames[:, lead:], draws, self.augmentation)
            return self.front.cut(torch.cat([frames[:, :lead], masked], 1))
        return self.front(batch) * self.gain

    def keep_views(self, hear: Callable[[Tensor], Tensor] | None, settings: dict[str, str]) -> None:
        args = self.args
        if not (isinstance(self.front, LogMel) and isinstance(self.examples, batched.SoundBatches)):
            return super().keep_views(hear, settings)
        self.draw_views(self.front.spectrogram, hear, settings)

    def with_lead(self, batch: Tensor, step: int) -> Tensor:
        """Every other batch with the batch's neighbours in front, a window of patches of them: in a sliding context
        the patches of a window have seen what came before, through every layer, and often that was something else."""
        if np.random.default_rng((self.args.seed, Draw.LEAD, step)).random() < 0.5:
            return batch
        d = self.description
        if isinstance(d, LogMelInput) and batch.dim() == 3:
            before = ranks.rolled(batch)[:, -d.window * d.stride_frames :]
            silence = (math.log(d.log_offset) - d.mean) / d.std
            short = d.window * d.stride_frames - before.shape[1]
            return torch.cat([F.pad(before, (0, 0, short, 0), value=silence), batch], 1)
        lead = d.window * d.stride_samples
        before = ranks.rolled(batch)[:, -lead:]
        return torch.cat([F.pad(before, (lead - before.shape[1], 0)), batch], 1)

    def nothing(self) -> list[np.ndarray]:
        if not len(self.validation):
            raise SystemExit("no clips are held out to make negatives of; see --validation")
        rng = np.random.default_rng((self.args.seed, Draw.NOTHING))
        length, count = self.description.window_samples, len(self.validation)
        return [negative(length, self.args.rate, rng, self.validation[i % count][:length]) for i in range(600)]


class Sight(Sense):
    def describe(self, clips: tuple) -> Input:
        args = self.args
        width, height, channels = native_size(clips[0])
        width, height, channels = args.width or width, args.height or height, args.channels or channels
        patch = args.patch or 8
        rest = ((0.0,) * channels, (1.0,) * channels)
        return ImageInput(width, height, channels, patch, args.stride or patch, *rest)

    def make_examples(self, targets: np.ndarray):
        self.plain = ImageExamples(self.train, targets, ImageAugmentation(), 1)
        augmentation, args = chosen(ImageAugmentation, self.args), self.args
        if args.batched:
            more = (augmentation, args.seed, args.device)
            return batched.ImageBatches(self.train, targets, self.weights, *more), self.plain
        return ImageExamples(self.train, targets, augmentation, args.seed), self.plain

    def keep_views(self, hear: Callable[[Tensor], Tensor] | None, settings: dict[str, str]) -> None:
        if not isinstance(self.examples, batched.ImageBatches):
            return super().keep_views(hear, settings)
        self.draw_views(lambda pixels: pixels, hear, settings)

    def fitted(self, plain) -> Input:
        """The mean and deviation of each channel over the first 10,000 training images."""
        values = np.asarray(self.train.pixels[:10_000]).reshape(-1, self.description.channels) / np.float32(255)
        mean, std = (tuple(round(float(v), 4) for v in f(values, axis=0, dtype=np.float64)) for f in (np.mean, np.std))
        return replace(self.description, mean=mean, std=tuple(max(s, 1e-3) for s in std))

    def bank(self, hidden: int) -> Tensor | None:
        if not hidden:
            return None
        count = -(-max(20_000, 2 * hidden) // self.description.window)
        batches = (self.plain.batch(s, 64)[0] for s in range(-(-count // 64)))
        patches = torch.cat([self.front(b.to(self.args.device)).flatten(0, 1) for b in batches])
        return whitened_bank(patches, hidden)


class Tokens(Sense):
    def describe(self, clips: tuple) -> Input:
        if self.args.window is None or self.args.vocabulary is None:
            raise SystemExit("tokens need --window and --vocabulary")
        return TokensInput(self.args.vocabulary, self.args.codebooks, self.args.window)

    def make_examples(self, targets: np.ndarray):
        return tuple(TokenExamples(self.train, targets, self.args.window, seed) for seed in (self.args.seed, 1))


SENSES = {"waveform": Sound, "logmel": Sound, "image": Sight, "tokens": Tokens}
