"""What every kind of fixture shares: seeds, numbers as text, how far two readings are apart."""

import zlib

import numpy as np


def seed_of(text: str) -> int:
    return zlib.crc32(text.encode())


def numbers(array) -> list[float]:
    """Nine digits tell every float32 from its neighbours."""
    return [float(f"{float(x):.9g}") for x in array]


def mean_of(windows: list[dict]) -> dict:
    return {key: np.mean([np.float64(w[key]) for w in windows], axis=0) for key in windows[0]}


def largest_difference(a: list[dict], b: list[dict]) -> float:
    """Of logits, relative to the largest logit of the window."""
    return max(np.abs(x["logits"] - y["logits"]).max() / np.abs(y["logits"]).max() for x, y in zip(a, b))


def check_conditioning(name: str, worst: float) -> None:
    assert worst < 2e-5, f"{name}: float32 and float64 differ by {worst}: the case is ill-conditioned"


def check_masks(case, reference, patches: np.ndarray, changed: np.ndarray) -> None:
    """That transformers honours the mask it was given: a later patch, other in `changed`, must change an earlier
    output, or must not."""
    before = reference.trunk_output(patches)
    moved = (reference.trunk_output(changed)[0] - before[0]).abs().max() > 1e-5
    assert bool(moved) == (case.attention == "full"), f"{case.name}: the mask was not used"
