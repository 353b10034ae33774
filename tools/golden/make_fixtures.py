"""Writes the golden fixtures: see `make`.

    bases/NAME/             Hugging Face folder
    CASE/adapter/           adapter folder
    CASE/*.wav              16-bit sounds at the model's rate
    CASE/expected.json      what must come out, for each sound and each of its windows
    tokens/NAME.json        the final-norm outputs of bare bases for a few token ids
    images/CASE/            the same as CASE, of PNG files
    scaling/                PNG files of other sizes, and what Pillow makes of them
    codebooks/CASE/         the same as CASE, of token files
    gguf/                   bases as llama.cpp stores them: see gguf_files
"""

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
import transformers

from adapters import save_adapter
from bases import BASES, save_base
from cases import CASES
from codebook_fixtures import make_codebooks
from fixtures import check_conditioning, check_masks, largest_difference, mean_of, numbers, seed_of
from gguf_files import make_ggufs
from image_fixtures import make_images, make_scaling
from patches import cut, read_outs, read_sound, samples_to, stride_samples, whole_patches, write_sound
from reference import Reference, token_outputs


def make_case(case, bases: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    adapter = folder / "adapter"
    save_adapter(case, bases / case.base, adapter, seed_of(case.name))
    reference = Reference(case, bases / case.base, adapter)
    precise = Reference(case, bases / case.base, adapter, torch.float64)
    d, window = case.input, case.input["window"]
    rate, stride = d["sample_rate"], stride_samples(d)
    sounds, worst = [], 0.0
    for number, (length, hop, channels) in enumerate(case.sounds):
        rng = np.random.default_rng(seed_of(f"{case.name} {number}"))
        # In windows: 1.0 is exactly one, less is less than one, and a fraction ends between two patches.
        samples = samples_to(window, d) if length == 1.0 else math.floor(length * samples_to(window, d)) + stride // 3
        name = f"{number}.wav"
        write_sound(folder / name, samples, rate, channels, rng)
        heard = read_sound(folder / name)
        short = whole_patches(len(heard), d) < window
        if short:
            heard = np.pad(heard, (0, samples_to(window, d) - len(heard)))
        patches = cut(heard, d)
        assert len(patches) == whole_patches(len(heard), d)
        spans = read_outs(len(patches), window, hop, case.context)
        results = reference.windows(patches, spans)
        worst = max(worst, largest_difference(results, precise.windows(patches, spans)))
        listed = [
            {
                "start": first * stride,
                "end": samples if short else (end - 1) * stride + samples_to(1, d),
                **{key: numbers(values) for key, values in result.items()},
            }
            for (first, end), result in zip(spans, results)
        ]
        sounds.append({
            "file": name,
            "samples": samples,
            "channels": channels,
            "hop_seconds": None if hop is None else hop * stride / rate,
            "windows": listed,
            "mean": {key: numbers(values) for key, values in mean_of(results).items()},
        })
    changed = patches[:window].copy()
    changed[-1] += 1
    check_masks(case, reference, patches[:window], changed)
    check_conditioning(case.name, worst)
    expected = {"base": case.base, "sample_rate": rate, "labels": case.label_names, "sounds": sounds}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"{case.name:28} {len(sounds)} sounds, {sum(len(s['windows']) for s in sounds)} windows, "
          f"float32 within {worst:.1e} of float64")


def make_tokens(name: str, base: Path, folder: Path, ids: list[int]) -> None:
    output = token_outputs(base, ids)
    precise = token_outputs(base, ids, torch.float64)
    worst = ((output - precise).abs().max() / precise.abs().max()).item()
    assert worst < 2e-5, f"{name}: {worst}"
    folder.mkdir(parents=True, exist_ok=True)
    expected = {"ids": ids, "last": numbers(output[-1]), "mean": numbers(output.mean(dim=0))}
    (folder / f"{name}.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(f"tokens {name:21} {len(ids)} ids, float32 within {worst:.1e} of float64")


def make_real_tokens(folder: Path) -> None:
    """Of the two real language models, where they are there."""
    data = Path(os.environ.get("TACIT_DATA") or "/TACIT_DATA is not set")
    with tempfile.TemporaryDirectory() as scratch:
        for name, vocabulary in [("tinystories-656k", 2048), ("stories260k", 512)]:
            base = data / name
            if not base.exists():
                print(f"no {name} in TACIT_DATA: its golden was left as it is")
                continue
            if name == "stories260k":
                script = Path(__file__).parents[1] / "convert/llama2c_to_hf.py"
                subprocess.run([sys.executable, script, base / "stories260K.bin", scratch], check=True)
                base = Path(scratch)
            ids = np.random.default_rng(seed_of(name)).integers(3, vocabulary, 24).tolist()
            make_tokens(name, base, folder, ids)


def main() -> None:
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)
    root = Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    for name, base in BASES.items():
        save_base(base, root / "bases" / name, seed_of(name))
    for case in CASES:
        make_case(case, root / "bases", root / case.name)
    make_images(root)
    make_scaling(root / "scaling")
    make_codebooks(root)
    make_ggufs(root / "gguf")
    for name, base in BASES.items():
        rng = np.random.default_rng(seed_of(f"tokens {name}"))
        ids = rng.integers(0, base.config["vocab_size"], 15).tolist()
        make_tokens(name, root / "bases" / name, root / "tokens", ids)
    make_real_tokens(root / "tokens")


if __name__ == "__main__":
    main()
