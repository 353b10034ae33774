"""Two thousand files with a worker killed in the middle: a row for each, with the command's scores to the last bit."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

NEEDED = "pip install -r tools/archive/requirements.txt (see tools/archive/README.md)"
for module in ("distributed", "pyarrow", "fsspec", "soundfile", "PIL"):
    pytest.importorskip(module, reason=f"labelling archives needs {module}: {NEEDED}")

import numpy as np  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
import soundfile  # noqa: E402
from PIL import Image  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools/archive"
TACIT = ROOT / ".build/release/tacit"
WORDS, IMAGE = ROOT / "models/words-int4.gguf", ROOT / "models/image-int4.gguf"
RATE = 16_000
FORMATS = [("wav", "PCM_16"), ("flac", "PCM_16"), ("ogg", "VORBIS"), ("mp3", "MPEG_LAYER_III")]
BROKEN = {"cut/none.wav": b"", "cut/text.flac": b"once upon a time\n" * 50, "cut/half.ogg": b"OggS" + bytes(60)}

sys.path.insert(0, str(TOOL))
sys.path.insert(0, str(ROOT / "tools/python/src"))

from tacit import _library  # noqa: E402

from tacit_archive import parts, sources  # noqa: E402

try:
    _library.library()
except OSError as error:
    pytest.skip(f"libtacit is not built: {error}", allow_module_level=True)


def sounds(folder: Path, count: int) -> None:
    """Tones in noise, a second each, in folders by format; and three files that are none."""
    rng = np.random.default_rng(0)
    t = np.arange(RATE) / RATE
    for n in range(count):
        suffix, subtype = FORMATS[n % len(FORMATS)]
        target = folder / suffix / f"{n:05}.{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        tone = 0.3 * np.sin(2 * np.pi * rng.uniform(100, 3000) * t) + 0.02 * rng.standard_normal(RATE)
        soundfile.write(target, tone, RATE, format=suffix.upper(), subtype=subtype)
    for name, contents in BROKEN.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(contents)
    (folder / "notes.txt").write_text("no sound, and not called one")


def command(*words) -> list[str]:
    return [sys.executable, "-m", "tacit_archive", *(str(w) for w in words)]


def label(*words, **more) -> subprocess.CompletedProcess:
    return subprocess.run(command(*words), cwd=TOOL, capture_output=True, text=True, **more)


def rows_of(out: Path) -> list[dict]:
    return [row for part in sorted(out.glob("part-*.parquet")) for row in pq.read_table(part).to_pylist()]


def children(pid: int) -> list[int]:
    """Processes that Dask started, those that tell of shared memory and semaphores left out."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes()
        except (OSError, ValueError, IndexError):
            continue
        if parent == pid and b"spawn_main" in words:
            found.append(int(entry.name))
    return found


def when_there_are(out: Path, count: int, running: subprocess.Popen) -> None:
    while len(list(out.glob("part-*.parquet"))) < count:
        assert running.poll() is None, "it was over before it could be disturbed"
        time.sleep(0.02)


def every_file_once(folder: Path, out: Path) -> dict[str, dict]:
    rows = rows_of(out)
    wanted = {str(p) for p in folder.rglob("*") if p.suffix != ".txt" and p.is_file()}
    assert Counter(row["path"] for row in rows) == Counter(wanted)
    assert not [p for p in out.iterdir() if not p.name.startswith("part-")], "nothing else is left"
    return {row["path"]: row for row in rows}


def check_scores(rows: dict[str, dict], model: Path, top: int) -> None:
    """As `tacit classify` prints them: what it prints of a float is read as that float."""
    if not TACIT.exists():
        pytest.skip("tacit is not built: swift build -c release --product tacit")
    good = sorted(path for path, row in rows.items() if row["error"] is None)
    words = [TACIT, "classify", model, *good, "--json", "--top", str(top)]
    told = [json.loads(line) for line in subprocess.run(words, capture_output=True, check=True, text=True).stdout.splitlines()]
    assert [one["path"] for one in told] == good
    for one in told:
        row = rows[one["path"]]
        assert row["labels"] == [x["label"] for x in one["labels"]]
        assert row["scores"] == [float(np.float32(x["score"])) for x in one["labels"]]
        span = one.get("span")
        # The command rounds times to milliseconds.
        assert span is None or [round(row["start"], 3), round(row["end"], 3)] == span


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("archive")
    sounds(folder, 2000 - len(BROKEN))
    return folder


