"""`codebooks/CASE`: token files of several lengths, and what transformers and peft make of them.

    codebooks/CASE/N.jsonl, N.u16     the two forms of token files; the same ids where N is the same
    codebooks/CASE/expected.json      for each N its windows (`start` and `end` in patches) and their mean
"""

import json
import shutil
from pathlib import Path

import numpy as np

from adapters import save_adapter
from fixtures import check_conditioning, check_masks, largest_difference, mean_of, numbers, seed_of
from image_cases import CODEBOOK_CASES
from patches import read_outs
from reference import Reference, torch


def make_codebooks(root: Path) -> None:
    for case in CODEBOOK_CASES:
        folder = root / "codebooks" / case.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make_codebook_case(case, root / "bases" / case.base, folder)


def make_codebook_case(case, base: Path, folder: Path) -> None:
    save_adapter(case, base, folder / "adapter", seed_of("codebooks " + case.name))
    reference = Reference(case, base, folder / "adapter")
    precise = Reference(case, base, folder / "adapter", torch.float64)
    d, window = case.input, case.window
    files, worst = [], 0.0
    # One patch, half a window (a shorter context), a window, and more.
    for number, length in enumerate([1, window // 2, window, 2 * window + 3]):
        rng = np.random.default_rng(seed_of(f"codebooks {case.name} {number}"))
        ids = rng.integers(0, d["vocabulary"], (length, d["codebooks"]))
        ids[-1] = d["vocabulary"] - 1
        lines = "".join(json.dumps(row.tolist()) + "\n" for row in ids)
        (folder / f"{number}.jsonl").write_text(lines)
        (folder / f"{number}.u16").write_bytes(ids.astype("<u2").tobytes())
        spans = [(0, length)] if length < window else read_outs(length, window, None, "restart")
        results = reference.windows(ids, spans)
        worst = max(worst, largest_difference(results, precise.windows(ids, spans)))
        listed = [
            {"start": first, "end": end, **{key: numbers(values) for key, values in result.items()}}
            for (first, end), result in zip(spans, results)
        ]
        mean = {key: numbers(values) for key, values in mean_of(results).items()}
        files.append({"file": str(number), "patches": length, "windows": listed, "mean": mean})
    changed = ids[:window].copy()
    changed[-1] = (changed[-1] + 1) % d["vocabulary"]
    check_masks(case, reference, ids[:window], changed)
    check_conditioning(case.name, worst)
    expected = {"base": case.base, "labels": case.label_names, "files": files}
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(f"codebooks {case.name:18} {len(files)} files, float32 within {worst:.1e} of float64")
