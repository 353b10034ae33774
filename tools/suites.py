"""The test suites of a bundle, one after another, each a process of its own: what tools that take hours over them share.

Each tool is a script in a folder of its own and finds this one by `sys.path.insert(0, ...parents[1])`.
"""

import hashlib
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import ending  # noqa: F401

LIBRARY = ["--testing-library", "swift-testing"]
# Tests that limit the size of files: nothing that writes files of its own beside a program can live with them.
LIMITED = [
    "ClipSinkTests/aFileThatMayNotGrow", "RecordingTests/aFullDiskEndsIt", "ExitStatusTests/modelsThatCannotBeWritten",
    "ExitStatusTests/outputThatMayNotGrow",
]  # fmt: skip


def named(command: Sequence[str], first: Sequence[str] = ()) -> list[str]:
    """`Module.Suite` of every suite that a bundle has; of the modules in `first` before others, in that order."""
    listed = subprocess.run([*command, *LIBRARY, "--list-tests"], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {match[1] for match in re.finditer(r"^(\w+\.\w+)/", listed, re.MULTILINE)}
    place = {module: number for number, module in enumerate(first)}
    return sorted(found, key=lambda name: (place.get(name.split(".")[0], len(first)), name))


class Runs:
    """Runs suites, and remembers which have passed with this very bundle and what it is run with."""

    def __init__(self, command: Sequence[str], work: Path, stands_for: Sequence[Path], omitted: Mapping[str, str]):
        """`stands_for`: files that make another run of it if they change. `omitted`: of patterns of `Module.Suite`, why
        these do not run."""
        self.command = [*command, *LIBRARY]
        self.work = work
        self.omitted = omitted
        work.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        for path in stands_for:
            digest.update(path.read_bytes())
        self.log = work / f"passed-{digest.hexdigest()[:16]}"
        # What passed, with how many tests.
        self.passed: dict[str, int] = {}
        if self.log.exists():
            self.passed = {name: int(count) for name, count in map(str.split, self.log.read_text().splitlines())}

    def run(self, suites: Sequence[str], limit: float, again: bool = False,
            skipped: Sequence[str] = (), wrong: Callable[[str], str | None] = lambda _: None) -> int:
        """Each in at most `limit` seconds, without the tests whose names match `skipped`. `wrong` may say of a suite that passed why it
        has not. What each printed lies in the folder of work, under its name. Returns 1 where one has not passed, or none
        ran."""
        failed, ran_now, before, tests, left_out = [], 0, 0, 0, 0
        for name in suites:
            if reason := next((why for pattern, why in self.omitted.items() if re.search(pattern, name)), None):
                print(f"{name}: left out: {reason}", flush=True)
                left_out += 1
                continue
            if not again and name in self.passed:
                before += 1
                tests += self.passed[name]
                continue
            count, verdict, seconds = self.once(name, limit, skipped)
            verdict = wrong(name) or verdict
            print(f"{name}: {verdict}, {count} tests, {seconds:.0f} s", flush=True)
            ran_now += 1
            if verdict == "passed":
                tests += count
                self.passed[name] = count
                with self.log.open("a") as file:
                    file.write(f"{name} {count}\n")
            else:
                failed.append(name)
        print(f"{ran_now} suites run now, {before} passed before, {left_out} left out, {len(failed)} not well; "
              f"{tests} tests passed", *failed, sep="\n", flush=True)
        return 1 if failed or ran_now + before == 0 else 0

    def once(self, name: str, limit: float, skipped: Sequence[str]) -> tuple[int, str, float]:
        """How many tests ran, what became of them, and in how many seconds."""
        command = [*self.command, "--filter", rf"^{re.escape(name)}/"]
        command += [word for test in skipped for word in ("--skip", test)]
        begin = time.monotonic()
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=limit)
            text, status = done.stdout.decode(errors="replace"), done.returncode
        except subprocess.TimeoutExpired as error:
            text, status = (error.stdout or b"").decode(errors="replace"), None
        seconds = time.monotonic() - begin
        (self.work / f"{name}.txt").write_text(text)
        found = re.search(r"Test run with (\d+) tests?", text)
        count = int(found[1]) if found else 0
        if status is None:
            return count, "ran too long", seconds
        # A suite of which nothing ran has not passed.
        return count, f"FAILED ({status})" if status else "passed" if count else "nothing ran", seconds
