"""Says in a line, with status 69, which packages of a tool's requirements.txt this Python lacks, before it would be a traceback.

As a script, for tools that begin in a shell: TOOL and the files. What stands behind a comment `# with --OPTION` is only wanted
with that option.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def names(file: Path, options: bool) -> list[str]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("# with --") and not options:
            break
        if name := re.match(r"[A-Za-z0-9._-]+", line):
            found.append(name[0])
    return found


def is_there(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def expect(tool: str, *files: str, options: bool = False, only: tuple[str, ...] = ()) -> None:
    """Ends the tool unless all is there that these files, from the top of the repository, name, or only these of it; tests'
    pytest aside."""
    wanted = only or dict.fromkeys(name for file in files for name in names(ROOT / file, options) if name != "pytest")
    # Without its packages a tool can say no more than what stands at its head.
    if lacking := [name for name in wanted if not is_there(name)]:
        if {"-h", "--help"} & set(sys.argv):
            print((sys.modules["__main__"].__doc__ or "").strip())
            sys.exit()
        remedy = " ".join(f"-r {file}" for file in files)
        where = f"{sys.executable} lacks {', '.join(lacking)}"
        print(f"{tool}: {where}; at the top of the repository: {sys.executable} -m pip install {remedy}", file=sys.stderr)
        sys.exit(69)


if __name__ == "__main__":
    expect(*sys.argv[1:])
