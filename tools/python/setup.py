"""Puts libtacit.so into the package: the one that is built already, or one that is built now."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]


def library() -> Path | None:
    """The shared library; None where there is none and no Swift to build it with: then it is looked for at run time."""
    if given := os.environ.get("TACIT_LIBRARY"):
        return Path(given)
    built = ROOT / ".build/library/lib/libtacit.so"
    builder = ROOT / "tools/build-library"
    if shutil.which("swift") and builder.exists():
        # Nothing is compiled again where nothing has changed.
        subprocess.run([builder], check=True)
    return built if built.exists() else None


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        if found := library():
            target = Path(self.build_lib) / "tacit/libtacit.so"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)


class WheelForThisMachine(bdist_wheel):
    """For any Python, but for this kind of machine only."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelForThisMachine})
