"""Images, their scaling and their patches, straight from the definitions; decoding and scaling are Pillow's."""

from pathlib import Path

import numpy as np
from PIL import Image


def patch_corners(description: dict) -> list[tuple[int, int]]:
    """(row, column) of the first pixel of each patch, in raster order; what no whole patch covers is left out."""
    size, stride = description["patch"], description.get("stride", description["patch"])
    rows = range(0, description["height"] - size + 1, stride)
    return [(y, x) for y in rows for x in range(0, description["width"] - size + 1, stride)]


def converted(image: Image.Image, channels: int) -> Image.Image:
    """Alpha over black, then to colour, or to grey by Rec. 601, in whole numbers as Pillow rounds them."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.composite(image.convert("RGB"), Image.new("RGB", image.size), image.getchannel("A"))
    return image.convert({1: "L", 3: "RGB"}[channels])


def cropped(image: Image.Image, width: int, height: int) -> Image.Image:
    """The middle of an image in the aspect of width to height, as large as fits, rounded to whole pixels."""
    across, down = image.size
    if across * height > down * width:
        across = max(1, round(down * width / height))
    else:
        down = max(1, round(across * height / width))
    left, top = (image.size[0] - across) // 2, (image.size[1] - down) // 2
    return image.crop((left, top, left + across, top + down))


def fitted(image: Image.Image, width: int, height: int) -> Image.Image:
    middle = cropped(image, width, height)
    shrinks = middle.size[0] > width or middle.size[1] > height
    return middle.resize((width, height), Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR)


def cut(pixels: np.ndarray, description: dict) -> np.ndarray:
    """Pixels 0..255 [height, width, channels] to patches [patches, patch size], float32, rounded once."""
    values = (pixels / 255 - np.array(description["mean"])) / np.array(description["std"])
    size = description["patch"]
    corners = patch_corners(description)
    return np.stack([values[y : y + size, x : x + size].reshape(-1) for y, x in corners]).astype(np.float32)


def read_pixels(path: Path, description: dict) -> np.ndarray:
    """[height, width, channels] of a file that has the model's own size."""
    d = description
    with Image.open(path) as file:
        image = converted(file, d["channels"])
    assert image.size == (d["width"], d["height"])
    return np.asarray(image).reshape(d["height"], d["width"], d["channels"])


def draw(width: int, height: int, mode: str, rng: np.random.Generator, noise: float = 20.0) -> Image.Image:
    """Waves, a few flat rectangles, noise; different in each band, and full black and white in it."""
    y, x = np.mgrid[0:height, 0:width]
    bands = []
    for _ in Image.new(mode, (1, 1)).getbands():
        a, b, phase = rng.uniform(-0.4, 0.4, 3)
        band = 128 + 90 * np.sin(a * x + b * y + 6 * phase) + noise * rng.standard_normal((height, width))
        for value in (0, 255, rng.uniform(0, 255)):
            top, left = rng.integers(0, height), rng.integers(0, width)
            band[top : top + max(1, height // 4), left : left + max(1, width // 3)] = value
        bands.append(Image.fromarray(np.clip(np.round(band), 0, 255).astype(np.uint8), "L"))
    return bands[0] if len(bands) == 1 else Image.merge(mode, bands)


def draw_flat(width: int, height: int, rng: np.random.Generator) -> Image.Image:
    """Rectangles in few colours: a large picture in a small file."""
    pixels = np.full((height, width, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(60):
        top, left = rng.integers(0, height), rng.integers(0, width)
        down, across = rng.integers(3, height // 2), rng.integers(3, width // 2)
        pixels[top : top + down, left : left + across] = rng.integers(0, 256, 3)
    return Image.fromarray(pixels, "RGB")
