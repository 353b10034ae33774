"""Debian packages: downloaded by apt-get, read without installing them."""

from __future__ import annotations

import fnmatch
import io
import os
import re
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path


class PackageError(Exception):
    """A package could not be had or does not hold what was expected."""


def archive_of(package: str, cache: Path) -> Path:
    """The package's .deb in the cache folder, downloaded if it is not there."""
    cache.mkdir(parents=True, exist_ok=True)
    for attempt in range(2):
        found = sorted(cache.glob(f"{package}_*.deb"))
        if found:
            return found[-1]
        if attempt == 0:
            # What is cut off in the midst of a download must not be taken for the package.
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                done = subprocess.run(["apt-get", "download", package], cwd=folder, capture_output=True, text=True)
                if done.returncode != 0:
                    raise PackageError(f"{package}: apt-get download failed: {''.join(done.stderr.strip().splitlines()[-1:])}")
                for file in Path(folder).glob("*.deb"):
                    os.replace(file, cache / file.name)
    raise PackageError(f"{package}: apt-get download left no .deb in {cache}")


def version_of(deb: Path) -> str:
    done = subprocess.run(["dpkg-deb", "-f", deb, "Version"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def matches(path: str, patterns: list[str], excluded: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns) and not any(
        fnmatch.fnmatchcase(path, pattern) for pattern in excluded
    )


def extract(deb: Path, package: str, rows: list[dict], folder: Path) -> tuple[str, list[str]]:
    """Writes the files that any row wants below `folder`; gives the copyright text and the files' paths.

    Only regular files are read. Where a row names a zip archive inside the package, its members count as files below
    the archive's own path.
    """
    patterns = [pattern for row in rows for pattern in row["files"]]
    archives = {row["archive"] for row in rows if "archive" in row}
    notice = re.compile(rf"usr/share/doc/{re.escape(package)}/copyright")
    text, files = "", []
    process = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE)
    try:
        with process.stdout, tarfile.open(fileobj=process.stdout, mode="r|") as tar:
            for member in tar:
                path = member.name.removeprefix("./")
                if not member.isreg():
                    continue
                if notice.fullmatch(path):
                    text = tar.extractfile(member).read().decode("utf-8", "replace")
                elif path in archives:
                    files += unzip(tar.extractfile(member).read(), path, patterns, folder)
                elif matches(path, patterns, []):
                    files.append(write(folder, path, tar.extractfile(member).read()))
    except (tarfile.TarError, zipfile.BadZipFile) as error:
        raise PackageError(f"{package}: its .deb in {deb.parent} is damaged ({error}); remove it to have it anew") from None
    if process.wait() != 0:
        raise PackageError(f"{deb}: dpkg-deb could not read it")
    if not text:
        raise PackageError(f"{package}: no usr/share/doc/{package}/copyright in {deb.name}")
    return text, sorted(files)


def unzip(content: bytes, prefix: str, patterns: list[str], folder: Path) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [
            write(folder, f"{prefix}/{name}", archive.read(name))
            for name in archive.namelist()
            if matches(f"{prefix}/{name}", patterns, [])
        ]


def write(folder: Path, path: str, content: bytes) -> str:
    target = (folder / path).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise PackageError(f"{path}: leads out of the folder it is unpacked to")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return path
