"""What files an archive holds: folders and object stores, listed by fsspec."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

import fsspec
from fsspec.implementations.local import LocalFileSystem

# Those of which `tacit classify` takes a file for a sound, and for a picture.
SUFFIXES = {
    "sound": (
        "16sv", "8svx", "aif", "aifc", "aiff", "au", "avr", "bwf", "caf", "fap", "flac", "htk", "iff", "ircam", "mp2", "mp3",
        "mpga", "nist", "oga", "ogg", "opus", "paf", "pvf", "rf64", "sds", "sf", "snd", "sph", "svx", "voc", "w64", "wav",
        "wave", "wve", "xi",
    ),
    "pictures": ("apng", "gif", "jfif", "jpe", "jpeg", "jpg", "png", "webp"),
}  # fmt: skip


class Problem(Exception):
    """What ends the program, in one line for its user."""


@dataclass(frozen=True)
class File:
    path: str
    """As it is written in a row: absolute in a folder, with its protocol in a store."""
    size: int
    """Bytes."""


def open_store(url: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a folder or URL, and the path in it. Keys and addresses come from the environment, as each
    kind of store wants them (s3: AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...)."""
    try:
        return fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise Problem(f"{url}: {error}") from None


def is_local(store: fsspec.AbstractFileSystem) -> bool:
    return isinstance(store, LocalFileSystem)


def list_files(sources: Iterable[str], suffixes: tuple[str, ...]) -> tuple[list[File], int]:
    """Every file with one of these suffixes, once and in order of paths, and how many others there were."""
    found: dict[str, File] = {}
    others: set[str] = set()
    for source in sources:
        store, root = open_store(source)
        try:
            listed = store.find(root, detail=True)
        # Stores have errors of their own kinds; each says in words what is wrong.
        except Exception as error:
            raise Problem(f"{source}: cannot be listed: {type(error).__name__}: {error}") from None
        if not listed and not exists(store, root):
            raise Problem(f"{source}: no such file or folder")
        for name, about in listed.items():
            path = name if is_local(store) else store.unstrip_protocol(name)
            called = name.rpartition(".")[2].lower() in suffixes and not name.rpartition("/")[2].startswith(".")
            if called and not (is_local(store) and is_no_file(name)):
                found[path] = File(path, int(about.get("size") or 0))
            else:
                others.add(path)
    return [found[path] for path in sorted(found)], len(others)


def is_no_file(path: str) -> bool:
    """Whether it is a pipe, a socket, a device or the like, which may keep a reader waiting for ever. What is not there, or
    can't be asked, is said by its row."""
    try:
        return not stat.S_ISREG(os.stat(path).st_mode)
    except OSError:
        return False


def exists(store: fsspec.AbstractFileSystem, path: str) -> bool:
    try:
        return store.exists(path)
    except Exception:
        return False
