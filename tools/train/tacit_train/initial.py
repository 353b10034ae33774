"""Where the trained parts begin: the patch projection fitted to the data and to the trunk's scale."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from .model import AdaptedModel, CodebookSum, PatchProjection


def embedding_scale(trunk: nn.Module) -> float:
    """Deviation of the base's token embeddings: the size of what its first block is used to."""
    return float(trunk.get_input_embeddings().weight.std())


def filter_bank(patch: int, count: int, rate: int) -> Tensor:
    """`count` windowed sinusoids [count, patch]: cosine and sine at mel-spaced frequencies, each with both signs.

    After a rectifying unit such a set tells how strong a frequency is whatever its phase, which one linear
    projection of raw samples cannot; training goes on from there.
    """
    pairs = max(1, count // 4)
    low, high = 1127 * math.log1p(60 / 700), 1127 * math.log1p(0.47 * rate / 700)
    frequency = 700 * torch.expm1(torch.linspace(low, high, pairs, dtype=torch.float64) / 1127)
    t = torch.arange(patch, dtype=torch.float64) - (patch - 1) / 2
    phase = 2 * math.pi * frequency[:, None] * t / rate
    window = torch.hann_window(patch, periodic=False, dtype=torch.float64)
    bank = torch.stack([phase.cos(), -phase.cos(), phase.sin(), -phase.sin()], 1).flatten(0, 1) * window
    bank = torch.cat([bank, torch.randn(max(0, count - len(bank)), patch, dtype=torch.float64)])[:count]
    return (bank / bank.norm(dim=1, keepdim=True)).float()


def whitened_bank(patches: Tensor, count: int, floor: float = 0.01) -> Tensor:
    """`count` filters [count, patch_size] that compare a patch with patches of the data, both whitened, as the random
    patches of Coates and Ng (2012) do; `floor` is added to the variances, as a part of the largest.

    Without whitening neighbouring pixels, nearly equal, would leave all filters alike.
    """
    centred = patches.double() - patches.double().mean(0)
    variances, axes = torch.linalg.eigh(centred.T @ centred / len(centred))
    inverse = axes @ torch.diag((variances.clamp(min=0) + floor * variances.max()).rsqrt()) @ axes.T
    white = centred[torch.randperm(len(centred))[:count].to(centred.device)] @ inverse
    rest = torch.randn(max(0, count - len(white)), white.shape[1], dtype=white.dtype, device=white.device)
    white = torch.cat([white, rest])
    bank = (white / white.norm(dim=1, keepdim=True).clamp(min=1e-6)) @ inverse
    return bank.float()


@torch.no_grad()
def start_patch_projection(
    model: AdaptedModel, patches: Tensor, scale: float, bank: Tensor | None, tokens: Tensor | None = None
) -> None:
    """Sets the projection so that `patches` [n, patch_size], as training sees them, come out with deviation `scale`; with
    a base's table of `tokens` [vocabulary, width], as mixtures of its rows about their mean.

    With a hidden layer and a filter bank, the hidden units are the bank, each brought to a deviation of 2. The bias
    is not zero: a silent patch would else have a norm near zero, and its gradient through the trunk's first norm
    would drown every other's.
    """
    projection = model.patch
    projection.output_scale = scale
    if isinstance(projection, CodebookSum):
        for book in projection.books:
            nn.init.normal_(book.weight, std=len(projection.books) ** -0.5)
        return
    if projection.hidden is not None:
        if bank is not None:
            projection.hidden.weight.copy_(bank)
        projection.hidden.bias.zero_()
        deviation = (patches @ projection.hidden.weight.T).std(0)
        projection.hidden.weight.mul_((2.0 / deviation.clamp(min=1e-3))[:, None])
        patches = nn.functional.gelu(patches @ projection.hidden.weight.T, approximate="tanh")
    if tokens is not None:
        start_as_tokens(projection, patches, tokens)
        return
    nn.init.normal_(projection.out.weight, std=patches.shape[1] ** -0.5)
    out = patches @ projection.out.weight.T
    projection.out.weight.div_(out.std().clamp(min=1e-6))
    nn.init.normal_(projection.out.bias, std=0.5)


def start_as_tokens(projection: PatchProjection, inputs: Tensor, tokens: Tensor) -> None:
    """Each of the last product's inputs [n, inputs] brings the row of a token drawn for it, less the mean of all, so that
    what comes out lies where the trunk's own inputs lie: their mean, their deviation about it."""
    mean = tokens.mean(0)
    drawn = torch.randint(len(tokens), (inputs.shape[1],), device=tokens.device)
    projection.out.weight.copy_((tokens[drawn] - mean).T)
    out = inputs @ projection.out.weight.T
    factor = (tokens - mean).std() / (out - out.mean(0)).std().clamp(min=1e-6)
    projection.out.weight.mul_(factor)
    projection.out.bias.copy_(mean - factor * out.mean(0))
    projection.out.weight.div_(projection.output_scale)
    projection.out.bias.div_(projection.output_scale)


@torch.no_grad()
def start_sinks(model: AdaptedModel, table: Tensor, tokens: list[int]) -> None:
    """Gives a model's sinks the rows of the base's token table [vocabulary, width] that tokens have. The projection must have
    its scale already."""
    for token in tokens:
        if not 0 <= token < len(table):
            raise ValueError(f"--sink-tokens: {token} is outside the base's vocabulary of {len(table)}")
    model.sinks.copy_(table[tokens] / model.patch.output_scale)
