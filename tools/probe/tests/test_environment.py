"""Tools say what they lack in a line, and take no word for what it isn't."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path) -> Path:
    """A Python without any packages."""
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)
    return python


@pytest.mark.parametrize(
    "tool, wanted",
    [("probe/run", "probe"), ("false-events/table", "false-events"), ("few-shot/run", "few-shot"), ("card/run", "train")],
)
def test_packages_that_are_lacking(bare, tool, wanted):
    done = subprocess.run([TOOLS / tool], env=os.environ | {"PYTHON": str(bare)}, capture_output=True, text=True)
    line = done.stderr.splitlines()
    assert done.returncode == 69 and len(line) == 1, done.stderr
    assert " lacks " in line[0] and "numpy" in line[0] and line[0].endswith(f"-m pip install -r tools/{wanted}/requirements.txt")


@pytest.mark.parametrize("tool", ["quantization-error/run", "quantization-error/speed", "sliding-context/run", "second-of-sound/run"])
def test_packages_of_scripts(bare, tool):
    done = subprocess.run([bare, TOOLS / tool], capture_output=True, text=True)
    assert done.returncode == 69 and " lacks " in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def commands(shell: bool) -> list[str]:
    """Those of the tools that are in shell, or in Python."""
    files = sorted(path for path in TOOLS.rglob("*") if path.is_file() and os.access(path, os.X_OK))
    first = {path: path.read_bytes().split(b"\n")[0] for path in files}
    kinds = (b"bash", b"/bin/sh") if shell else (b"python3",)
    return [str(path.relative_to(TOOLS)) for path in files if first[path].endswith(kinds)]


@pytest.fixture
def nothing_there(bare, tmp_path) -> dict[str, str]:
    """An environment in which whatever would build or install something fails."""
    for name in ("swift", "swiftc", "apt-get", "sudo", "mmdebstrap", "unshare", "clang", "git", "python3"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {name} was run >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    return os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHON": str(bare), "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.mark.parametrize("tool", [*commands(shell=True), *commands(shell=False)])
def test_help_does_nothing_else(nothing_there, tmp_path, tool):
    by = [] if tool in commands(shell=True) else [nothing_there["PYTHON"]]
    if tool == "learn-crash/run":
        (tmp_path / "python3").unlink()  # which says it, and wants nothing else
    done = subprocess.run([*by, TOOLS / tool, "--help"], cwd=tmp_path, env=nothing_there, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout and not done.stderr, done.stderr


@pytest.mark.parametrize("tool", [tool for tool in commands(shell=True) if "\noperands " in (TOOLS / tool).read_text()])
@pytest.mark.parametrize("words", [["--nonsense"], ["a"] * 100], ids=["unknown", "too many"])
def test_what_a_tool_does_not_take(nothing_there, tmp_path, tool, words):
    done = subprocess.run([TOOLS / tool, *words], cwd=tmp_path, env=nothing_there, capture_output=True, text=True)
    assert done.returncode == 64 and len(done.stderr.splitlines()) == 1 and "--help" in done.stderr, done.stderr


@pytest.mark.parametrize(
    "words", ["debian/arm64-sysroot", "debian/build", "debian/build riscv64", "fuzz/run --keep", "package/try --architecture"])
def test_what_a_tool_lacks(nothing_there, tmp_path, words):
    tool, *words = words.split()
    done = subprocess.run([TOOLS / tool, *words], cwd=tmp_path, env=nothing_there, capture_output=True, text=True)
    assert done.returncode == 64 and len(done.stderr.splitlines()) == 1 and "--help" in done.stderr, done.stderr


@pytest.mark.parametrize(
    "tool", ["soak", "stop-anywhere", "kill-anywhere", "short-of-memory", "fleet/run", "streaming-costs/run"])
def test_programs_that_are_not_there(tmp_path, tool):
    # Of a broker, which some begin with, what is found is as absent.
    environment = os.environ | {"TACIT_BIN": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/bin"}
    done = subprocess.run([sys.executable, TOOLS / tool], env=environment, capture_output=True, text=True)
    line = done.stderr.splitlines()
    assert done.returncode == 1 and len(line) == 1 and "No such file" in line[0], done.stderr


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_tool_leaves_nothing_behind(tmp_path, number, status):
    scratch, begun = tmp_path / "scratch", tmp_path / "begun"
    scratch.mkdir()
    (tmp_path / "tacit").write_text(f"#!/bin/sh\necho $$ >{begun}.part\nmv {begun}.part {begun}\nexec sleep 100\n")
    (tmp_path / "tacit").chmod(0o755)
    environment = os.environ | {"TACIT_BIN": str(tmp_path), "TMPDIR": str(scratch)}
    tool = subprocess.Popen(
        [sys.executable, TOOLS / "short-of-memory"], env=environment, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    while not begun.exists():
        assert tool.poll() is None
        time.sleep(0.05)
    assert list(scratch.iterdir())
    tool.send_signal(number)
    _, said = tool.communicate()
    assert tool.returncode == status and said == f"{TOOLS / 'short-of-memory'}: interrupted\n"
    assert not list(scratch.iterdir()) and not Path(f"/proc/{begun.read_text().strip()}").exists()


def test_an_environment_that_was_cut_off_is_made_anew(tmp_path):
    (tmp_path / "tools/golden").mkdir(parents=True)
    for name in ("usage.sh", "golden/make", "golden/requirements.txt"):
        shutil.copy(TOOLS / name, tmp_path / "tools" / name)
    log = tmp_path / "log"
    python = tmp_path / "python3"
    python.write_text(
        '#!/bin/sh\ncase $2 in venv) for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;; '
        f'pip) echo pip >>{log}; [ -e {tmp_path}/network ] ;; *) echo made >>{log} ;; esac\n')
    python.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHON"} | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    make = [tmp_path / "tools/golden/make", tmp_path / "out"]
    assert subprocess.run(make, env=environment).returncode == 1
    (tmp_path / "network").touch()
    for _ in range(2):
        assert subprocess.run(make, env=environment).returncode == 0
    assert log.read_text().split() == ["pip", "pip", "made", "made"]


@pytest.mark.parametrize("words", [["--nonsense"], ["picture.png"], ["a.svg", "b.svg"]], ids=" ".join)
def test_the_picture_is_an_svg(tmp_path, words):
    done = subprocess.run([sys.executable, TOOLS / "readme-picture", *words], cwd=tmp_path, capture_output=True)
    assert done.returncode == 64 and not list(tmp_path.iterdir())


def test_documentation_needs_a_folder(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "docc").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "docc").chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    words = [sys.executable, TOOLS / "build-docs", tmp_path / "file"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "file: File exists; expected a folder" in done.stderr
