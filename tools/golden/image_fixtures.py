"""`images/CASE` and `scaling`: pictures, and what Pillow, transformers and peft make of them.

    images/CASE/N.png           of the model's own size; N = 2 in another form (grey, colour, alpha)
    images/CASE/expected.json   for each file the reading, and the patches of 0.png; `form` is what Pillow calls a mode
    scaling/NAME.png            pictures of other sizes
    scaling/expected.json       for each the pixels [height * width * channels] of the size asked for: first converted
                                to the model's channels, then cropped, then scaled
"""

import json
import shutil
from pathlib import Path

import numpy as np
from PIL import Image

from adapters import save_adapter
from fixtures import check_conditioning, check_masks, largest_difference, numbers, seed_of
from image_cases import IMAGE_CASES, PICTURES
from pixels import converted, cropped, cut, draw, draw_flat, fitted, read_pixels
from reference import Reference, torch

OTHER = {"gpt2-full-overlap": "RGBA", "llama-full-hidden": "L", "llama-full-learned": "LA"}


def make_images(root: Path) -> None:
    for case in IMAGE_CASES:
        folder = root / "images" / case.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make_image_case(case, root / "bases" / case.base, folder)


def make_image_case(case, base: Path, folder: Path) -> None:
    save_adapter(case, base, folder / "adapter", seed_of("image " + case.name))
    reference = Reference(case, base, folder / "adapter")
    precise = Reference(case, base, folder / "adapter", torch.float64)
    d = case.input
    own, other = ("L", "RGB") if d["channels"] == 1 else ("RGB", "L")
    images, results, exact = [], [], []
    for number, form in enumerate([own, own, OTHER.get(case.name, other)]):
        rng = np.random.default_rng(seed_of(f"image {case.name} {number}"))
        name = f"{number}.png"
        draw(d["width"], d["height"], form, rng).save(folder / name, optimize=True)
        patches = cut(read_pixels(folder / name, d), d)
        whole = [(0, len(patches))]
        results += reference.windows(patches, whole)
        exact += precise.windows(patches, whole)
        reading = {key: numbers(values) for key, values in results[-1].items()}
        images.append({"file": name, "form": form, **reading})
        if number == 0:
            first = [numbers(p) for p in patches]
    if len(patches) > 1:
        changed = patches.copy()
        changed[-1] += 1
        check_masks(case, reference, patches, changed)
    worst = largest_difference(results, exact)
    check_conditioning(case.name, worst)
    expected = {"base": case.base, "labels": case.label_names, "patches": first, "images": images}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(f"images {case.name:21} {len(images)} of {len(patches)} patches, float32 within {worst:.1e} of float64")


def make_scaling(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    listed = []
    for picture in PICTURES:
        rng = np.random.default_rng(seed_of("scaling " + picture.name))
        drawn = draw_flat(*picture.size, rng) if picture.flat else draw(*picture.size, picture.mode, rng, noise=4.0)
        drawn.save(folder / f"{picture.name}.png", optimize=True)
        with Image.open(folder / f"{picture.name}.png") as file:
            image = converted(file, picture.channels)
        pixels = np.asarray(fitted(image, *picture.to)).reshape(-1)
        assert len(pixels) == picture.to[0] * picture.to[1] * picture.channels
        middle = cropped(image, *picture.to).size
        listed.append({
            "file": f"{picture.name}.png", "form": picture.mode, "width": picture.to[0], "height": picture.to[1],
            "channels": picture.channels, "crop": list(middle), "pixels": pixels.tolist(),
        })
        print(f"scaling {picture.name:20} {picture.size} {picture.mode} by {middle} to {picture.to}")
    (folder / "expected.json").write_text(json.dumps({"pictures": listed}, separators=(",", ":")) + "\n")
