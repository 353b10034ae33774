"""Of tools in Python that take no options: as usage.sh of those in shell."""

import sys


def operands(most: int) -> list[str]:
    """The words that the tool was given, so many at most. --help prints what stands at its head; all else ends it with 64."""
    tool, *words = sys.argv
    if words and words[0] in ("-h", "--help"):
        print((sys.modules["__main__"].__doc__ or "").strip())
        sys.exit()
    wrong = [f"unknown option {word}" for word in words if word.startswith("-")]
    wrong += [f"{len(words)} arguments; expected {most} at most"] if len(words) > most else []
    if wrong:
        print(f"{tool}: {wrong[0]}; see {tool} --help", file=sys.stderr)
        sys.exit(64)
    return words
