"""Files and folders that one process at a time has. The system lets go of them when the process ends, however it does."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def held(place: Path, refusal: BaseException) -> Iterator[None]:
    """A file, made if it isn't there, or a folder that is. Where another process has it, `refusal` is raised."""
    descriptor = os.open(place, os.O_RDONLY if place.is_dir() else os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        except OSError:
            # A file system without locks, as over some networks.
            pass
        yield
    finally:
        os.close(descriptor)
