"""What is trained on is what `tacit` hears and sees: the same files, the same samples."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from tacit_train import library
from tacit_train.audio import Recordings, load
from tacit_train.images import open_image
from tacit_train.readers import DataError, open_data_set
from tacit_train.readers.base import Clip

ROOT = Path(__file__).resolve().parents[3]
TACIT = ROOT / ".build" / "release" / "tacit"
MODEL = ROOT / "models" / "sound.gguf"

# Suffix, libsndfile's format and subtype, and how far its samples may be from the original's.
FORMATS = [
    ("wav", "WAV", "PCM_U8", 0.01),
    ("wav", "WAV", "PCM_16", 4e-5),
    ("wav", "WAV", "PCM_24", 1e-6),
    ("wav", "WAV", "PCM_32", 1e-6),
    ("wav", "WAV", "FLOAT", 0),
    ("wav", "WAV", "DOUBLE", 0),
    ("wav", "WAV", "ULAW", 0.03),
    ("wav", "WAV", "ALAW", 0.03),
    ("wav", "WAV", "IMA_ADPCM", 0.3),
    ("wav", "WAVEX", "PCM_16", 4e-5),
    ("rf64", "RF64", "PCM_16", 4e-5),
    ("w64", "W64", "PCM_24", 1e-6),
    ("aiff", "AIFF", "PCM_16", 4e-5),
    ("au", "AU", "PCM_16", 4e-5),
    ("caf", "CAF", "PCM_16", 4e-5),
    ("flac", "FLAC", "PCM_16", 4e-5),
    ("flac", "FLAC", "PCM_24", 1e-6),
    ("ogg", "OGG", "VORBIS", 0.2),
    ("opus", "OGG", "OPUS", 0.2),
    ("mp3", "MP3", "MPEG_LAYER_III", 0.2),
]


def wave(seconds=6.0, rate=16000, channels=1) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    sweep = 0.4 * np.sin(2 * np.pi * (200 * t + 150 * t * t)) + 0.02 * np.random.default_rng(1).standard_normal(len(t))
    return np.stack([sweep * (1 - 0.3 * c) for c in range(channels)], 1).astype(np.float32)


def write(path: Path, form: str, subtype: str, rate=16000, channels=1) -> np.ndarray:
    samples = wave(rate=rate, channels=channels)
    soundfile.write(path, samples, rate, format=form, subtype=subtype)
    return samples


@pytest.mark.parametrize("suffix, form, subtype, tolerance", FORMATS)
def test_every_format_has_its_samples(tmp_path, suffix, form, subtype, tolerance):
    path = tmp_path / f"sound.{suffix}"
    samples = write(path, form, subtype)[:, 0]
    found = load(path, 48000 if subtype == "OPUS" else 16000)
    if subtype == "OPUS":
        found = found[::3]
    # ADPCM comes in whole blocks.
    assert found.dtype == np.float32 and abs(len(found) - len(samples)) <= (1024 if "ADPCM" in subtype else 1)
    assert np.abs(found[: len(samples)] - samples[: len(found)]).max() <= tolerance
    assert open_data_set(f"folder:{folder_of(tmp_path, path)}").clips[0].path.suffix == path.suffix


def folder_of(root: Path, path: Path) -> Path:
    place = root / "set" / "a"
    place.mkdir(parents=True)
    (place / path.name).write_bytes(path.read_bytes())
    return place.parent


@pytest.mark.skipif(not TACIT.exists() or not MODEL.exists(), reason="wants a release build and the models")
@pytest.mark.parametrize("rate, channels", [(16000, 1), (44100, 2)])
@pytest.mark.parametrize("suffix, form, subtype, tolerance", FORMATS)
def test_scores_are_those_of_the_file(tmp_path, suffix, form, subtype, tolerance, rate, channels):
    path = tmp_path / f"sound.{suffix}"
    write(path, form, subtype, 48000 if subtype == "OPUS" else rate, channels)
    samples = tmp_path / "samples.wav"
    soundfile.write(samples, load(path, 16000), 16000, subtype="FLOAT")
    command = [TACIT, "classify", MODEL, path, samples, "--json", "--logits"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    file, trained_on = (json.loads(line)["logits"] for line in lines)
    assert file == trained_on


def test_joined_and_damaged_files_are_read_as_far_as_they_go(tmp_path):
    write(tmp_path / "a.flac", "FLAC", "PCM_16")
    whole = (tmp_path / "a.flac").read_bytes()
    once = load(tmp_path / "a.flac", 16000)
    (tmp_path / "b.flac").write_bytes(whole + whole)
    assert np.array_equal(load(tmp_path / "b.flac", 16000), np.concatenate([once, once]))
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 255
    (tmp_path / "c.flac").write_bytes(damaged)
    # A frame of silence, and all else as it was.
    rest = load(tmp_path / "c.flac", 16000)
    assert len(rest) == len(once) and np.count_nonzero(rest != once) <= 4608


def test_what_cannot_be_decoded_is_an_error_and_is_not_left_out(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"no sound at all")
    with pytest.raises(DataError, match="a.wav: no sound of a format"):
        Recordings([Clip(tmp_path / "a.wav", (0,), "train")], 16000)
    with pytest.raises(DataError, match="a.png"):
        (tmp_path / "a.png").write_bytes(b"no picture")
        open_image(tmp_path / "a.png")


def test_files_that_are_left_out_are_told(tmp_path, capsys):
    for name in ("dog/x.wav", "dog/y.m4a", "rooster/z.m4a", "dog/._x.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"-")
    data = open_data_set(f"folder:{tmp_path}")
    assert [c.path.name for c in data.clips] == ["x.wav"]
    told = capsys.readouterr().err
    assert "dog: left out 1 file with .m4a" in told and "rooster: left out 1 file with .m4a, which leaves nothing" in told


@pytest.mark.parametrize("mode, name", [("RGB", "a.png"), ("L", "a.png"), ("LA", "a.png"), ("RGBA", "a.png"), ("P", "a.png"), ("I;16", "a.png"), ("1", "a.png"), ("RGB", "a.jpg"), ("L", "a.jpg"), ("RGB", "a.webp"), ("RGBA", "a.webp"), ("RGB", "lossy.webp"), ("P", "a.gif")])
def test_pictures_have_pillows_pixels(tmp_path, mode, name):
    rng = np.random.default_rng(2)
    smooth = np.asarray(Image.fromarray(rng.integers(0, 256, (5, 6, 4), np.uint8)).resize((37, 23)))
    image = Image.fromarray(smooth, "RGBA")
    expected = Image.composite(image.convert("RGB"), Image.new("RGB", image.size), image.getchannel("A"))
    if mode in ("RGB", "L", "1"):
        image = expected = image.convert("RGB").convert(mode)
    elif mode == "P":
        image = image.convert("RGB").quantize(17)
        expected = image.convert("RGB")
    elif mode == "LA":
        image = image.convert("LA")
        grey, alpha = (np.asarray(image)[..., c].astype(int) for c in (0, 1))
        expected = Image.fromarray(((grey * alpha + 127) // 255).astype(np.uint8))
    elif mode == "I;16":
        grey = np.asarray(image.convert("L")).astype(np.uint16)
        image, expected = Image.fromarray(grey * 257), Image.fromarray(grey.astype(np.uint8))
    options = {"a.jpg": {"quality": 90}, "a.webp": {"lossless": True, "exact": True}, "lossy.webp": {"quality": 80}}
    image.save(tmp_path / name, **options.get(name, {}))
    if name in ("a.jpg", "lossy.webp"):
        expected = Image.open(tmp_path / name)
    found = np.asarray(open_image(tmp_path / name)).astype(int)
    wanted = np.asarray(expected.convert("L") if mode == "1" else expected).astype(int)
    assert found.shape == wanted.shape and np.abs(found - wanted).max() <= (1 if "A" in mode else 0)


def test_without_a_library_the_command_that_builds_it_is_named(tmp_path):
    text = (
        "import sys; sys.path[:0] = sys.argv[1:2]\n"
        "from pathlib import Path\n"
        "from tacit_train import audio\n"
        "try: audio.load(Path('x.wav'), 16000)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    command = [sys.executable, "-c", text, str(Path(library.__file__).parents[1])]
    environment = {"TACIT_LIBRARY": str(tmp_path / "none.so"), "PATH": "/usr/bin:/bin"}
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert told.startswith("DataError") and "run tools/build-library first" in told and told.count("\n") == 1
