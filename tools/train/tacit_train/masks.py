"""SpecAugment's stripes, drawn as the batch was: example by example on the host, or all at once on the device."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from . import augment, batched
from .draws import Draws


def masked(frames: Tensor, draws: list[np.random.Generator] | Draws, a: augment.Augmentation) -> Tensor:
    """Standardised log-mel frames [batch, frames, mels] with stripes set to 0."""
    way = batched.mask_frames if isinstance(draws, Draws) else augment.mask_frames
    return way(frames, draws, a)
