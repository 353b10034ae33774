"""`learning`: what labels are learned by where a model runs, for an adapter folder.

Means and deviations over a window, at some levels of the trunk, go through a matrix that evens out what sounds or pictures
have in common: principal components of generic material, each divided by its spread, which is not let fall below a share
of the mean one (whitening with shrinkage: Hariharan et al. 2012, "Discriminative Decorrelation for Clustering and
Classification", section 3; Su et al. 2021, "Whitening Sentence Representations for Better Semantics and Faster Retrieval").
With `--metric`, or a part of it, that is a metric learned from labels, be they ever so far from what will be taught
(`metric.py`); with `--names` or `--efficientnet` it also foretells what another network would make of the same (`likeness.py`).

What is taught may be over long before a window of sound is. With `--stretch` a model that listens without end is read out over
its last patches besides.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from . import likeness, metric
from .adapter_folder import Description, load_adapter
from .arguments import COUNT, RATE, SEED, SOME, WEIGHT
from .augment import coloured_noise
from .files import changed_folder, load_json, load_tensors, save_json
from .frontend import make_front_end
from .hearing import Hearing, check_networks, network_of, open_hearing
from .inputs import ImageInput, Input, SoundInput, TokensInput
from .material import open_material, windows_of
from .model import AdaptedModel
from .readers import Clip, DataError, open_data_set, with_licences


GRID, INPUTS, WIDTH = 16, 1 << 16, 1 << 10
"""What a model file takes at most: cells each way, elements that go into the matrix, elements that come out."""

ALL, TAUGHT = USES = ("all", "taught")
"""What points of what else there is count for: all labels that are learned, or not for corrections of the model's own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base", type=Path, required=True, help="folder of the base")
    parser.add_argument("--adapter", type=Path, required=True, help="adapter folder, which is added to")
    parser.add_argument("--data", action="append", required=True, help="KIND:PATH; may be repeated, each with its --split")
    parser.add_argument("--split", action="append", required=True, help="splits, commas between")
    parser.add_argument("--levels", required=True, help="levels of the trunk, commas between: 1 is behind the first block")
    parser.add_argument("--grid", type=COUNT, default=1, help="of pictures: so many cells each way, whose means go in as well")
    parser.add_argument("--stretch", type=SOME, default=0, help="of sound in a sliding context: patches that are read out besides")
    parser.add_argument("--width", type=COUNT, default=256, help="elements of what comes out")
    parser.add_argument("--shrink", type=WEIGHT, default=1.0, help="share of the mean spread that is added to each")
    parser.add_argument("--most", type=COUNT, default=100, help="clips of a label")
    parser.add_argument("--windows", type=COUNT, default=6, help="windows of a clip")
    parser.add_argument("--others", action="append", default=[], help="KIND:PATH@SPLITS of what else may be heard or seen")
    parser.add_argument("--other-most", type=COUNT, action="append", help="clips of a label of it, once or of each (default: 12)")
    parser.add_argument("--other-labels", action="append", help="only clips of these labels, commas between; likewise (default: all)")
    parser.add_argument("--other-for", action="append", choices=USES, help="likewise, which labels it counts for (default: all)")
    parser.add_argument("--other-licences", help="only clips of these licences, where clips of it have one; commas between")
    parser.add_argument("--other-points", type=COUNT, action="append", help="points that stand for it, likewise (default: 96)")
    parser.add_argument("--metric", action="append", default=[], help="KIND:PATH@SPLITS of labels to learn a metric from")
    parser.add_argument("--metric-except", default="", help="labels that are none, commas between")
    parser.add_argument("--metric-width", type=COUNT, help="elements of the metric, whitening behind them (default: all it has)")
    parser.add_argument("--metric-shrink", type=WEIGHT, default=1.0, help="share of the mean variance within labels added to each")
    parser.add_argument("--metric-most", type=COUNT, default=60, help="clips of a label")
    parser.add_argument("--metric-noise", action="store_true", help="each clip of sound once more: elsewhere, in noise")
    parser.add_argument("--names", type=Path, metavar="YAMNET", help="of sound: its features are foretold as well")
    parser.add_argument("--efficientnet", type=Path, metavar="FILE", help="or of pictures EfficientNet-Lite0's: see efficientnet.py")
    parser.add_argument("--features-shrink", type=RATE, default=0.05, help="with one of these: share of an input's variance added")
    parser.add_argument("--cache", type=Path, help="folder for decoded samples")
    parser.add_argument("--seed", type=SEED, default=1)
    parser.add_argument("--threads", type=COUNT, default=2)


