"""Attention sinks: rows that stand before an endless stream, and that every patch attends to for good (Xiao et al. 2023,
"Efficient Streaming Language Models with Attention Sinks"). What they mean, as the runtime's engine has it too:

- They are a context of their own: each attends to itself and those before it, as patches do, at positions 0, 1, ... So
  their keys and values are the same for every stream.
- A patch attends to all of them in every layer, beside the patches of its window, rotated as if they stood just before
  the oldest patch that it sees: the last sink is `min(position, window - 1) + 1` back, the one before it one more. So
  nothing depends on how long a stream has run.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import AttentionInterface

MOST = 16
ATTENTION = "tacit_sinks"
"""What transformers knows `attention` by."""


@dataclass(frozen=True)
class Sinks:
    """What attention must know of rows that begin with sinks."""

    count: int
    window: int
    frequencies: Tensor | None
    """Radians a position, [half of a head]; none where nothing is rotated."""


def mask(sinks: int, length: int, window: int, device: torch.device) -> Tensor:
    """Which rows [sinks + length] attend to which, of a stream behind its sinks."""
    rows = sinks + length
    seen = torch.ones(rows, rows, dtype=torch.bool, device=device).tril().triu(1 - window)
    seen[sinks:, :sinks] = True
    return seen


def turned(x: Tensor, positions: Tensor, frequencies: Tensor) -> Tensor:
    """Rows [..., positions, width] rotated by so many positions (Su et al. 2021, RoFormer), halves paired."""
    angles = positions.double()[:, None] * frequencies.double()
    cos, sin = (part.to(x.dtype) for part in (angles.cos(), angles.sin()))
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)


def attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    scaling: float,
    dropout: float = 0.0,
    *,
    sinks: Sinks,
    **_,
) -> tuple[Tensor, Tensor]:
    """transformers' attention over rows [batch, heads, sinks + patches, width] that are rotated by their places already:
    right for sinks among each other, and for patches while their window reaches back to the first one. Those behind turn
    their queries back before they meet the sinks' keys."""
    key, value = (x.repeat_interleave(query.shape[1] // x.shape[1], 1) for x in (key, value))
    count, patches = sinks.count, query[:, :, sinks.count :]
    scores = query @ key.mT
    if sinks.frequencies is not None:
        back = (sinks.window - 1 - torch.arange(patches.shape[2], device=query.device)).clamp(max=0)
        patches = turned(patches, back, sinks.frequencies)
    kept = torch.cat([scores[:, :, :count, :count], patches @ key[:, :, :count].mT], 2)
    scores = torch.cat([kept, scores[..., count:]], -1) * scaling + attention_mask
    weights = scores.softmax(-1, dtype=torch.promote_types(torch.float32, scores.dtype)).to(query.dtype)
    weights = nn.functional.dropout(weights, dropout, module.training)
    return (weights @ value).transpose(1, 2).contiguous(), weights


AttentionInterface.register(ATTENTION, attention)
