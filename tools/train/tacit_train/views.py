"""Examples of sound or pictures made once and drawn again and again, with what another network makes of each.

For a processor: there an augmented example takes longer to make, and to be heard by such a network, than an adapter takes to learn
from it. Each view is drawn many times, with other stripes masked and in other company each time; teacher and adapter see the
same view, as Beyer et al. 2021 found necessary.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from .augment import Shuffle
from .batched import ImageBatches, SoundBatches
from .draws import Draws, step_seed
from .files import save_json
from .seeds import Draw

AT_ONCE = 64  # views made at a time


@dataclass(frozen=True)
class ViewDraws(Draws):
    """The draws of a batch of views, and what was kept of each."""

    features: Tensor | None = None
    """What another network makes of each row [rows, ..., width]; none where none was asked."""


class Views:
    """Batches as `ImageBatches` makes them, or `SoundBatches`, but of standardised log-mel frames [batch, frames, mels] in place of
    samples, of `count` views that lie in `folder`: made when they are first wanted, a part at a time, so that what was made is not
    made again when a run is resumed."""

    def __init__(
        self,
        folder: Path,
        count: int,
        examples: SoundBatches | ImageBatches,
        kept: Callable[[Tensor], Tensor],
        hear: Callable[[Tensor], Tensor] | None,
        settings: dict[str, str],
    ):
        if count < AT_ONCE or count % AT_ONCE:
            raise ValueError(f"--views {count}: expected a multiple of {AT_ONCE}")
        self.seed, self.device, self.count = examples.seed, examples.device, count
        self.shuffle = Shuffle(count, examples.seed)
        folder.mkdir(parents=True, exist_ok=True)
        self.columns: dict[str, np.ndarray] = {}
        try:
            self._make(folder, examples, kept, hear, settings)
            for name in ("frames", "targets", "shares", *(["features"] if hear is not None else [])):
                self.columns[name] = opened(folder / f"{name}.npy", "r")
                if self.columns[name].dtype != np.float16 or len(self.columns[name]) != count:
                    raise OSError(f"{name}.npy holds {self.columns[name].dtype} {list(self.columns[name].shape)}")
        except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"{folder}: {error}; where that can't be mended, remove it to make the views anew") from None

    def _make(self, folder: Path, examples: SoundBatches | ImageBatches, kept, hear, settings: dict[str, str]) -> None:
        """All that is not there yet. What `made.json` counts has been written through before it says so."""
        progress, made = folder / "made.json", 0
        if progress.exists():
            told = json.loads(progress.read_text(encoding="utf-8"))
            if told["settings"] != settings or told["count"] != self.count:
                raise ValueError(f"{folder} has views made with other settings; remove it to make them anew")
            made = told["made"]
            if type(made) is not int or made % AT_ONCE or not 0 <= made <= self.count:
                raise OSError(f"{progress.name} counts {made!r} of {self.count} views")
        goes_on = made > 0
        for step in tqdm(range(made // AT_ONCE, self.count // AT_ONCE), desc="views", disable=None):
            batch, targets, shares, _ = examples.batch(step, AT_ONCE)
            rows = {"frames": kept(batch), "targets": targets, "shares": shares}
            if hear is not None:
                rows["features"] = hear(batch)
            for name, value in rows.items():
                if name not in self.columns:
                    self.columns[name] = self._column(folder / f"{name}.npy", value.shape[1:], goes_on)
                self.columns[name][step * AT_ONCE : (step + 1) * AT_ONCE] = value.cpu().numpy()
            made = (step + 1) * AT_ONCE
            if step % 20 == 19 or made == self.count:
                for column in self.columns.values():
                    column.flush()
                save_json({"made": made, "count": self.count, "settings": settings}, progress)

    def _column(self, path: Path, shape: torch.Size, goes_on: bool) -> np.ndarray:
        if goes_on:
            column = opened(path, "r+")
            if column.shape != (self.count, *shape) or column.dtype != np.float16:
                raise OSError(f"{path.name} holds {column.dtype} {list(column.shape)}")
            return column
        column = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(self.count, *shape))
        # A full disk is an error now, and no signal later.
        with open(path, "r+b") as stream:
            os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
        return column

    def rows(self, name: str, places: np.ndarray) -> Tensor:
        return torch.from_numpy(self.columns[name][places].astype(np.float32)).to(self.device)

    def batch(self, step: int, size: int, rows: range | None = None) -> tuple[Tensor, Tensor, Tensor, ViewDraws]:
        places = np.array(self.shuffle.places(step, size))
        if rows is not None:
            places = places[rows.start : rows.stop]
        features = self.rows("features", places) if "features" in self.columns else None
        draws = ViewDraws(step_seed(self.seed, Draw.VIEW, step), self.device, size, rows, features)
        frames, targets, shares = (self.rows(name, places) for name in ("frames", "targets", "shares"))
        return frames, targets, shares, draws


def opened(path: Path, mode: str) -> np.ndarray:
    try:
        return np.lib.format.open_memmap(path, mode=mode)
    except ValueError as error:
        raise OSError(f"{path.name}: {error}") from None
