"""Samples and pixels: decoded as `tacit` decodes them, and from numpy's arrays to what the library takes."""

import ctypes
import os
import warnings
from collections.abc import Iterator

import numpy as np

from . import _library
from ._handle import Handle, whole


class DamageWarning(UserWarning):
    """Part of a sound is damaged or missing; all else of it was read."""


def decode(path: "str | os.PathLike", rate: "int | None" = None) -> "tuple[np.ndarray, int]":
    """A sound file as mono float32 samples, -1...1, and their rate in hertz: `rate`, or the file's own.

    What is damaged is silence in its place, or left out, and a `DamageWarning` says how much.
    """
    handle = Handle()
    found, blocks = blocks_of(handle, path, rate)
    parts = list(blocks)
    return np.concatenate(parts) if parts else np.zeros(0, np.float32), found


def blocks_of(
    handle: Handle, path: "str | os.PathLike", rate: "int | None", size: int = 65_536
) -> "tuple[int, Iterator[np.ndarray]]":
    """The rate of a sound file's samples, and the samples block by block."""
    found = ctypes.c_int(whole(rate or 0, ctypes.c_int, "rate"))
    handle.call("sound_open", os.fsencode(path), ctypes.byref(found))

    def read():
        count = ctypes.c_size_t()
        while True:
            block = np.empty(size, np.float32)
            handle.call("sound_read", block.ctypes.data, size, ctypes.byref(count))
            if not count.value:
                warn_of_damage(handle, path)
                return
            yield block[: count.value]

    return found.value, read()


def warn_of_damage(handle: Handle, path: "str | os.PathLike"):
    """A `DamageWarning` where something was lost of the sound that the handle has read."""
    damage = _library.Damage(size=ctypes.sizeof(_library.Damage))
    handle.call("sound_damage", ctypes.byref(damage))
    if damage.words:
        warnings.warn(f"{os.fsdecode(path)}: {damage.words.decode()}", DamageWarning, stacklevel=3)


def decode_picture(source: "str | os.PathLike | bytes") -> np.ndarray:
    """A PNG, JPEG, WebP or GIF file, or its bytes, as uint8 [height, width] (grey) or [height, width, 3] (RGB)."""
    handle = Handle()
    sizes = [ctypes.c_size_t() for _ in range(3)]
    pointers = [ctypes.byref(size) for size in sizes]
    if isinstance(source, (bytes, bytearray, memoryview)):
        contents = bytes(source)
        handle.call("picture_decode", contents, len(contents), *pointers)
    else:
        handle.call("picture_open", os.fsencode(source), *pointers)
    width, height, channels = (size.value for size in sizes)
    pixels = np.empty((height, width) if channels == 1 else (height, width, channels), np.uint8)
    handle.call("picture_pixels", pixels.ctypes.data_as(ctypes.POINTER(ctypes.c_uint8)), pixels.size)
    return pixels


def samples_of(array) -> np.ndarray:
    """Mono samples as the library takes them: float32, side by side. 16-bit integers are divided by 32768."""
    samples = np.asarray(array)
    if samples.ndim == 0:
        raise TypeError(f"a {type(array).__name__}, expected an array of samples")
    if samples.ndim != 1:
        raise ValueError(f"samples of shape {samples.shape}, expected mono: one dimension")
    # In whichever order of bytes.
    if samples.dtype.kind == "i" and samples.dtype.itemsize == 2:
        return samples.astype(np.float32) / np.float32(32768)
    if samples.dtype.kind != "f":
        raise TypeError(f"samples of {samples.dtype}, expected floats or int16")
    return np.ascontiguousarray(samples, np.float32)


def is_picture(array: np.ndarray, sense: str) -> bool:
    """Whether an array that a model of `sense` is given is meant as a picture, which the library may then refuse."""
    if array.ndim == 1:
        return False
    return sense == "pictures" or array.dtype == np.uint8


def pixels_of(array: np.ndarray) -> "tuple[np.ndarray, int, int, int, int]":
    """Pixels as the library takes them: array, width, height, channels, bytes from row to row."""
    if array.dtype != np.uint8 or array.ndim not in (2, 3):
        raise TypeError(f"a picture of {array.dtype} {array.shape}, expected uint8 [height, width] or [height, width, 3]")
    height, width = array.shape[:2]
    channels = array.shape[2] if array.ndim == 3 else 1
    # Part of a larger picture is taken as it lies, as long as each row is whole.
    row = width * channels
    inner = (channels, 1) if array.ndim == 3 else (1,)
    if array.strides[1:] != inner or array.strides[0] < row:
        array = np.ascontiguousarray(array)
    return array, width, height, channels, max(array.strides[0], 0) if height > 1 else 0
