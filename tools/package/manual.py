"""Manual pages of an executable and its commands, of what its help says.

    python3 tools/package/manual.py EXECUTABLE FOLDER --version TEXT --date SECONDS

Writes FOLDER/NAME.1, and FOLDER/NAME-COMMAND.1 for each command. What commands and options there are is read from the argument
parser's `--experimental-dump-help`, and how a command is called from its `--help`, which alone has that.
"""

import argparse
import json
import re
import subprocess
import time
from pathlib import Path


def escaped(text: str) -> str:
    """Text for troff: no backslash, no minus and no first character of a line that it would take for its own."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha").replace("`", "\\(ga")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def paragraphs(text: str) -> str:
    return "\n.PP\n".join(escaped(part) for part in text.split("\n\n"))


def usages(help_text: str) -> list[str]:
    """The ways to call a command: the block behind USAGE, of which each way begins with the program's name."""
    block = re.search(r"^USAGE: (.*?)(?:\n\n|\Z)", help_text, re.M | re.S)
    if not block:
        return []
    lines = [line.strip() for line in block[1].splitlines()]
    program = lines[0].split()[0]
    ways: list[str] = []
    for line in lines:
        if line.split()[:1] == [program]:
            ways.append(line)
        elif line:
            ways[-1] += " " + line
    return ways


def name_of(argument: dict) -> str:
    """An option with its value, or a positional argument, as the help writes it."""
    value = f"\\fI{escaped(argument.get('valueName', ''))}\\fR"
    if argument["kind"] == "positional":
        return value
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    names = [f"\\fB{escaped(dashes[name['kind']] + name['name'])}\\fR" for name in argument["names"]]
    return ", ".join(names) + (f" {value}" if argument["kind"] == "option" else "")


def details(argument: dict) -> str:
    parts = [argument.get("abstract", "").strip(), argument.get("discussion", "").strip()]
    text = " ".join(part for part in parts if part)
    notes = []
    if argument.get("allValues"):
        notes.append("values: " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue"):
        notes.append("default: " + argument["defaultValue"])
    return escaped(text + (f" ({'; '.join(notes)})" if notes else ""))


def sections(arguments: list[dict]) -> str:
    """Arguments first, then options with a heading of their own, then the others, as the help has them."""
    grouped: dict[str, list[dict]] = {}
    for argument in arguments:
        if argument["shouldDisplay"]:
            title = "Arguments" if argument["kind"] == "positional" else argument.get("sectionTitle") or "Options"
            grouped.setdefault(title, []).append(argument)
    titles = sorted(grouped, key=lambda title: (title != "Arguments", title == "Options"))
    out = []
    for title in titles:
        out.append(f".SH {escaped(title.upper())}")
        for argument in grouped[title]:
            out.append(f".TP\n{name_of(argument)}\n{details(argument)}")
    return "\n".join(out)


def page(command: dict, help_text: str, others: list[str], version: str, date: str) -> str:
    """One page. `others` are the names of the pages to see as well."""
    name = " ".join([*command.get("superCommands", []), command["commandName"]])
    title = name.replace(" ", "-")
    brief = command.get("abstract", "").rstrip(".")
    out = [
        f'.TH "{title.upper()}" 1 "{date}" "{name.split()[0]} {version}" "User Commands"',
        ".SH NAME",
        f"{escaped(title)} \\- {escaped(brief[:1].lower() + brief[1:])}",
        ".SH SYNOPSIS",
        "\n.br\n".join(escaped(way) for way in usages(help_text)),
    ]
    if command.get("discussion"):
        out += [".SH DESCRIPTION", paragraphs(command["discussion"])]
    shown = [sub for sub in command.get("subcommands", []) if sub["shouldDisplay"] and sub["commandName"] != "help"]
    if shown:
        out.append(".SH COMMANDS")
        for sub in shown:
            out.append(f".TP\n\\fB{escaped(title)}\\-{escaped(sub['commandName'])}\\fR(1)\n{escaped(sub['abstract'])}")
    out.append(sections(command.get("arguments", [])))
    if others:
        out += [".SH SEE ALSO", ",\n".join(f"\\fB{escaped(other)}\\fR(1)" for other in others)]
    return "\n".join(part for part in out if part) + "\n"


def pages(executable: Path, version: str, date: str, words: tuple[str, ...] = ()) -> dict[str, str]:
    """Pages by name. `words` begin a command that the executable's own list of commands doesn't have."""

    def ask(*arguments: str) -> str:
        return subprocess.run(
            [executable, *words, *arguments], check=True, capture_output=True, text=True
        ).stdout

    command = json.loads(ask("--experimental-dump-help"))["command"]
    subs = [sub for sub in command.get("subcommands", []) if sub["shouldDisplay"] and sub["commandName"] != "help"]
    main = " ".join([*command.get("superCommands", []), command["commandName"]]).replace(" ", "-")
    others = [f"{main}-{sub['commandName']}" for sub in subs]
    found = {main: page(command, ask("--help"), others, version, date)}
    for sub, name in zip(subs, others):
        found[name] = page(sub, ask(sub["commandName"], "--help"), [main], version, date)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("executable", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--version", required=True, help="what the pages say of the version")
    parser.add_argument("--date", type=int, required=True, help="seconds since 1970")
    parser.add_argument("--command", action="append", default=[], help="a command that no list has, as `compare`")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    date = time.strftime("%Y-%m-%d", time.gmtime(arguments.date))
    executable = arguments.executable.resolve()
    for words in [(), *((word,) for word in arguments.command)]:
        for name, text in pages(executable, arguments.version, date, words).items():
            (arguments.folder / f"{name}.1").write_text(text)


if __name__ == "__main__":
    main()
