"""`credits`: the attribution lines of the ESC-50 clips that a model was trained on, from the set's LICENSE file."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from .files import check_file, whole_file
from .readers import open_data_set, with_licences
from .readers.base import read_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", required=True, help="esc-50:PATH")
    parser.add_argument("--license-file", type=Path, required=True, help="LICENSE or LICENSE.txt of ESC-50")
    parser.add_argument("--split", required=True)
    parser.add_argument("--licences", required=True, help="commas between")
    parser.add_argument("--out", type=Path, required=True)


def credit_lines(text: str, names: set[str]) -> list[str]:
    """The lines `- [CLIP]: clip derived from TITLE (ADDRESS) by AUTHOR [LICENCE]` of these clips, suffix aside."""
    found = {}
    for line in text.splitlines():
        if match := re.match(r"- \[([^\]]+)\]: (.+)$", line):
            stem = Path(match[1]).stem
            if stem in names:
                found[stem] = f"- {stem}: {match[2]}"
    if lacking := sorted(names - set(found)):
        raise SystemExit(f"no credit for {len(lacking)} clips, {lacking[0]} first")
    return [found[name] for name in sorted(found)]


def main(args: argparse.Namespace) -> None:
    check_file("--license-file", args.license_file)
    clips = with_licences(open_data_set(args.data).split(args.split), args.licences.split(","))
    # The licence file names clips without the class number that file names end in (1-100032-A for 1-100032-A-0).
    names = {c.path.stem.rsplit("-", 1)[0] for c in clips}
    lines = credit_lines(read_text(args.license_file), names)
    head = f"# Clips of ESC-50 that the sound model was trained on\n\n{len(lines)} clips of {args.split}.\n\n"
    with whole_file(args.out) as file:
        file.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} credits")
