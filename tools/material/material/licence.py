"""What a package's debian/copyright says of one file, and whether that is free enough to train on and to pass on."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass

# One licence's short name as Debian writes it: everything else (GPL, GFDL, NC, ND, Sampling+) is refused.
FREE = re.compile(
    r"(CC0(-1\.0)?"
    r"|CC-(BY|BY-SA|SA-BY)(-[1-4](\.[05])?)?\+?(-AU)?"
    r"|public-domain|PD"
    r"|MIT|Expat|X11|ISC|zlib|BSL-1\.0|BSD(-[234](-clause)?)?)",
    re.IGNORECASE,
)


class LicenceError(Exception):
    """A copyright file does not say what was expected of it."""


@dataclass(frozen=True)
class Terms:
    """Licence (short name) and holders of one file."""

    licence: str
    holders: str


@dataclass(frozen=True)
class Stanza:
    patterns: tuple[str, ...]
    terms: Terms


def is_free(expression: str) -> bool:
    """Whether a licence expression ("A or B", "A and B") allows use under a free licence other than the GPL's."""
    alternatives = re.split(r"\s+or\s+|\s*\|\s*", expression.strip())
    return any(
        parts and all(FREE.fullmatch(part.strip()) for part in parts)
        for parts in (re.split(r"\s+and\s+", alternative) for alternative in alternatives)
    )


def stanzas(text: str) -> list[Stanza]:
    """The file stanzas of a machine-readable copyright file (DEP-5), in order; none if it is free text."""
    found = []
    for paragraph in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        fields = {}
        name = None
        for line in paragraph.split("\n"):
            head = re.match(r"([A-Za-z][A-Za-z-]*):[ \t]*(.*)", line)
            if head:
                name = head[1].lower()
                fields.setdefault(name, [])
                fields[name].append(head[2])
            elif name and line[:1] in " \t":
                fields[name].append(line.strip())
        if "files" in fields and fields.get("license"):
            holders = "; ".join(part for part in fields.get("copyright", []) if part)
            terms = Terms(fields["license"][0].strip(), re.sub(r"\s+", " ", holders))
            found.append(Stanza(tuple(" ".join(fields["files"]).split()), terms))
    return found


def terms_of(path: str, found: list[Stanza]) -> Terms | None:
    """The last stanza that matches a path of the source; "*" matches slashes, too, as the format defines."""
    for stanza in reversed(found):
        if any(fnmatch.fnmatchcase(path, pattern.removeprefix("./")) for pattern in stanza.patterns):
            return stanza.terms
    return None