class Reader:
    """Reads what levels of a model make of data sets. One generator draws for all of them, in the order that they are read in."""

    def __init__(
        self, model: AdaptedModel, description: Input, levels: list[int], cells: Tensor | None, args: argparse.Namespace
    ):
        self.model, self.description, self.levels, self.cells = model, description, levels, cells
        self.most_windows, self.cache = args.windows, args.cache
        self.front, self.rng = make_front_end(description), np.random.default_rng(args.seed)

    def read(
        self,
        text: str,
        split: str,
        most: int,
        licences: str | None = None,
        labels: str = "",
        noise: bool = False,
        hearing: Hearing | None = None,
        features: list[np.ndarray] | None = None,
    ) -> tuple[list[np.ndarray], list[list[str]]]:
        """Of at most so many clips of a label a row for each window, and the labels of each row. `labels`: clips of these alone.
        `noise`: each clip of sound once more, in noise. `hearing`: to `features` is added what it makes of each."""
        data, rows, owners = open_data_set(text), [], []
        clips = data.split(split)
        if licences and any(clip.licence for clip in clips):
            clips = with_licences(clips, licences.split(","))
        if labels:
            clips = with_labels(clips, data.labels, labels.split(","), text)
        clips = sample(clips, most, self.rng)
        material = open_material(clips, self.description, self.cache)
        for index in tqdm(range(len(material)), desc=data.kind, disable=None):
            windows = windows_of(material[index], self.description)
            windows = windows[:: -(-len(windows) // self.most_windows)]
            if noise and isinstance(self.description, SoundInput):
                windows.append(in_noise(material[index], self.description.window_samples, self.rng))
            batch = torch.from_numpy(np.stack(windows))
            found = levels_of(self.model, self.front(batch), self.levels, self.cells).numpy()
            if hearing is not None:
                batch = batch.float() / 255 if batch.dtype == torch.uint8 else batch
                features += list(hearing.features(batch).flatten(1).double().numpy())
            rows += list(found)
            owners += [[data.labels[number] for number in clips[index].targets]] * len(found)
        return rows, owners


def main(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    if len(args.data) != len(args.split):
        raise DataError("each --data goes with a --split")
    most_of = for_each("--other-most", args.other_most or [12], args.others)
    points_of = for_each("--other-points", args.other_points or [96], args.others)
    labels_of = for_each("--other-labels", args.other_labels or [""], args.others)
    uses = for_each("--other-for", args.other_for or [ALL], args.others)
    check_networks(args)
    model, description = load_adapter(args.base, args.adapter)
    levels, cells = checked(args, model, description)
    hearing = open_network(args, description.input)
    reader = Reader(model, description.input, levels, cells, args)

    rows, owners, features = [], [], []
    for text, split in zip(args.data, args.split):
        found = reader.read(text, split, args.most, hearing=hearing, features=features)
        rows, owners = rows + found[0], owners + found[1]
    if not rows:
        raise DataError(f"--split {', '.join(args.split)}: no clips in it")
    rows = np.stack(rows).astype(np.float64)
    weight, bias = matrix(rows, known_of(args, reader), np.stack(features) if features else None, args)
    tensors = {"learning.weight": weight, "learning.bias": bias}
    tensors |= prototypes(unit(rows @ weight.T + bias), owners, description.labels)
    taught = 0
    if args.others:
        other = []
        # A model file tells which points count for taught labels alone by how many of the last do.
        for use, text, most, points, only in sorted(
            zip(uses, args.others, most_of, points_of, labels_of), key=lambda source: source[0] == TAUGHT
        ):
            name, _, split = text.rpartition("@")
            found = reader.read(name, split, most, args.other_licences, only)[0]
            if not found:
                raise DataError(f"--others {text}: no such clips in it")
            other.append(centres(unit(np.stack(found) @ weight.T + bias), points, reader.rng))
            taught += len(other[-1]) if use == TAUGHT else 0
        tensors["learning.others"] = np.concatenate(other)
    settings = {"levels": levels}
    for name, value, none in (("grid", args.grid, 1), ("stretch", args.stretch, 0), ("taught_others", taught, 0)):
        settings |= {name: value} if value != none else {}
    write(args.adapter, settings, {name: torch.from_numpy(value) for name, value in tensors.items()})
    print(f"{len(rows)} windows, levels {levels}, {weight.shape[1]} to {weight.shape[0]}, with {', '.join(tensors)}")


def checked(args: argparse.Namespace, model: AdaptedModel, description: Description) -> tuple[list[int], Tensor | None]:
    """The levels and cells that are asked for; refuses those that the model has none of, and what no model file takes."""
    if isinstance(description.input, TokensInput):
        raise DataError(f"{args.adapter}/tacit.json: a model of tokens learns no labels")
    layers = len(blocks(model))
    levels = [int(level) if level.strip().isdecimal() else 0 for level in args.levels.split(",")]
    if sorted(set(levels)) != levels or not all(1 <= level <= layers for level in levels):
        raise DataError(f"--levels {args.levels}: expected rising numbers from 1 to {layers}")
    cells = cells_of(description.input, args.grid)
    if args.stretch:
        if not isinstance(description.input, SoundInput) or description.shape.context != "sliding":
            raise DataError("--stretch: only sound in a sliding context has stretches")
        if not 1 <= args.stretch <= description.input.window:
            raise DataError(f"--stretch {args.stretch}: expected 1 to {description.input.window} patches")
    inputs = len(levels) * (2 + (0 if cells is None else len(cells))) * model.head.in_features
    if inputs > INPUTS or args.width > WIDTH:
        raise DataError(f"{inputs} inputs and a width of {args.width}; a model file takes {INPUTS} and {WIDTH} at most")
    return levels, cells


def known_of(args: argparse.Namespace, reader: Reader) -> list[tuple[np.ndarray, str]]:
    """Rows to learn a metric from, and what tells each one's label from those of other data sets."""
    known, apart = [], set(args.metric_except.split(","))
    for text in args.metric:
        name, _, split = text.rpartition("@")
        found = reader.read(name, split, args.metric_most, noise=args.metric_noise)
        # Of what bears no label, or more than one, nothing says what it is like.
        known += [(row, f"{text}/{of[0]}") for row, of in zip(*found) if len(of) == 1 and of[0] not in apart]
    return known


def for_each(option: str, values: list, others: list[str]) -> list:
    if len(values) == 1:
        return values * len(others)
    if len(values) != len(others):
        raise DataError(f"{option}: expected one for all --others, or one for each")
    return values


def open_network(args: argparse.Namespace, description: Input) -> Hearing | None:
    """The network whose features are foretold, if one is asked for."""
    try:
        if network_of(args) is not None and args.metric:
            raise DataError("--metric and another network's features do not go together")
        return open_hearing(args, description)
    except (ValueError, ImportError) as error:
        raise DataError(str(error)) from None


def matrix(
    rows: np.ndarray, known: list[tuple[np.ndarray, str]], features: np.ndarray | None, args: argparse.Namespace
) -> tuple[np.ndarray, np.ndarray]:
    """weight [width, inputs] and bias [width], by whitening, a metric, or both, or by whitening and what foretells features."""
    if features is not None:
        return with_likeness(rows, features, args)
    if not known:
        return whitening(rows, args.width, args.shrink)
    given, classes = np.stack([row for row, _ in known]).astype(np.float64), np.array([label for _, label in known])
    if len(set(classes)) < 2:
        raise DataError("--metric: expected two labels or more")
    both = np.concatenate([rows, given])
    width = min(args.width, args.metric_width or args.width)
    found = metric.discriminants(given, classes, both, width, args.metric_shrink)
    if rest := args.width - len(found[0]):
        found = metric.beside(found, whitening(rows, rest, args.shrink), both)
    return metric.scaled(*found)


def with_likeness(rows: np.ndarray, features: np.ndarray, args: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """By whitening, and by what foretells features, whitened as well."""
    if not np.isfinite(features).all():
        raise DataError("--names, --efficientnet: the network makes no numbers of some windows")
    own, (weight, bias) = whitening(rows, args.width, args.shrink), whitening(features, args.width, args.shrink)
    try:
        foretelling = likeness.ridge_regression(rows, features @ weight.T + bias, args.features_shrink)
    except np.linalg.LinAlgError:
        raise DataError(f"--features-shrink {args.features_shrink:g}: too little for this material; expected more") from None
    return metric.scaled(*likeness.principal_components(*metric.beside(own, foretelling, rows), rows, args.width))


def in_noise(samples: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """`length` samples that hold as much of these as fits, anywhere in them, with noise 3 to 20 dB under it."""
    spare = len(samples) - length
    start = int(rng.integers(min(spare, 0), max(spare, 0) + 1))
    out = np.zeros(length, np.float32)
    part = samples[max(start, 0) : max(start, 0) + length - max(-start, 0)]
    out[max(-start, 0) : max(-start, 0) + len(part)] = part
    level = np.sqrt(np.square(out).mean()) * 10 ** (-rng.uniform(3, 20) / 20)
    return np.clip(out + level * coloured_noise(length, float(rng.choice([0, 1, 2])), rng), -1, 1)


def with_labels(clips: Iterable[Clip], labels: list[str], names: list[str], text: str) -> list[Clip]:
    """Those that bear one of these labels or more, and no other."""
    if unknown := [name for name in names if name not in labels]:
        raise DataError(f"--other-labels: {text} has no {unknown[0]}")
    chosen = {labels.index(name) for name in names}
    return [clip for clip in clips if clip.targets and chosen.issuperset(clip.targets)]


def sample(clips: Iterable, most: int, rng: np.random.Generator) -> list:
    """At most so many of a label, at random."""
    clips = list(clips)
    counts: dict[tuple[int, ...], int] = {}
    chosen = []
    for index in rng.permutation(len(clips)):
        key = clips[index].targets
        counts[key] = counts.get(key, 0) + 1
        if counts[key] <= most:
            chosen.append(clips[index])
    return chosen


def blocks(model: AdaptedModel):
    core = model.bare()
    return core.h if hasattr(core, "h") else core.layers


def cells_of(description: Input, grid: int) -> Tensor | None:
    """Which patches of a picture are in each cell, as weights of a mean [grid * grid, patches]; none for a grid of 1. A cell
    takes in the patches that its edges lie in, so that neighbours share them."""
    if grid == 1:
        return None
    if grid < 1:
        raise DataError(f"--grid {grid}: expected 1 or more")
    if not isinstance(description, ImageInput):
        raise DataError("--grid: only pictures have cells")
    most = min(description.rows, description.columns, GRID)
    if grid > most:
        raise DataError(f"--grid {grid}: expected 1 to {most}, patches each way and at most {GRID}")

    def shares(count: int) -> Tensor:
        first = torch.arange(grid)[:, None]
        place = torch.arange(count)
        return ((place >= first * count // grid) & (place < -(-(first + 1) * count // grid))).float()

    inside = torch.einsum("ir,jc->ijrc", shares(description.rows), shares(description.columns)).flatten(2).flatten(0, 1)
    return inside / inside.sum(1, keepdim=True)


@torch.no_grad()
def levels_of(model: AdaptedModel, patches: Tensor, levels: list[int], cells: Tensor | None = None) -> Tensor:
    """[windows, levels * parts * width]: level by level the mean over a window and the deviation from it, and the mean over
    each cell of a picture. A level is the stream behind so many blocks, behind the last the final norm's output."""
    streams: list[Tensor] = []
    hooks = [
        block.register_forward_hook(lambda _m, _i, out: streams.append(out[0] if isinstance(out, tuple) else out))
        for block in blocks(model)
    ]
    try:
        last = model.hidden(patches)
    finally:
        for hook in hooks:
            hook.remove()
    streams[-1] = last
    chosen = [streams[level - 1] for level in levels]
    found = []
    for x in chosen:
        found += [x.mean(1), x.std(1, correction=0)]
        if cells is not None:
            found.append((cells @ x).flatten(1))
    return torch.cat(found, -1)


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def whitening(rows: np.ndarray, width: int, shrink: float) -> tuple[np.ndarray, np.ndarray]:
    """weight [width, inputs] and bias [width] of `weight @ row + bias`; its length has no meaning."""
    mean, deviation = rows.mean(0), rows.std(0) + 1e-6
    _, singular, directions = np.linalg.svd((rows - mean) / deviation, full_matrices=False)
    count = min(width, int((singular > 1e-6 * singular[0]).sum()))
    if not count:
        raise DataError("--data: all windows look the same; expected more, and different, material")
    variance = singular**2 / len(rows)
    gain = 1 / np.sqrt(variance + shrink * variance.mean())
    weight = directions[:count] * gain[:count, None] / deviation
    bias = -weight @ mean
    scale = np.abs(weight).max()
    return weight / scale, bias / scale


def prototypes(points: np.ndarray, owners: list[list[str]], labels: list[str]) -> dict[str, np.ndarray]:
    """Where what a label is said of lies, [labels, width]; nothing where the material does not hold them all."""
    found = {label: [i for i, names in enumerate(owners) if label in names] for label in labels}
    if not all(found.values()):
        return {}
    return {"learning.prototypes": unit(np.stack([points[found[label]].mean(0) for label in labels]))}


def centres(points: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """By k-means on the sphere (Dhillon and Modha 2001, "Concept Decompositions", section 3): [count, width]."""
    found = points[rng.permutation(len(points))[:count]]
    for _ in range(20):
        nearest = (points @ found.T).argmax(1)
        found = unit(np.stack([points[nearest == i].mean(0) if (nearest == i).any() else c for i, c in enumerate(found)]))
    return found


def write(adapter: Path, settings: dict, tensors: dict[str, Tensor]) -> None:
    stored = load_tensors(adapter / "tacit.safetensors")
    kept = {name: tensor for name, tensor in stored.items() if not name.startswith("learning.")}
    dtype = next(iter(kept.values())).dtype
    value = load_json(adapter / "tacit.json")
    value["learning"] = settings
    with changed_folder(adapter) as folder:
        save_file(kept | {name: tensor.to(dtype).contiguous() for name, tensor in tensors.items()}, folder / "tacit.safetensors")
        save_json(value, folder / "tacit.json")
