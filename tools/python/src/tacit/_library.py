"""The functions of tacit.h, by ctypes."""

import ctypes
import os
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_size_t, c_uint8, c_void_p
from functools import cache
from pathlib import Path

OK, READING, EVENTS = 0, 1, 2
EXAMPLE, CORRECTION, BACKGROUND = 1, 2, 3


class Label(ctypes.Structure):
    _fields_ = [("index", c_size_t), ("score", c_float), ("name", c_char_p)]


class Model(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("sense", c_int),
        ("sample_rate", c_int),
        ("labels", c_size_t),
        ("width", c_size_t),
        ("window_samples", c_size_t),
        ("picture_width", c_int),
        ("picture_height", c_int),
        ("picture_channels", c_int),
    ]


class StreamSettings(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("sample_rate", c_int),
        ("threads", c_int),
        ("hop", c_double),
        ("threshold", c_float),
        ("off_below", c_float),
        ("smooth", c_double),
        ("on_after", c_double),
        ("off_after", c_double),
    ]


class Event(ctypes.Structure):
    _fields_ = [("is_on", c_int), ("label", Label), ("time", c_double)]


class Damage(ctypes.Structure):
    _fields_ = [
        ("size", c_size_t),
        ("places", c_size_t),
        ("lost", c_double),
        ("first", c_double),
        ("lacking", c_double),
        ("skipped", c_size_t),
        ("first_skip", c_double),
        ("words", c_char_p),
    ]


_sizes = [POINTER(c_size_t)] * 3
_vector = [c_void_p, c_size_t, POINTER(c_size_t)]

# What each function takes behind the handle. All return a status.
_functions = {
    "close": [],
    "load": [c_char_p],
    "load_bytes": [c_char_p, c_size_t],
    "load_shared": [c_void_p],
    "verify": [],
    "describe": [POINTER(Model)],
    "label_at": [c_size_t, POINTER(c_char_p), POINTER(c_float)],
    "configure": [c_double, c_int],
    "classify_file": [c_char_p],
    "classify_samples": [c_void_p, c_size_t, c_int],
    "classify_picture": [c_void_p, c_size_t, c_size_t, c_size_t, c_size_t],
    "load_labels": [c_char_p],
    "teach_file": [c_char_p, c_int, c_char_p, c_char_p],
    "teach_samples": [c_char_p, c_int, c_char_p, c_void_p, c_size_t, c_int],
    "teach_picture": [c_char_p, c_int, c_char_p, c_void_p, c_size_t, c_size_t, c_size_t, c_size_t],
    "forget": [c_char_p, c_char_p],
    "rename": [c_char_p] * 3,
    "begin": [POINTER(StreamSettings)],
    "push": [c_void_p, c_size_t, POINTER(c_size_t)],
    "begin_pictures": [POINTER(StreamSettings), c_double],
    "push_picture": [c_void_p, c_size_t, c_size_t, c_size_t, c_size_t, c_double],
    "skip": [c_size_t],
    "finish": [],
    "next_event": [POINTER(Event), POINTER(c_int)],
    "scores": _vector,
    "logits": _vector,
    "embedding": _vector,
    "span": [POINTER(c_double)] * 2,
    "sound_open": [c_char_p, POINTER(c_int)],
    "sound_read": _vector,
    "sound_damage": [POINTER(Damage)],
    "picture_open": [c_char_p, *_sizes],
    "picture_decode": [c_char_p, c_size_t, *_sizes],
    "picture_pixels": [POINTER(c_uint8), c_size_t],
}


def candidates() -> list[str]:
    """Where the library may be, in the order of preference."""
    here = Path(__file__).resolve().parent
    places = [here / "libtacit.so"]
    # In a checkout, what tools/build-library or `swift build -c release` made.
    if len(here.parents) > 3:
        places += [here.parents[3] / ".build" / name for name in ("library/lib/libtacit.so", "release/libTacitInterface.so")]
    given = os.environ.get("TACIT_LIBRARY")
    return [given] if given else [*(str(place) for place in places if place.exists()), "libtacit.so"]


@cache
def library() -> ctypes.CDLL:
    """The library, loaded once.

    Raises OSError where there is none, or none that has all that this module calls.
    """
    failures = []
    for place in candidates():
        try:
            return _typed(ctypes.CDLL(place))
        except OSError as error:
            failures.append(str(error))
        except AttributeError as error:
            failures.append(f"{error}: not this module's library, or an older one")
    raise OSError("no libtacit.so: run tools/build-library, or name it in TACIT_LIBRARY\n" + "\n".join(failures))


def _typed(loaded: ctypes.CDLL) -> ctypes.CDLL:
    """The same, its functions' types told. Raises AttributeError where one is missing."""
    loaded.tacit_create.restype = c_void_p
    loaded.tacit_error.argtypes, loaded.tacit_error.restype = [c_void_p], c_char_p
    for name, arguments in _functions.items():
        function = getattr(loaded, f"tacit_{name}")
        function.argtypes, function.restype = [c_void_p, *arguments], c_int
    return loaded
