"""Images: readers in the published layouts, decoding, patches, augmentation, and training from end to end."""

import csv
import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from test_adapt import run

from tacit_train import adapt, evaluate
from tacit_train.augment_images import ImageAugmentation, ImageExamples, rectangle, varied
from tacit_train.frontend import make_front_end
from tacit_train.images import Images, fit, native_size, open_image, pixels_of
from tacit_train.inputs import ImageInput, input_from_json
from tacit_train.readers import DataError, open_data_set
from tacit_train.readers.fashion_mnist import LABELS


def write_idx(path: Path, array: np.ndarray, packed: bool = False) -> None:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    data = header + array.astype(np.uint8).tobytes()
    if packed:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(data))
    else:
        path.write_bytes(data)


@pytest.fixture
def fashion(tmp_path):
    rng = np.random.default_rng(0)
    for prefix, count, packed in [("train", 6, True), ("t10k", 4, False)]:
        write_idx(tmp_path / f"{prefix}-images-idx3-ubyte", rng.integers(0, 256, (count, 28, 28)), packed)
        write_idx(tmp_path / f"{prefix}-labels-idx1-ubyte", np.arange(count) + 3, packed)
    return tmp_path


def test_fashion_mnist_gzipped_or_not(fashion, tmp_path):
    data = open_data_set(f"fashion-mnist:{fashion}")
    assert data.labels == LABELS and len(LABELS) == 10 and data.splits() == ["test", "train"]
    train = data.split("train")
    assert [c.targets for c in train] == [(3,), (4,), (5,), (6,), (7,), (8,)]
    assert len({c.key for c in data.clips}) == 10
    assert native_size(train[0]) == (28, 28, 1)
    d = ImageInput(28, 28, 1, 7, 7, (0,), (1,))
    drawn = np.random.default_rng(0).integers(0, 256, (6, 28, 28))
    plain, cached, again = (Images(train, d, cache) for cache in (None, tmp_path / "c", tmp_path / "c"))
    for images in (plain, cached, again):
        assert images.pixels.dtype == np.uint8 and np.array_equal(images.pixels[..., 0], drawn)
    # A clip of another split is another cache.
    assert len(Images(data.split("test"), d, tmp_path / "c")) == 4
    for path in (tmp_path / "c").iterdir():
        path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="c/.*npy: damaged; remove it"):
        Images(train, d, tmp_path / "c")
    for path in (tmp_path / "c").iterdir():
        np.save(path, drawn[:5])
    with pytest.raises(DataError, match="c/.*npy: damaged; remove it"):
        Images(train, d, tmp_path / "c")


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda f: (f / "t10k-images-idx3-ubyte").unlink(), "no such file"),
        (lambda f: write_idx(f / "t10k-labels-idx1-ubyte", np.arange(3)), "4 images for 3 labels"),
        (lambda f: write_idx(f / "t10k-labels-idx1-ubyte", np.arange(4) + 7), "label 10"),
        (lambda f: (f / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0"), "not an idx file"),
        (lambda f: (f / "t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x09ab"), "expected 9"),
        (lambda f: (f / "train-labels-idx1-ubyte.gz").write_bytes(b"\x1f\x8b\x08"), "train-labels"),
    ],
)
def test_broken_idx_files(fashion, change, message):
    change(fashion)
    with pytest.raises(DataError, match=message):
        open_data_set(f"fashion-mnist:{fashion}")


