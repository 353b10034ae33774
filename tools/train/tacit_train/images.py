"""Image files to pixels of the model's size, decoded once and kept as bytes in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from .files import damaged, load_array, whole_file
from .inputs import ImageInput
from .library import decode_picture
from .readers import Clip
from .readers.cifar10 import RECORD, SIDE
from .readers.fashion_mnist import read_idx


def open_image(path: Path) -> Image.Image:
    """Decoded as `tacit` does it: the right way up, grey or RGB, alpha over black."""
    return Image.fromarray(decode_picture(path))


def convert(image: Image.Image, channels: int) -> Image.Image:
    """Alpha over black, then to colour, or to grey by Rec. 601."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.composite(image.convert("RGB"), Image.new("RGB", image.size), image.getchannel("A"))
    return image.convert({1: "L", 3: "RGB"}[channels])


def fit(image: Image.Image, width: int, height: int) -> Image.Image:
    """The middle in the model's aspect, scaled as Pillow's BOX does when it shrinks, bilinearly when it grows."""
    if image.size == (width, height):
        return image
    across, down = image.size
    if across * height > down * width:
        across = max(1, round(down * width / height))
    else:
        down = max(1, round(across * height / width))
    left, top = (image.size[0] - across) // 2, (image.size[1] - down) // 2
    shrinks = across > width or down > height
    # Cropped first: with a `box`, resize would look past its edges.
    middle = image.crop((left, top, left + across, top + down))
    return middle.resize((width, height), Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR)


def pixels_of(image: Image.Image, d: ImageInput) -> np.ndarray:
    """[height, width, channels] of bytes."""
    return np.asarray(fit(convert(image, d.channels), d.width, d.height)).reshape(d.height, d.width, d.channels)


def _records(path: Path) -> np.ndarray:
    """All images of a file that holds many, [count, height, width, channels]."""
    if path.suffix == ".bin":
        data = np.fromfile(path, np.uint8).reshape(-1, RECORD)[:, 1:]
        return data.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)
    return read_idx(path, 3)[..., None]


def native_size(clip: Clip) -> tuple[int, int, int]:
    """Width, height and channels of a clip as its file has it."""
    if clip.index >= 0:
        height, width, channels = _records(clip.path).shape[1:]
        return width, height, channels
    image = open_image(clip.path)
    return *image.size, 1 if image.mode == "L" else 3


class Images:
    """The pixels of a list of clips, bytes [count, height, width, channels]. With a cache folder they are decoded
    once and mapped from there."""

    def __init__(self, clips: Sequence[Clip], description: ImageInput, cache: Path | None = None):
        d = description
        # Nothing can't be mapped from a file.
        if cache is None or not clips:
            self.pixels = self._decode(clips, d)
            return
        cache.mkdir(parents=True, exist_ok=True)
        times = {p: p.stat().st_mtime_ns for p in {c.path for c in clips}}
        files = [(str(c.path.resolve()), c.index, times[c.path]) for c in clips]
        name = hashlib.sha256(json.dumps(["libtacit", d.width, d.height, d.channels, files]).encode()).hexdigest()[:16]
        path = cache / f"{name}.npy"
        if not path.exists():
            with whole_file(path, several=True) as temporary, open(temporary, "wb") as stream:
                np.save(stream, self._decode(clips, d))
        self.pixels = load_array(path, mmap_mode="r")
        if self.pixels.shape != (len(clips), d.height, d.width, d.channels) or self.pixels.dtype != np.uint8:
            raise damaged(path)

    @staticmethod
    def _decode(clips: Sequence[Clip], d: ImageInput) -> np.ndarray:
        out = np.empty((len(clips), d.height, d.width, d.channels), np.uint8)
        held: tuple[Path | None, np.ndarray] = (None, out)
        for row, clip in zip(out, tqdm(clips, desc="decode", disable=None)):
            if clip.index < 0:
                row[:] = pixels_of(open_image(clip.path), d)
                continue
            if held[0] != clip.path:
                held = (clip.path, _records(clip.path))
            image = held[1][clip.index]
            if image.shape == row.shape:
                row[:] = image
            else:
                row[:] = pixels_of(Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image), d)
        return out

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> np.ndarray:
        return self.pixels[index]
