"""What a list of clips holds, decoded, for each kind of input."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .audio import Recordings, excerpt
from .images import Images
from .inputs import ImageInput, Input, TokensInput
from .readers import Clip
from .token_files import TokenFiles

Material = Recordings | Images | TokenFiles


def open_material(clips: Sequence[Clip], description: Input, cache: Path | None = None) -> Material:
    if isinstance(description, ImageInput):
        return Images(clips, description, cache)
    if isinstance(description, TokensInput):
        return TokenFiles(clips, description)
    return Recordings(clips, description.sample_rate, cache)


def windows_of(item: np.ndarray, description: Input) -> list[np.ndarray]:
    """The windows that `tacit classify` reads a recording, an image or a token file in."""
    if isinstance(description, ImageInput):
        return [item]
    if isinstance(description, TokensInput):
        window = description.window
        starts = list(range(0, len(item) - window + 1, window)) or [0]
        if starts[-1] + window < len(item) and len(item) > window:
            starts.append(len(item) - window)
        return [item[s : s + window] for s in starts]
    return [excerpt(item, s, description.window_samples) for s in description.window_starts(len(item))]
