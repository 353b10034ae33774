#!/usr/bin/env python3
"""Makes Tests/Fixtures/pictures anew: one small picture in every form that PNG and JPEG files have, and what Pillow
reads from each, in expected.json: [height][width][channels], alpha over black, EXIF's orientation applied.

    python tools/golden/pictures.py            into Tests/Fixtures/pictures
    python tools/golden/pictures.py FOLDER     somewhere else, to compare

Needs the requirements of this folder. 16 bits are Pillow's own only as far as the high byte; what is expected of them is
the value divided by 257, rounded.
"""

import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

DEFAULT = Path(__file__).parents[2] / "Tests/Fixtures/pictures"
ORIENTATION = 0x0112


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, depth: int, color: int, rows: list[bytes], extra: bytes = b"") -> bytes:
    """A PNG straight from the specification, for the forms that Pillow does not write."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def interlaced(pixels: np.ndarray) -> bytes:
    """Adam7."""
    height, width, _ = pixels.shape
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    data = b""
    for top, left, down, across in passes:
        part = pixels[top::down, left::across]
        if part.size:
            data += b"".join(b"\0" + row.tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data))
            + chunk(b"IEND", b""))


def saved(image: Image.Image, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def seen(data: bytes) -> np.ndarray:
    """What is to be seen, by Pillow."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.has_transparency_data:
        grey = image.mode in ("L", "LA")
        image = image.convert("RGBA")
        image = Image.composite(image.convert("RGB"), Image.new("RGB", image.size), image.getchannel("A"))
        return np.asarray(image.convert("L"))[:, :, None] if grey else np.asarray(image)
    if image.mode in ("1", "L"):
        return np.asarray(image.convert("L"))[:, :, None]
    return np.asarray(image.convert("RGB"))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    color = rng.integers(0, 256, (5, 7, 3), np.uint8)
    grey = rng.integers(0, 256, (5, 7), np.uint8)
    alpha = rng.integers(0, 256, (5, 7), np.uint8)
    deep = rng.integers(0, 65536, (5, 7, 3), np.uint16)
    deep_grey = rng.integers(0, 65536, (5, 7), np.uint16)
    y, x = np.mgrid[0:13, 0:17]
    smooth = np.stack([x * 15, y * 19, 255 - x * 7 - y * 8], 2).astype(np.uint8)
    exif = {n: Image.Exif() for n in range(1, 9)}
    for n in exif:
        exif[n][ORIENTATION] = n
    rgb, photo = Image.fromarray(color), Image.fromarray(smooth)
    files = {
        "rgb.png": saved(rgb, "PNG"),
        "grey.png": saved(Image.fromarray(grey), "PNG"),
        "one-bit.png": saved(Image.fromarray(grey).convert("1"), "PNG"),
        "rgba.png": saved(Image.fromarray(np.dstack([color, alpha])), "PNG"),
        "grey-alpha.png": saved(Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)]), "PNG"),
        "palette.png": saved(rgb.quantize(16), "PNG"),
        "palette-transparent.png": saved(rgb.quantize(16), "PNG", transparency=3),
        "transparent-colour.png": saved(rgb, "PNG", transparency=tuple(int(v) for v in color[1, 2])),
        "interlaced.png": interlaced(color),
        "turned.png": saved(rgb, "PNG", exif=exif[6]),
        "gamma.png": png(7, 5, 8, 2, [row.tobytes() for row in color], chunk(b"gAMA", struct.pack(">I", 100000))),
        "rgb.jpg": saved(photo, "JPEG", quality=90),
        "unsampled.jpg": saved(photo, "JPEG", quality=95, subsampling=0),
        "grey.jpg": saved(photo.convert("L"), "JPEG"),
        "progressive.jpg": saved(photo, "JPEG", progressive=True),
        "cmyk.jpg": saved(photo.convert("CMYK"), "JPEG", quality=95),
        "restarts.jpg": saved(photo, "JPEG", restart_marker_rows=1),
        **{f"turned-{n}.jpg": saved(photo, "JPEG", exif=exif[n]) for n in range(1, 9)},
    }
    expected = {name: seen(data) for name, data in files.items()}
    files["rgb16.png"] = png(7, 5, 16, 2, [row.astype(">u2").tobytes() for row in deep])
    expected["rgb16.png"] = np.round(deep / 257).astype(np.uint8)
    files["grey16.png"] = png(7, 5, 16, 0, [row.astype(">u2").tobytes() for row in deep_grey])
    expected["grey16.png"] = np.round(deep_grey / 257).astype(np.uint8)[:, :, None]
    listed = []
    for name, data in sorted(files.items()):
        (folder / name).write_bytes(data)
        pixels = expected[name]
        listed.append({"file": name, "width": pixels.shape[1], "height": pixels.shape[0],
                       "channels": pixels.shape[2], "pixels": pixels.reshape(-1).tolist()})
    (folder / "expected.json").write_text(json.dumps(listed, separators=(",", ":")) + "\n")
    print(f"{len(listed)} pictures")


if __name__ == "__main__":
    main()
