"""How tools end that run other programs: what a user can mend is told in a line, and SIGTERM and Ctrl-C leave no process and no
temporary folder behind. Importing it is all."""

import atexit
import contextlib
import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
PROGRAMS = ("tacit", "tacit-convert")


def remedy(error: BaseException) -> str | None:
    """What is wrong: a program that isn't there, a file that was asked for or lies in such a folder, a command that failed."""
    if isinstance(error, subprocess.CalledProcessError):
        words = [error.cmd] if isinstance(error.cmd, str) else [str(word) for word in error.cmd]
        return f"{' '.join(words[:3])} ended with {error.returncode}"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if not isinstance(error, OSError) or error.filename is None:
        return None
    name = os.fsdecode(error.filename)
    if Path(name).name in PROGRAMS:
        return f"{name}: {error.strerror}; expected a release build (swift build -c release), or TACIT_BIN to name its folder"
    is_asked_for = "/" not in name or any(Path(name).is_relative_to(word) for word in sys.argv[1:])
    return f"{name}: {error.strerror}" if is_asked_for else None


def tell(kind: type[BaseException], error: BaseException, trace: object) -> None:
    if line := remedy(error):
        print(f"{sys.argv[0]}: {line}", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


def end_children() -> None:
    """Asks those that this thread began to end, and waits, so that none writes into a folder that is being removed; five seconds."""
    try:
        processes = [int(word) for word in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except OSError:
        return
    late = time.monotonic() + 5
    for process in processes:
        with contextlib.suppress(OSError):
            os.kill(process, signal.SIGTERM)
    for process in processes:
        # Left to be waited for by whoever began it.
        with contextlib.suppress(OSError):
            while not os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if time.monotonic() > late:
                    os.kill(process, signal.SIGKILL)
                time.sleep(0.02)


def stopped(number: int, _frame: object) -> None:
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, signal.SIG_IGN)
    end_children()
    print(f"{sys.argv[0]}: interrupted", file=sys.stderr)
    sys.exit(128 + number)


# Tests that import a tool end as they like.
if Path(sys.argv[0]).resolve().is_relative_to(TOOLS):
    sys.excepthook = tell
    atexit.register(end_children)
    for asked in (signal.SIGTERM, signal.SIGINT):
        # What is ignored, in the background of a shell, stays so.
        if signal.getsignal(asked) is not signal.SIG_IGN:
            signal.signal(asked, stopped)
