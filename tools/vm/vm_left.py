"""What the checks of tools/vm-test share."""

import json
import subprocess
from pathlib import Path


class Left:
    """What a part left behind in its folder."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.failures = 0

    def check(self, is_good: bool, text: str) -> None:
        """Prints a line; one that is bad fails the part."""
        print(("ok   " if is_good else "BAD  ") + text)
        self.failures += not is_good

    def lines(self, name: str, kind: str) -> list[dict]:
        """What a run printed of a kind."""
        path = self.folder / f"{name}.jsonl"
        found = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line for line in found if line["type"] == kind]

    def text(self, name: str, suffix: str) -> str:
        path = self.folder / f"{name}.{suffix}"
        return path.read_text().strip() if path.exists() else "nothing"

    def status(self, name: str) -> str:
        path = self.folder / f"{name}.rc"
        return path.read_text().strip() if path.exists() else "still running"

    def number(self, name: str) -> float:
        path = self.folder / name
        return float(path.read_text()) if path.exists() and path.read_text().strip() else float("nan")

    def check_waits(self) -> None:
        """Whether everything that was waited for came."""
        path = self.folder / "late"
        self.check(not path.exists(), path.read_text().strip() if path.exists() else "all that was waited for came")

    def replayed(self, name: str, tacit: str, model: Path) -> None:
        """A recording that gives the same lines on this side."""
        again = subprocess.run(
            [tacit, "replay", str(model), str(self.folder / f"{name}.rec"), "--json"], capture_output=True)
        self.check(
            again.returncode == 0 and again.stdout == (self.folder / f"{name}.jsonl").read_bytes() != b"",
            f"{name}, replayed: {len(again.stdout.splitlines())} lines, the same to the last byte" + again.stderr.decode())

    def unplugged(self, name: str = "unplugged") -> None:
        """A device that was taken away and given back: one gap, no shorter than it was away and no longer than until there
        were labels again."""
        gaps = self.lines(name, "gap")
        labels = self.lines(name, "labels")
        away = self.number("bound") - self.number("unbound")
        back = self.number("back") - self.number("unbound")
        lost = gaps[0]["lost_seconds"] if gaps else float("nan")
        self.check(
            len(gaps) == 1 and gaps[0]["reason"] == "lost" and away - 0.1 <= lost <= back,
            f"{name} for {away:.2f} s: a gap of {lost:.2f} s, labels again after {back:.2f} s")
        self.check(
            bool(gaps) and any(line["time"] <= gaps[0]["time"] - lost for line in labels)
            and any(line["time"] >= gaps[0]["time"] for line in labels) and self.status(name) == "0",
            f"{name}: {len(labels)} labels, before and behind the gap")
