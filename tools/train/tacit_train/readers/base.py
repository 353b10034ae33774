"""What every data-set reader gives: clips (sounds, images or token files) with labels, splits and licences."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# Those that `tacit eval` takes.
SOUND_SUFFIXES = (
    ".16sv", ".8svx", ".aif", ".aifc", ".aiff", ".au", ".avr", ".bwf", ".caf", ".fap", ".flac", ".htk", ".iff", ".ircam",
    ".mp2", ".mp3", ".mpga", ".nist", ".oga", ".ogg", ".opus", ".paf", ".pvf", ".rf64", ".sds", ".sf", ".snd", ".sph",
    ".svx", ".voc", ".w64", ".wav", ".wave", ".wve", ".xi",
)  # fmt: skip
IMAGE_SUFFIXES = (".apng", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg", ".png", ".webp")
TOKEN_SUFFIXES = (".jsonl", ".u16")


class DataError(ValueError):
    """What whoever runs a command can mend: a data set, file or option that is not as it has to be. Says which, and what
    was expected; the command line puts the command's name before it."""


@dataclass(frozen=True)
class Clip:
    path: Path
    targets: tuple[int, ...]
    """Indices into the data set's labels: one for multiclass, any number for multilabel."""
    split: str
    group: str = ""
    """Clips of one group share a source (recording, speaker) and must not be torn apart by a random split."""
    licence: str = ""
    index: int = -1
    """Which one of the file's, where a file holds many; -1: the file is the clip."""
    weight: float = 1.0
    """How often it is drawn in training, where that goes by weight."""

    @property
    def key(self) -> str:
        """What a random split keeps together."""
        return self.group or (str(self.path) if self.index < 0 else f"{self.path}#{self.index}")


@dataclass(frozen=True)
class DataSet:
    kind: str
    labels: tuple[str, ...]
    multilabel: bool
    clips: tuple[Clip, ...]

    def splits(self) -> list[str]:
        return sorted({c.split for c in self.clips})

    def split(self, names: str | Iterable[str]) -> tuple[Clip, ...]:
        """The clips of one or several splits ("fold-1,fold-2"); `all` is every clip."""
        if not self.clips:
            raise DataError(f"{self.kind}: the data set holds no clips")
        wanted = set(names.split(",") if isinstance(names, str) else names)
        if wanted == {"all"}:
            return self.clips
        if unknown := sorted(wanted - set(self.splits())):
            raise DataError(f"{self.kind} has no split {', '.join(unknown)}; expected {', '.join(self.splits())} or all")
        return tuple(c for c in self.clips if c.split in wanted)


def with_licences(clips: Iterable[Clip], allowed: Iterable[str]) -> tuple[Clip, ...]:
    """The clips whose licence is one of `allowed`, spelling aside ("CC BY" is "cc-by"); a clip without one is out."""

    def key(text: str) -> str:
        return text.strip().lower().replace(" ", "-").replace("_", "-")

    wanted = {key(a) for a in allowed}
    return tuple(c for c in clips if c.licence and key(c.licence) in wanted)


def read_text(path: Path) -> str:
    """A text file's contents, line ends as they are."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"{path}: no such file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise DataError(f"{path}, line {line}: not UTF-8; expected the file to be saved as that") from None


def read_table(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """The rows of a CSV that has at least these columns."""
    columns = list(columns)
    # Strict, or a quotation mark that is never closed would take all that follows for one cell.
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), strict=True)
    begun = 1
    try:
        lacking = [c for c in columns if c not in (reader.fieldnames or [])]
        if lacking:
            raise DataError(f"{path}: no column {', '.join(lacking)}")
        if doubled := [c for c in columns if reader.fieldnames.count(c) > 1]:
            raise DataError(f"{path}: the column {doubled[0]} is there twice")
        rows, begun = [], reader.line_num + 1
        for row in reader:
            rows.append(row)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {begun}: {error}; expected quotation marks in pairs") from None
    for number, row in enumerate(rows, start=2):
        if any(row[c] is None for c in columns):
            raise DataError(f"{path}, line {number}: too few columns")
    return rows


def inside(root: Path, name: str, place: str) -> Path:
    """`root/name`, refused when the name leaves `root`."""
    parts = Path(name).parts
    if not parts or Path(name).is_absolute() or ".." in parts:
        raise DataError(f"{place}: file name {name!r} leaves the data set")
    return root / name


def sound_files(folder: Path) -> list[Path]:
    return files_of(folder, SOUND_SUFFIXES)


def files_of(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    return sorted(p for p in shown_files(folder) if p.suffix.lower() in suffixes)


def shown_folders(folder: Path) -> list[Path]:
    """All but hidden ones, such as tools make for themselves."""
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def shown_files(folder: Path) -> list[Path]:
    """All but hidden files: macOS puts a `._x.wav`, which is no sound, beside each `x.wav` that it copies."""
    return [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")]


def tell_left_out(folder: Path, suffixes: tuple[str, ...]) -> None:
    """Says on standard error which files of a class are not taken, and what that leaves of it."""
    left = Counter(p.suffix.lower() or "no suffix" for p in shown_files(folder) if p.suffix.lower() not in suffixes)
    if not shown_files(folder) and not shown_folders(folder):
        print(f"{folder}: left out, for there is nothing in it", file=sys.stderr)
    if left:
        told = ", ".join(f"{count} {'file' if count == 1 else 'files'} with {name}" for name, count in sorted(left.items()))
        rest = "" if files_of(folder, suffixes) else ", which leaves nothing of this class"
        remedy = "; ffmpeg makes a WAV of most sounds" if suffixes == SOUND_SUFFIXES else ""
        print(f"{folder}: left out {told}{rest}{remedy}", file=sys.stderr)
    for inner in shown_folders(folder):
        if count := sum(1 for p in inner.rglob("*") if p.is_file() and p.suffix.lower() in suffixes and not p.name.startswith(".")):
            files = "1 file" if count == 1 else f"{count} files"
            print(f"{inner}: left out {files}; expected what is of a class right in its folder", file=sys.stderr)


def tell_loose(folder: Path, suffixes: tuple[str, ...]) -> None:
    """Says on standard error which files lie beside the folders of the classes, in none of them."""
    if loose := files_of(folder, suffixes):
        files = "1 file" if len(loose) == 1 else f"{len(loose)} files"
        print(f"{folder}: left out {files} in no class's folder, {loose[0].name} first", file=sys.stderr)
