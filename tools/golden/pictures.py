#!/usr/bin/env python3
"""Makes Tests/Fixtures/pictures anew: one small picture in every form that PNG, JPEG, WebP and GIF files have, and what Pillow
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


def gif(size: tuple[int, int], indices: np.ndarray, *, at: tuple[int, int] = (0, 0), palette: np.ndarray | None = None,
        local: np.ndarray | None = None, transparent: int | None = None, interlace: bool = False) -> bytes:
    """A GIF straight from the specification, for the forms that Pillow does not write: of codes that are never composed."""
    def table(colors: np.ndarray | None) -> tuple[int, bytes]:
        return (0, b"") if colors is None else (0x80 | (len(colors).bit_length() - 2), colors.tobytes())

    flags, colors = table(palette)
    data = b"GIF89a" + struct.pack("<HHBBB", *size, flags, 0, 0) + colors
    if transparent is not None:
        data += b"!\xf9\x04" + struct.pack("<BHBB", 1, 0, transparent, 0)
    height, width = indices.shape
    flags, colors = table(local)
    data += b"," + struct.pack("<HHHHB", *at, width, height, flags | 0x40 * interlace) + colors
    rows = range(height)
    if interlace:
        rows = [*rows[::8], *rows[4::8], *rows[2::4], *rows[1::2]]
    bits, count = 0, 0
    for place, index in enumerate(indices[list(rows)].reshape(-1).tolist()):
        for code in [256, index] if place % 200 == 0 else [index]:
            bits |= code << count
            count += 9
    bits |= 257 << count
    body = bits.to_bytes((count + 9 + 7) // 8, "little")
    return data + b"\x08" + b"".join(bytes([len(body[i:i + 255])]) + body[i:i + 255] for i in range(0, len(body), 255)) + b"\0;"


def animated(size: tuple[int, int], at: tuple[int, int], still: bytes) -> bytes:
    """An animated WebP of one frame that does not fill its canvas, from a still one without a header of its own."""
    def part(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)

    def three(number: int) -> bytes:
        return struct.pack("<I", number)[:3]

    assert still[12:16] == b"VP8L"
    packed = struct.unpack("<I", still[21:25])[0]
    width, height = (packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1
    frame = three(at[0] // 2) + three(at[1] // 2) + three(width - 1) + three(height - 1) + three(100) + b"\0" + still[12:]
    body = (b"WEBP" + part(b"VP8X", b"\x12\0\0\0" + three(size[0] - 1) + three(size[1] - 1))
            + part(b"ANIM", b"\xff\x80\x40\xff\0\0") + part(b"ANMF", frame))
    return part(b"RIFF", body)


def ycck(data: bytes) -> bytes:
    """A JPEG of CMYK whose Adobe marker says that it is YCCK: other colours, but the other way to them."""
    place = data.index(b"Adobe") + 11
    return data[:place] + b"\2" + data[place + 1:]


def unmarked(data: bytes) -> bytes:
    """A JPEG without its Adobe marker, which stands first: Pillow takes the colours for Adobe's all the same."""
    assert data[2:4] == b"\xff\xee"
    return data[:2] + data[4 + int.from_bytes(data[4:6], "big"):]


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
    clear = Image.fromarray(np.dstack([color, alpha]))
    colors = rng.integers(0, 256, (256, 3), np.uint8)
    indices = rng.permutation(256)[:35].reshape(5, 7)
    tall = rng.integers(0, 256, (13, 17))
    printed = Image.fromarray(np.dstack([smooth, (x * 9 + y * 7).astype(np.uint8)]), "CMYK")
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
        # As some programs write it, with what JPEG has in front of it.
        "turned-marked.png": png(
            7, 5, 8, 2, [row.tobytes() for row in color], chunk(b"eXIf", b"Exif\0\0" + exif[6].tobytes()[6:])),
        "gamma.png": png(7, 5, 8, 2, [row.tobytes() for row in color], chunk(b"gAMA", struct.pack(">I", 100000))),
        "rgb.jpg": saved(photo, "JPEG", quality=90),
        "unsampled.jpg": saved(photo, "JPEG", quality=95, subsampling=0),
        "grey.jpg": saved(photo.convert("L"), "JPEG"),
        "progressive.jpg": saved(photo, "JPEG", progressive=True),
        "cmyk.jpg": saved(photo.convert("CMYK"), "JPEG", quality=95),
        "restarts.jpg": saved(photo, "JPEG", restart_marker_rows=1),
        "ycck.jpg": ycck(saved(photo.convert("CMYK"), "JPEG", quality=95)),
        "black.jpg": saved(printed, "JPEG", quality=95),
        "black-ycck.jpg": ycck(saved(printed, "JPEG", quality=95)),
        "black-unmarked.jpg": unmarked(saved(printed, "JPEG", quality=95)),
        "black-progressive.jpg": saved(printed, "JPEG", progressive=True),
        "lossless.webp": saved(rgb, "WEBP", lossless=True),
        "lossless-alpha.webp": saved(clear, "WEBP", lossless=True, exact=True),
        "lossy.webp": saved(photo, "WEBP", quality=80),
        "lossy-alpha.webp": saved(Image.fromarray(np.dstack([smooth, 255 - smooth[:, :, 1]])), "WEBP", quality=80),
        "turned.webp": saved(rgb, "WEBP", lossless=True, exif=exif[6]),
        "frames.webp": saved(rgb, "WEBP", lossless=True, save_all=True, append_images=[Image.fromarray(255 - color)]),
        "frames-alpha.webp": saved(clear, "WEBP", lossless=True, save_all=True, append_images=[rgb]),
        "offset.webp": animated((12, 11), (4, 2), saved(clear, "WEBP", lossless=True, exact=True)),
        "palette.gif": gif((7, 5), indices, palette=colors),
        "local.gif": gif((7, 5), indices, palette=255 - colors, local=colors),
        "transparent.gif": gif((7, 5), indices, palette=colors, transparent=int(indices[2, 3])),
        "interlaced.gif": gif((17, 13), tall, palette=colors, interlace=True),
        "offset.gif": gif((12, 11), indices, at=(3, 4), local=colors, transparent=int(indices[0, 0])),
        "beyond.gif": gif((4, 3), indices, at=(2, 1), palette=colors, transparent=int(indices[0, 0])),
        "grey.gif": gif((7, 5), indices),
        "frames.gif": saved(rgb.quantize(16), "GIF", save_all=True, append_images=[Image.fromarray(grey)]),
        "frames.apng": saved(rgb, "PNG", save_all=True, append_images=[Image.fromarray(255 - color)]),
        "frames-behind.apng": saved(
            rgb, "PNG", save_all=True, default_image=True, append_images=[Image.fromarray(255 - color), rgb]),
        **{f"turned-{n}.jpg": saved(photo, "JPEG", exif=exif[n]) for n in range(1, 9)},
    }
    expected = {name: seen(data) for name, data in files.items()}
    # Grey is no kind of GIF.
    expected.update({name: np.repeat(seen(files[name]), 3, 2) for name in ("grey.gif",)})
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
