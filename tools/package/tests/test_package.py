"""What of the packages can be held to something in seconds: the scripts of dpkg, by dpkg itself in a folder, and the pages."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RELEASE = ROOT / ".build/release"
PACKAGE = ROOT / "tools/package"

spec = importlib.util.spec_from_file_location("tacit_manual", PACKAGE / "manual.py")
manual = importlib.util.module_from_spec(spec)
spec.loader.exec_module(manual)


class Machine:
    """A dpkg of its own in a folder, and packages with made-up models and the package's own scripts."""

    def __init__(self, folder: Path):
        self.root = folder / "root"
        self.folder = folder
        (self.root / "var/lib/dpkg/info").mkdir(parents=True)
        (self.root / "var/lib/dpkg/updates").mkdir()
        (self.root / "var/lib/dpkg/status").touch()
        self.models = self.root / "usr/share/tacit"

    def dpkg(self, *arguments: object) -> None:
        done = subprocess.run(
            ["dpkg", f"--root={self.root}", f"--log={self.folder}/log", "--force-not-root", "--force-script-chrootless",
             "--force-depends", *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def package(self, version: str, models: dict[str, str]) -> Path:
        tree = self.folder / f"tree-{version}"
        share = tree / "usr/share/tacit"
        share.mkdir(parents=True)
        (tree / "DEBIAN").mkdir()
        for name, digest in models.items():
            (share / name).write_text(f"weights {digest}")
        (share / "models.list").write_text("".join(f"{digest} {name}\n" for name, digest in models.items()))
        (tree / "DEBIAN/control").write_text(
            f"Package: tacit\nVersion: {version}\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: models\n")
        for script in ("preinst", "postinst", "postrm"):
            shutil.copy(PACKAGE / f"debian/tacit.{script}", tree / "DEBIAN" / script)
            (tree / "DEBIAN" / script).chmod(0o755)
        out = self.folder / f"tacit-{version}.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", tree, out], check=True)
        return out

    def install(self, version: str, models: dict[str, str]) -> None:
        self.dpkg("-i", self.package(version, models))

    def kept(self) -> dict[str, str]:
        return {str(path.relative_to(self.models / "kept")): path.read_text() for path in self.models.glob("kept/*/*")}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not shutil.which("dpkg"):
        pytest.skip("there is no dpkg")
    return Machine(tmp_path)


def test_a_replaced_model_is_kept_under_its_digest(machine: Machine) -> None:
    machine.install("1", {"sound.gguf": "aa", "image.gguf": "bb"})
    assert machine.kept() == {}
    machine.install("2", {"sound.gguf": "cc", "image.gguf": "bb"})
    assert machine.kept() == {"aa/sound.gguf": "weights aa"}
    assert (machine.models / "sound.gguf").read_text() == "weights cc"
    # One after the other, each stays.
    machine.install("3", {"sound.gguf": "dd", "image.gguf": "ee"})
    assert machine.kept() == {f"{d}/{n}.gguf": f"weights {d}" for d, n in (("aa", "sound"), ("cc", "sound"), ("bb", "image"))}


def test_a_model_that_comes_back_is_no_longer_kept(machine: Machine) -> None:
    machine.install("1", {"sound.gguf": "aa"})
    machine.install("2", {"sound.gguf": "bb"})
    machine.install("3", {"sound.gguf": "aa"})
    assert machine.kept() == {"bb/sound.gguf": "weights bb"}
    # A model that a package has no more is kept as well.
    machine.install("4", {"image.gguf": "cc"})
    assert machine.kept() == {"aa/sound.gguf": "weights aa", "bb/sound.gguf": "weights bb"}
    assert not (machine.models / "sound.gguf").exists()


def test_a_model_that_was_deleted_keeps_nobody_from_upgrading(machine: Machine) -> None:
    machine.install("1", {"sound.gguf": "aa", "image.gguf": "bb"})
    (machine.models / "sound.gguf").unlink()
    machine.install("2", {"sound.gguf": "cc", "image.gguf": "dd"})
    assert machine.kept() == {"bb/image.gguf": "weights bb"}


@pytest.mark.parametrize("how", ["-r", "-P"])
def test_removal_leaves_what_the_user_made(machine: Machine, how: str) -> None:
    machine.install("1", {"sound.gguf": "aa"})
    machine.install("2", {"sound.gguf": "bb"})
    mine = machine.root / "var/lib/tacit/my.labels"
    mine.parent.mkdir(parents=True)
    mine.touch()
    machine.dpkg(how, "tacit")
    assert not machine.models.exists()
    assert mine.exists()
    mine.unlink()
    machine.dpkg("-P", "tacit")
    assert mine.parent.exists() == (how == "-P")


def test_ways_to_call_are_those_of_the_help() -> None:
    text = "OVERVIEW: x\n\nUSAGE: tool a [B]\n          [C]\n       tool a --d\n\nOPTIONS:\n  -h\n"
    assert manual.usages(text) == ["tool a [B] [C]", "tool a --d"]
    assert manual.usages("USAGE: tool") == ["tool"]
    assert manual.usages("nothing") == []


def test_headings_stand_in_the_order_of_the_help() -> None:
    flags = [("quiet", None), ("to", "Output"), ("hop", "Labels")]
    options = [
        {"kind": "flag", "shouldDisplay": True, "sectionTitle": title, "names": [{"kind": "long", "name": name}]}
        for name, title in flags
    ]
    model = {"kind": "positional", "shouldDisplay": True, "valueName": "MODEL"}
    text = manual.sections([*options, model])
    assert [line for line in text.splitlines() if line.startswith(".SH")] == [
        ".SH ARGUMENTS", ".SH OUTPUT", ".SH LABELS", ".SH OPTIONS"]


def test_text_is_safe_for_troff() -> None:
    assert manual.escaped(".x\n'y\n--to a\\b") == "\\&.x\n\\&'y\n\\-\\-to a\\eb"


@pytest.mark.parametrize("program", ["tacit", "tacit-convert"])
def test_every_command_has_a_page_that_troff_likes(program: str, tmp_path: Path) -> None:
    executable = RELEASE / program
    if not executable.exists():
        pytest.skip(f"no {executable}")
    pages = manual.pages(executable, "1.0", "2026-01-01")
    listed = subprocess.run([executable, "--help"], check=True, capture_output=True, text=True).stdout
    commands = listed.partition("SUBCOMMANDS:")[2]
    for line in commands.splitlines():
        if line.startswith("  ") and line[2:3].islower() and line.split()[0] != "help":
            assert f"{program}-{line.split()[0]}" in pages
    for name, text in pages.items():
        assert text.startswith(".TH ") and "\n.SH SYNOPSIS\n" + program.replace("-", "\\-") in text
        # Each option of the help is on the page.
        words = name.removeprefix(program).split("-")[1:]
        help_text = subprocess.run([executable, *words, "--help"], check=True, capture_output=True, text=True).stdout
        for line in help_text.splitlines():
            if line.startswith("  -"):
                assert manual.escaped(line.split()[0].rstrip(",")) in text, (name, line)
        if shutil.which("man"):
            path = tmp_path / f"{name}.1"
            path.write_text(text)
            done = subprocess.run(
                ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path], capture_output=True, text=True)
            assert done.stderr == "" and done.returncode == 0, done.stderr
