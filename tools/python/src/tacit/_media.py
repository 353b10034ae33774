"""Samples and pixels: decoded as `tacit` decodes them, and from numpy's arrays to what the library takes."""

import ctypes
import os
import sys
import warnings
from collections.abc import Callable, Iterator

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
    found = ctypes.c_int(rate_of(rate))
    handle.call("sound_open", os.fsencode(path), ctypes.byref(found))

    def read():
        count = ctypes.c_size_t()
        while True:
            block = np.empty(size, np.float32)
            handle.call("sound_read", block.ctypes.data, size, ctypes.byref(count))
            if not count.value:
                warn_of_damage(path, damage_of(handle.call))
                return
            yield block[: count.value]

    return found.value, read()


def rate_of(rate: "int | None") -> int:
    """Hertz as C has them, where 0 is the model's, or the file's own."""
    return 0 if rate is None else whole(rate, ctypes.c_int, "rate")


def damage_of(call: "Callable[..., int]") -> str:
    """What was lost of the sound that a handle has read, in words; "" where nothing was."""
    damage = _library.Damage(size=ctypes.sizeof(_library.Damage))
    call("sound_damage", ctypes.byref(damage))
    return (damage.words or b"").decode()


def warn_of_damage(path: "str | os.PathLike", damage: str):
    """A `DamageWarning` where something was lost, at the line that called the module."""
    if not damage:
        return
    frame, level = sys._getframe(), 1
    while frame.f_back and frame.f_globals.get("__package__") == __package__:
        frame, level = frame.f_back, level + 1
    warnings.warn(f"{os.fsdecode(path)}: {damage}", DamageWarning, stacklevel=level)


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


def is_array(what) -> bool:
    """Whether it is one array itself, whoever made it, and not what gives arrays one by one."""
    if hasattr(what, "__array__") or hasattr(what, "__array_interface__"):
        return True
    try:
        memoryview(what)
    except TypeError:
        return False
    return True


def array_of(what) -> np.ndarray:
    """Whoever's array as numpy's."""
    if isinstance(what, np.ma.MaskedArray):
        raise TypeError("a masked array, whose mask would be lost: expected one without, as filled(0) gives")
    return np.asarray(what)


def chunks_of(source):
    """What `listen` is given, one array of samples after another."""
    # An array of objects is a list of them.
    if not is_array(source) or array_of(source).dtype == object:
        return source
    return [samples_of(source)]


def pictures_of(source):
    """What `watch` is given, one picture after another."""
    if isinstance(source, (str, bytes, os.PathLike)):
        raise TypeError(f"{source!r}, expected pictures or their files one by one, as in a list")
    if not is_array(source):
        return source
    pictures = array_of(source)
    # An array of objects or of names is a list of them.
    if pictures.dtype.kind not in "OU" and (pictures.ndim < 3 or pictures.ndim == 3 and pictures.shape[2] in (1, 3)):
        raise TypeError(f"an array of shape {pictures.shape}, expected pictures one by one, as in a list")
    return pictures


def samples_of(array) -> np.ndarray:
    """Mono samples as the library takes them: float32, side by side. 16-bit integers are divided by 32768."""
    samples = array_of(array)
    if samples.ndim == 0:
        raise TypeError(f"a {type(array).__name__}, expected an array of samples, many at once")
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
