"""Squares of pictures in packages; nothing here needs the network or a package."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from debian_copyright import COPYRIGHT
from PIL import Image

HERE = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from material import catalogue, pictures  # noqa: E402


def scene(width, height, seed=0):
    """Something to see at every size: patches of many sizes in many colours."""
    rng = np.random.default_rng(seed)
    coarse, fine = (Image.fromarray(rng.integers(0, 256, (s, s, 3), np.uint8)).resize((width, height)) for s in (4, 24))
    return Image.blend(coarse, fine, 0.4)


def test_squares_are_of_many_sizes_and_show_something():
    image = scene(700, 400)
    cut = pictures.squares(image, 40, 16, np.random.default_rng(1))
    assert len(cut) == 40 and {c.shape for c in cut} == {(16, 16, 3)} and min(c.std((0, 1)).max() for c in cut) >= pictures.FLAT
    assert len({c.tobytes() for c in cut}) == 40
    again = pictures.squares(image, 40, 16, np.random.default_rng(1))
    assert all(np.array_equal(a, b) for a, b in zip(cut, again))
    assert pictures.squares(Image.new("RGB", (300, 300), "red"), 10, 16, np.random.default_rng(1)) == []


def test_directions_of_a_surface_are_no_picture():
    directions = np.random.default_rng(0).normal((128, 128, 230), 25, (32, 32, 3)).clip(0, 255).astype(np.uint8)
    assert pictures.is_of_normals(directions)
    sky = np.random.default_rng(0).normal((90, 160, 230), 25, (32, 32, 3)).clip(0, 255).astype(np.uint8)
    assert not pictures.is_of_normals(sky) and not pictures.is_of_normals(np.asarray(scene(32, 32)))


@pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="dpkg-deb is not there")
def test_from_a_package_to_squares(tmp_path, capsys, monkeypatch):
    """A package made here: a free picture, one that is not, a small one, one that can hardly be seen, and no picture."""
    root, cache = tmp_path / "root", tmp_path / "cache"
    for folder in ("DEBIAN", "usr/share/doc/p", "usr/share/p/music", "usr/share/p/other"):
        (root / folder).mkdir(parents=True)
    (root / "DEBIAN/control").write_text("Package: p\nVersion: 1.2\nArchitecture: all\nMaintainer: n <n@n>\nDescription: d\n")
    (root / "usr/share/doc/p/copyright").write_text(COPYRIGHT.replace("music/*.ogg", "music/*"))
    scene(300, 200).save(root / "usr/share/p/music/free.png")
    scene(300, 200, 1).save(root / "usr/share/p/other/unfree.png")
    scene(90, 200).save(root / "usr/share/p/music/small.png")
    hidden = scene(200, 200)
    hidden.putalpha(20)
    hidden.save(root / "usr/share/p/music/hidden.png")
    (root / "usr/share/p/music/none.png").write_bytes(b"no picture")
    cache.mkdir()
    subprocess.run(["dpkg-deb", "-b", root, cache / "p_1.2_all.deb"], check=True, capture_output=True)
    table = tmp_path / "table.toml"
    table.write_text("""[[package]]\nname = "p"\nsource = ""\ninstalled = "usr/share/p/"\ntake = [{ cuts = 5, files = ["*.png"] }]\n""")
    out = tmp_path / "out"
    old = out / "pictures/p/old.png"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"")
    monkeypatch.setattr(sys, "argv", ["pictures", str(out), "--cache", str(cache), "--table", str(table), "--side", "20"])
    assert pictures.main() == 0
    said = capsys.readouterr()
    assert "1 of 5 pictures are not free" in said.out and "none.png" in said.err
    lines = (out / "pictures.csv").read_text().splitlines()
    assert len(lines) == 6 and all(",p,1.2,CC-BY-SA-3.0,usr/share/p/music/free.png," in line for line in lines[1:])
    files = [out / line.split(",")[0] for line in lines[1:]]
    assert sorted(files) == sorted((out / "pictures/p").iterdir())
    assert all(Image.open(file).size == (20, 20) for file in files)
    assert "CC-BY-SA-3.0: 2002 B. Somebody; 2003 C. Other (5 files)" in (out / "pictures/CREDITS.txt").read_text()
    # Sounds that were collected to the same place keep their credits.
    row = dict.fromkeys(catalogue.COLUMNS, "") | {"package": "s", "version": "2", "licence": "CC-BY-4.0", "holders": "S."}
    catalogue.replace(out, "s", [row])
    assert pictures.main() == 0 and "CC-BY-4.0: S." in (out / "CREDITS.txt").read_text()
    # What can't be had leaves what was had.
    before = {file: file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}
    (cache / "p_1.2_all.deb").write_bytes(b"!<arch>\n")
    capsys.readouterr()
    assert pictures.main() == 1 and capsys.readouterr().err.count("pictures: p") == 1
    assert {file: file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()} == before


def test_what_lies_under_holes_is_black_and_what_is_not_read_is_said(tmp_path, capsys):
    image = scene(128, 128)
    holes = np.zeros((128, 128), np.uint8)
    holes[:, 40:] = 255
    image.putalpha(Image.fromarray(holes))
    image.save(tmp_path / "holes.png")
    seen = np.asarray(pictures.opened(tmp_path / "holes.png"))
    assert not seen[:, :40].any() and np.array_equal(seen[:, 40:], np.asarray(image.convert("RGB"))[:, 40:])
    Image.fromarray(np.arange(128 * 128, dtype=np.uint16).reshape(128, 128)).save(tmp_path / "deep.png")
    assert pictures.opened(tmp_path / "deep.png") is None and "deep.png" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "No such file or directory"), ("x = ", "Invalid value"), ("x = 1", "expected [[package]]"),
        ("[[package]]\nname = 'p'\ntake = []", "package 'p': expected installed, source"),
        ("[[package]]\nname = 'p'\nsource = ''\ninstalled = ''\ntake = [{ cuts = 0, files = [] }]", "cuts, a whole number above 0"),
    ],
)  # fmt: skip
def test_a_table_that_says_too_little(tmp_path, capsys, monkeypatch, text, message):
    if text is not None:
        (tmp_path / "t.toml").write_text(text)
    monkeypatch.setattr(sys, "argv", ["pictures", str(tmp_path / "out"), "--table", str(tmp_path / "t.toml")])
    assert pictures.main() == 1
    line = capsys.readouterr().err
    assert line.startswith(f"pictures: {tmp_path / 't.toml'}: ") and message in line and line.count("\n") == 1