def write_batches(folder: Path) -> np.ndarray:
    """Pixels [60, 32, 32, 3] as the batches hold them, 10 a file."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (60, 32, 32, 3), dtype=np.uint8)
    for n, name in enumerate([*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]):
        part = pixels[10 * n : 10 * n + 10]
        (folder / name).write_bytes(b"".join(bytes([i]) + p.transpose(2, 0, 1).tobytes() for i, p in enumerate(part)))
    return pixels


def test_cifar_batches(tmp_path):
    pixels = write_batches(tmp_path / "cifar-10-batches-bin")
    data = open_data_set(f"cifar-10:{tmp_path}")
    assert data.labels[0] == "airplane" and data.labels[9] == "truck"
    assert len(data.split("train")) == 50 and [c.targets[0] for c in data.split("test")] == list(range(10))
    d = ImageInput(32, 32, 3, 8, 8, (0,) * 3, (1,) * 3)
    assert native_size(data.clips[0]) == (32, 32, 3)
    assert np.array_equal(Images(data.clips, d).pixels, pixels)
    bad = tmp_path / "cifar-10-batches-bin" / "data_batch_2.bin"
    bad.write_bytes(bad.read_bytes()[:-1])
    with pytest.raises(DataError, match="data_batch_2.bin: 30729 bytes"):
        open_data_set(f"cifar-10:{tmp_path}")
    bad.write_bytes(b"\x0a" + bytes(3072))
    with pytest.raises(DataError, match="record 0: label 10"):
        open_data_set(f"cifar-10:{tmp_path}")


def test_cifar_folders(tmp_path):
    from tacit_train.readers.cifar10 import LABELS as NAMES

    for split in ("train", "test"):
        for i, name in enumerate(NAMES):
            (tmp_path / split / name).mkdir(parents=True)
            Image.new("RGB", (32, 32), (20 * i, 9, 9)).save(tmp_path / split / name / "0.jpg")
    data = open_data_set(f"cifar-10:{tmp_path}")
    assert [c.targets[0] for c in data.split("test")] == list(range(10)) and len(data.clips) == 20
    (tmp_path / "train" / "ship" / "0.jpg").unlink()
    with pytest.raises(DataError, match="ship: no images"):
        open_data_set(f"cifar-10:{tmp_path}")


def test_folder_of_images(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("L", (40, 30), 90).save(tmp_path / name / "1.png")
        (tmp_path / name / "notes.txt").write_text("")
    clips = open_data_set(f"folder:{tmp_path}").clips
    assert [c.path.name for c in clips] == ["1.png", "1.png"]
    assert native_size(clips[0]) == (40, 30, 1)
    assert (Images(clips, ImageInput(8, 8, 3, 4, 4, (0,) * 3, (1,) * 3)).pixels == 90).all()
    (tmp_path / "a" / "1.png").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match="1.png"):
        Images(clips, ImageInput(8, 8, 3, 4, 4, (0,) * 3, (1,) * 3))


def test_images_of_other_sizes_and_forms(tmp_path):
    # Shrinking is the mean of whole boxes, rounded along each axis; sides that do not fit the aspect are cut off.
    pixels = np.random.default_rng(2).integers(0, 256, (8, 12, 3), dtype=np.uint8)
    got = np.asarray(fit(Image.fromarray(pixels), 4, 4)).astype(float)
    boxes = pixels[:, 2:10].reshape(4, 2, 4, 2, 3).mean((1, 3))
    assert np.abs(got - boxes).max() <= 1
    # Enlarging is bilinear and does not look past the crop.
    wide = np.zeros((2, 4), np.uint8)
    wide[:, [0, 3]] = 255
    assert not np.asarray(fit(Image.fromarray(wide), 6, 6)).any()
    step = Image.fromarray(np.array([[0, 100], [0, 100]], np.uint8))
    assert np.asarray(fit(step, 4, 4))[0].tolist() == [0, 25, 75, 100]
    half = Image.new("RGBA", (4, 4), (200, 100, 50, 128))
    assert pixels_of(half, ImageInput(4, 4, 3, 4, 4, (0,) * 3, (1,) * 3))[0, 0].tolist() == [100, 50, 25]
    assert pixels_of(half, ImageInput(4, 4, 1, 4, 4, (0,), (1,)))[0, 0].tolist() == [62]
    turned = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(np.asarray(open_image(tmp_path / "turned.png")), np.rot90(pixels, -1))


def test_patches_are_in_raster_order_row_column_channel():
    d = ImageInput(width=7, height=5, channels=3, patch=3, stride=2, mean=(0.5, 0.25, 0), std=(0.5, 1, 2))
    assert (d.columns, d.rows, d.window, d.patch_size) == (3, 2, 6, 27)
    pixels = np.random.default_rng(3).integers(0, 256, (2, 5, 7, 3), dtype=np.uint8)
    got = make_front_end(d)(torch.from_numpy(pixels))
    assert got.shape == (2, 6, 27)
    for image in range(2):
        for number in range(6):
            top, left = 2 * (number // 3), 2 * (number % 3)
            flat = [
                (float(pixels[image, top + y, left + x, c]) / 255 - d.mean[c]) / d.std[c]
                for y in range(3)
                for x in range(3)
                for c in range(3)
            ]
            assert np.allclose(got[image, number], flat, atol=1e-6)
    assert torch.allclose(make_front_end(d)(torch.from_numpy(pixels).float() / 255), got)


def test_image_descriptions_are_read_strictly():
    value = {"kind": "image", "width": 8, "height": 8, "channels": 1, "patch": 4, "mean": [0.5], "std": [0.25]}
    d = input_from_json(value)
    assert d.stride == 4 and input_from_json(json.loads(json.dumps(d.to_json()))) == d
    for change, message in [
        ({"channels": 2}, "expected 1 or 3"),
        ({"patch": 9}, "patches of 9"),
        ({"stride": 0}, "every 0"),
        ({"mean": [0.5, 0.5]}, "mean has 2 numbers"),
        ({"window": 4}, "does not know window"),
    ]:
        with pytest.raises(ValueError, match=message):
            input_from_json(value | change)


def test_augmentation():
    rng = np.random.default_rng(4)
    image = rng.random((12, 12, 3)).astype(np.float32)
    assert np.array_equal(varied(image, rng, ImageAugmentation()), image)
    shifted = {varied(image, rng, ImageAugmentation(pad=2))[5, 5].tobytes() for _ in range(300)}
    assert shifted == {image[5 + y, 5 + x].tobytes() for y in range(-2, 3) for x in range(-2, 3)}
    mirrored = {varied(image, rng, ImageAugmentation(mirror=True)).tobytes() for _ in range(30)}
    assert mirrored == {image.tobytes(), np.ascontiguousarray(image[:, ::-1]).tobytes()}
    erased = varied(image, rng, ImageAugmentation(erase=1.0))
    changed = (erased != image).any(-1)
    assert 0 < changed.sum() < 72 and np.allclose(erased[changed], image.mean((0, 1)), atol=1e-5)
    colour = varied(image, rng, ImageAugmentation(brightness=0.4, contrast=0.4, saturation=0.4))
    assert colour.dtype == np.float32 and colour.min() >= 0 and colour.max() <= 1 and not np.allclose(colour, image)
    grey = np.repeat(image[..., :1], 3, -1)
    assert np.allclose(varied(grey, rng, ImageAugmentation(saturation=0.5)), grey, atol=1e-6)
    for _ in range(100):
        top, bottom, left, right = rectangle(5, 9, rng.uniform(0, 1), rng)
        assert 0 <= top < bottom <= 5 and 0 <= left < right <= 9


@pytest.mark.parametrize("way", ["mixup", "cutmix"])
def test_mixtures_share_their_labels_by_their_parts(way):
    images = np.stack([np.zeros((8, 8, 1), np.uint8), np.full((8, 8, 1), 255, np.uint8)])
    examples = ImageExamples(images, np.eye(2), ImageAugmentation(**{way: 1.0}), 0)
    pixels, targets, shares, _ = examples.batch(3, 64)
    # The white part of the mean image is the share of the white class.
    assert torch.allclose(pixels.mean((1, 2, 3)), shares[:, 1], atol=1e-5)
    assert torch.allclose(shares.sum(1), torch.ones(64)) and ((shares > 0) <= (targets > 0)).all()
    assert {tuple(t.tolist()) for t in targets} == {(1, 0), (0, 1), (1, 1)}
    again = ImageExamples(images, np.eye(2), ImageAugmentation(**{way: 1.0}), 0).batch(3, 64)
    assert torch.equal(again[0], pixels) and not torch.equal(examples.batch(4, 64)[0], pixels)


@pytest.fixture(scope="module")
def stripes(tmp_path_factory):
    """Two classes of small grey images: stripes across, stripes down."""
    root = tmp_path_factory.mktemp("stripes")
    rng = np.random.default_rng(5)
    for split, count in [("train", 24), ("test", 8)]:
        for name in ("across", "down"):
            (root / split / name).mkdir(parents=True)
            for i in range(count):
                wave = 128 + 100 * np.sin(np.arange(10) * rng.uniform(1.2, 1.8) + rng.uniform(0, 6))
                pixels = np.tile(wave, (10, 1)) + 10 * rng.standard_normal((10, 10))
                pixels = pixels.T if name == "across" else pixels
                Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(root / split / name / f"{i}.png")
    return root


def settings(base, stripes, folder, *more):
    return [
        *("--base", base, "--data", f"folder:{stripes}", "--split", "train", "--run", folder / "run"),
        *("--out", folder / "out", "--threads", 1, "--rank", 2, "--batch", 8, "--validation", 0.2),
        *("--input", "image", "--patch", 4, "--stride", 3, "--patch-hidden", 16, "--train-norms"),
        *("--pad", 1, "--mirror", "--erase", 0.3, "--cutmix", 0.2, "--log-every", 5, "--without-layers", 1, *more),
    ]


@pytest.mark.parametrize("attention", ["causal", "full"])
def test_it_learns_from_images(base, stripes, tmp_path, attention):
    run(adapt, *settings(base, stripes, tmp_path, "--epochs", 25, "--lr", 3e-3, "--attention", attention))
    tacit = json.loads((tmp_path / "out" / "tacit.json").read_text())
    assert tacit["attention"] == attention and tacit["labels"] == ["across", "down"]
    expected = {"kind": "image", "width": 10, "height": 10, "channels": 1, "patch": 4, "stride": 3}
    assert expected.items() <= tacit["input"].items() and 0.4 < tacit["input"]["mean"][0] < 0.6
    run(
        *(evaluate, "--base", base, "--adapter", tmp_path / "out", "--data", f"folder:{stripes}", "--split", "test"),
        *("--out", tmp_path / "result", "--threads", 1),
    )
    assert json.loads((tmp_path / "result" / "summary.json").read_text())["accuracy"] >= 0.8
    with open(tmp_path / "result" / "confusion.csv", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["label", "across", "down"] and sum(int(x) for r in rows[1:] for x in r[1:]) == 16


def test_a_resumed_run_of_images_ends_where_an_unbroken_one_does(llama_base, stripes, tmp_path):
    for name, stops in [("whole", [None]), ("broken", [4, 7, None])]:
        for stop in stops:
            extra = ["--stop-at", stop] if stop else []
            cache = ["--cache", tmp_path / "cache"] if name == "broken" else []
            run(adapt, *settings(llama_base, stripes, tmp_path / name, "--epochs", 3, *extra, *cache))
    for file in ("adapter_model.safetensors", "tacit.safetensors"):
        a, b = (load_file(tmp_path / name / "out" / file) for name in ("whole", "broken"))
        assert a.keys() == b.keys() and all((a[k] == b[k]).all() for k in a), file