def test_two_thousand_files_with_a_worker_killed(archive, tmp_path):
    out = tmp_path / "out"
    words = command(WORDS, archive, "--out", out, "--cores", 2, "--part", 50)
    running = subprocess.Popen(words, cwd=TOOL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    when_there_are(out, 5, running)
    workers = children(running.pid)
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    said, errors = running.communicate()
    assert running.returncode == 0, errors
    rows = every_file_once(archive, out)
    assert len(rows) == 2000 and "2000 files of sound, 0 labelled already; 1 others passed over" in said
    assert "3 could not be labelled, their rows say why" in said
    broken = {path: row for path, row in rows.items() if row["error"] is not None}
    assert {os.path.relpath(path, archive) for path in broken} == set(BROKEN)
    assert all(row["labels"] is None and not row["error"].startswith("/") for row in broken.values())
    assert "no sound of a format that is read here" in broken[str(archive / "cut/text.flac")]["error"]
    digest = subprocess.run(["sha256sum", WORDS], capture_output=True, text=True).stdout.split()[0]
    assert {row["model"] for row in rows.values()} == {digest}
    check_scores(rows, WORDS, 5)
    # All is done: nothing is done again.
    before = {p: p.stat().st_mtime_ns for p in out.iterdir()}
    again = label(WORDS, archive, "--out", out)
    assert again.returncode == 0 and "2000 labelled already" in again.stdout and "cores" not in again.stdout
    assert before == {p: p.stat().st_mtime_ns for p in out.iterdir()}


def test_a_killed_run_goes_on(archive, tmp_path):
    out = tmp_path / "out"
    words = [WORDS, archive, "--out", out, "--cores", 2, "--part", 50, "--top", 0]
    running = subprocess.Popen(command(*words), cwd=TOOL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    when_there_are(out, 4, running)
    workers = children(running.pid)
    running.kill()
    running.wait()
    # Its workers end with it.
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.02)
    parts_before = {p: p.stat().st_mtime_ns for p in out.glob("part-*.parquet")}
    assert 4 <= len(parts_before) < 40
    refused = label(*words[:-1], 3)
    assert refused.returncode == 1 and "its rows were made with top 0, not 3; use another --out" in refused.stderr
    done = label(*words)
    assert done.returncode == 0, done.stderr
    assert f"{50 * len(parts_before)} labelled already" in done.stdout
    for leftover in out.glob(".part-*.tmp"):
        leftover.unlink()  # of a part that was being written when all was killed
    rows = every_file_once(archive, out)
    assert all(p.stat().st_mtime_ns == when for p, when in parts_before.items())
    check_scores(dict(list(rows.items())[:200]), WORDS, 0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_a_line(archive, tmp_path, number):
    out = tmp_path / "out"
    words = command(WORDS, archive, "--out", out, "--cores", 1, "--part", 10)
    running = subprocess.Popen(words, cwd=TOOL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    when_there_are(out, 1, running)
    workers = children(running.pid)
    running.send_signal(number)
    _, errors = running.communicate()
    assert running.returncode == 128 + number and errors == "tacit_archive: stopped; the same command goes on\n"
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def processor_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_part_that_kills_whoever_does_it_ends_the_run(archive, tmp_path):
    out = tmp_path / "out"
    words = command(WORDS, archive, "--out", out, "--cores", 1, "--part", 2000)
    running = subprocess.Popen(words, cwd=TOOL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None:
        for pid in children(running.pid):
            # It has begun by then: starting takes less.
            if processor_seconds(pid) > 2:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    _, errors = running.communicate()
    assert running.returncode == 1 and rows_of(out) == []
    assert errors.startswith("tacit_archive: a part of 2000 files, ") and errors.count("\n") == 1, errors
    assert errors.endswith("each worker that did it died (4 of them)\n")


def test_pictures(tmp_path):
    folder, out = tmp_path / "album", tmp_path / "out"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for n in range(24):
        suffix = ("png", "jpg", "webp", "gif")[n % 4]
        pixels = rng.integers(0, 256, (40, 60, 3), np.uint8) if n % 3 else np.full((33, 32, 3), 9 * n, np.uint8)
        Image.fromarray(pixels).save(folder / f"{n}.{suffix}")
    (folder / "torn.jpg").write_bytes((folder / "1.jpg").read_bytes()[:90])
    done = label(IMAGE, folder, "--out", out, "--cores", 1, "--part", 7)
    assert done.returncode == 0, done.stderr
    rows = every_file_once(folder, out)
    assert [path for path, row in rows.items() if row["error"]] == [str(folder / "torn.jpg")]
    assert all(row["start"] is None for row in rows.values())
    check_scores(rows, IMAGE, 5)


def test_a_name_that_is_no_text(tmp_path):
    folder, out = tmp_path / "sounds", tmp_path / "out"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.zeros(RATE), RATE)
    shutil.copy(folder / "a.wav", os.fsencode(folder) + b"/\xff.wav")
    for _ in range(2):
        done = label(WORDS, folder, folder / "a.wav", "--out", out, "--cores", 1)
        assert done.returncode == 0, done.stderr
    assert sorted(row["path"] for row in rows_of(out)) == [str(folder / r"\xff.wav"), str(folder / "a.wav")]
    assert [row["error"] for row in rows_of(out)] == [None, None]


def test_a_pipe_keeps_nobody_waiting(tmp_path):
    folder, out = tmp_path / "sounds", tmp_path / "out"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.zeros(RATE), RATE)
    os.mkfifo(folder / "pipe.wav")
    (folder / "linked.wav").symlink_to("pipe.wav")
    (folder / "dangling.wav").symlink_to("nothing.wav")
    done = label(WORDS, folder, "--out", out, "--cores", 1, timeout=300)
    assert done.returncode == 0 and "2 files of sound" in done.stdout and "2 others passed over" in done.stdout, done.stderr
    errors = {Path(row["path"]).name: row["error"] for row in rows_of(out)}
    assert errors == {"a.wav": None, "dangling.wav": "No such file or directory"}


def test_rows_of_two_runs_are_told_apart_from_missing_ones(tmp_path):
    folder, out = tmp_path / "sounds", tmp_path / "out"
    folder.mkdir()
    for name in "ab":
        soundfile.write(folder / f"{name}.wav", np.zeros(RATE), RATE)
    assert label(WORDS, folder, "--out", out, "--cores", 1, "--part", 2).returncode == 0
    both = [sources.File(str(folder / f"{name}.wav"), 0) for name in "ab"]
    os.rename(out / parts.name_of(both), tmp_path / "kept.parquet")
    assert label(WORDS, folder, "--out", out, "--cores", 1, "--part", 1).returncode == 0
    os.rename(tmp_path / "kept.parquet", out / parts.name_of(both))
    done = label(WORDS, folder, "--out", out)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert "2 files have not one row" in done.stderr and "a.wav has 2; another run wrote there too" in done.stderr


def test_what_is_not_installed_is_named():
    hidden = "import runpy, sys; sys.modules['dask'] = None; runpy.run_module('tacit_archive', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", hidden], cwd=TOOL, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("tacit_archive: ") and "pip install -r tools/archive/requirements.txt" in done.stderr


def test_what_is_wrong_is_said_in_a_line(tmp_path):
    folder, out = tmp_path / "sounds", tmp_path / "out"
    folder.mkdir()
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    out.mkdir()
    for words, message in [
        ([tmp_path / "none.gguf", folder, "--out", out], "No such file"),
        ([tmp_path / "model.gguf", folder, "--out", out], "model.gguf: "),
        ([WORDS, tmp_path / "nowhere", "--out", out], "nowhere: no such file or folder"),
        ([WORDS, "xyz://bucket", "--out", out], "xyz://bucket: "),
        ([WORDS, folder, "--out", tmp_path / "model.gguf"], "model.gguf: cannot be made"),
    ]:
        done = label(*words)
        assert done.returncode == 1 and done.stderr.startswith("tacit_archive: "), done.stderr
        assert message in done.stderr and done.stderr.count("\n") == 1
    for option in ("--hop", "--wait", "--threshold"):
        done = label(WORDS, folder, "--out", out, option, "nan")
        assert done.returncode == 2 and "must be at least 0" in done.stderr, done.stderr
    soundfile.write(folder / "a.wav", np.zeros(RATE), RATE)
    done = label(WORDS, folder, "--out", out, "--address", "tcp://127.0.0.1:1", "--wait", 1)
    assert done.returncode == 1 and "--address tcp://127.0.0.1:1: no Dask scheduler" in done.stderr
    (out / "part-1.parquet").write_bytes(b"PAR1")
    done = label(WORDS, folder, "--out", out)
    assert done.returncode == 1 and "part-1.parquet: no part of an archive" in done.stderr


def test_a_part_follows_from_its_files_alone():
    files = [sources.File(f"/a/{n}.wav", n) for n in range(10)]
    names = [parts.name_of(some) for some in parts.divide(files, 4)]
    assert len(set(names)) == 3 and names == [parts.name_of(some) for some in parts.divide(files, 4)]
    assert parts.name_of(files[:4]) == names[0] and parts.is_part(f"x/{names[0]}")


def test_a_cluster_and_an_object_store(archive, tmp_path, monkeypatch):
    """A scheduler and a worker of their own, sounds in a bucket, parts into another."""
    moto = pytest.importorskip("moto.server", reason=f"object stores need moto: {NEEDED}")
    s3fs = pytest.importorskip("s3fs", reason=f"object stores need s3fs: {NEEDED}")
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in [("KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")]:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID" if name == "KEY_ID" else f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tools/python/src"))
    store = s3fs.S3FileSystem()
    for bucket in ("fleet", "labels"):
        store.mkdir(bucket)
    chosen = [*sorted(archive.glob("*/0000*.*")), *sorted(archive.glob("cut/*"))]
    for path in chosen:
        store.put_file(str(path), f"fleet/2026/{path.parent.name}/{path.name}")
    running = []
    try:
        about = tmp_path / "scheduler.json"
        start = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--host", "127.0.0.1"]
        running.append(subprocess.Popen([*start, "--scheduler-file", str(about)], stderr=subprocess.DEVNULL))
        while not about.exists() or not about.read_text():
            assert running[0].poll() is None
            time.sleep(0.02)
        address = json.loads(about.read_text())["address"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "2", "--no-dashboard"]
        running.append(subprocess.Popen(worker, stderr=subprocess.DEVNULL, cwd=tmp_path))
        words = [WORDS, "s3://fleet/2026", "--out", "s3://labels/run", "--address", address, "--part", 4]
        for already in (0, len(chosen)):
            done = label(*words)
            assert done.returncode == 0, done.stderr
            assert f"{len(chosen)} files of sound, {already} labelled already" in done.stdout
    finally:
        for one in reversed(running):
            one.terminate()
            one.wait()
    store.invalidate_cache()
    rows = {}
    for part in store.ls("labels/run"):
        with store.open(part, "rb") as stream:
            rows |= {row["path"]: row for row in pq.read_table(stream).to_pylist()}
    server.stop()
    assert set(rows) == {f"s3://fleet/2026/{p.parent.name}/{p.name}" for p in chosen}
    local = {str(p): rows[f"s3://fleet/2026/{p.parent.name}/{p.name}"] for p in chosen}
    assert sum(row["error"] is not None for row in local.values()) == len(BROKEN)
    assert not any("/tmp" in (row["error"] or "") for row in local.values())
    check_scores(local, WORDS, 5)
