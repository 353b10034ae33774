#!/usr/bin/env python3
"""Measures what int8 costs, by kind of matrix: weights and activations that a real text gives a real model.

    tools/quantization-error/measure_int8.py BASE TEXT [--windows 8] [--length 256]

Prints a Markdown table of signal-to-noise ratios in decibels. `weights` columns compare quantized weights with the
originals; `products` columns compare `W x` with what int8 makes of it, for the inputs x that the matrix meets.

plain       scale = largest magnitude / 127, neighbours not looked at: saturates on AVX2 with 8-bit activations
unclipped   the smallest scale at which every four (columns 0, 1, 4, 5 or 2, 3, 6, 7 of 8) keeps its weights of one sign
            to 128 in all
pairs       searched under the laxer rule that neighbours 2j and 2j + 1 of one sign keep |w0| + |w1| <= 128
searched    the scale with the least squared error, fours that break the rule moved: what tacit-convert does
symmetric   searched weights with activations in -127...127, one scale a patch and no offset
7 bits      plain weights with activations of 128 levels, the other way to be exact on AVX2
two planes  what tacit-convert and the engine do for narrow trunks: both twice, the second time what the first leaves

Activations have 256 levels from a patch's least element to its largest, where nothing else is said.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import python_packages  # noqa: E402

python_packages.expect(sys.argv[0], "tools/convert/requirements.txt")
import numpy as np  # noqa: E402
import torch  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402

KINDS = {
    "q_proj": "attention.qkv", "k_proj": "attention.qkv", "v_proj": "attention.qkv", "c_attn": "attention.qkv",
    "o_proj": "attention.out", "attn.c_proj": "attention.out",
    "gate_proj": "feed_forward.in", "up_proj": "feed_forward.in", "c_fc": "feed_forward.in",
    "down_proj": "feed_forward.out", "mlp.c_proj": "feed_forward.out",
}  # fmt: skip


def levels(scaled: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(scaled), -127, 127)


def paired_levels(scaled: np.ndarray) -> np.ndarray:
    """Rounded, pairs along the last axis moved to the nearest ones that keep the rule of pairs."""
    q = levels(scaled)
    even = q.shape[1] // 2 * 2
    first, second = scaled[:, 0:even:2], scaled[:, 1:even:2]
    broken = np.abs(q[:, 0:even:2] + q[:, 1:even:2]) > 128
    sign = np.where(first < 0, -1, 1)
    moved = np.clip(np.rint((np.abs(first) - np.abs(second) + 128) / 2), 1, 127)
    q[:, 0:even:2] = np.where(broken, sign * moved, q[:, 0:even:2])
    q[:, 1:even:2] = np.where(broken, sign * (128 - moved), q[:, 1:even:2])
    return q


def fours(w: np.ndarray) -> np.ndarray:
    """`[rows][fours][4]`, columns padded with zeros."""
    padded = np.pad(w, ((0, 0), (0, -w.shape[1] % 8)))
    return padded.reshape(len(w), -1, 2, 2, 2).swapaxes(2, 3).reshape(len(w), -1, 4)


def unfours(f: np.ndarray, columns: int) -> np.ndarray:
    return f.reshape(len(f), -1, 2, 2, 2).swapaxes(2, 3).reshape(len(f), -1)[:, :columns]


def foured_levels(scaled: np.ndarray) -> np.ndarray:
    """Rounded, fours moved to the nearest ones that keep the rule of fours, by steps of one where they cost least."""
    exact = fours(scaled)
    q = levels(exact)
    for sign in (1, -1):
        broken = np.maximum(sign * q, 0).sum(2) > 128
        x, four = sign * exact[broken], sign * q[broken]
        whole, depth = np.rint(x), np.zeros((len(x), 1))
        while True:  # many steps at once
            excess = np.maximum(four, 0).sum(1, keepdims=True) - 128
            jump = np.maximum(excess // np.maximum((four > 0).sum(1, keepdims=True), 1), 0)
            if not jump.any():
                break
            depth += jump
            four = np.where(four > 0, np.maximum(np.minimum(four, whole - depth), 0), four)
        while (over := np.maximum(four, 0).sum(1) > 128).any():
            cheapest = np.where(four > 0, x - four, np.inf).argmin(1)
            four[over, cheapest[over]] -= 1
        q[broken] = sign * four
    return unfours(q, scaled.shape[1])


def plain(w: np.ndarray) -> np.ndarray:
    scale = np.abs(w).max(1, keepdims=True) / 127
    return levels(w / scale) * scale


def unclipped_scale(w: np.ndarray, rule=foured_levels) -> np.ndarray:
    largest = np.abs(w).max(1, keepdims=True) / 127
    if rule is paired_levels:
        even = w.shape[1] // 2 * 2
        return np.maximum(largest, np.abs(w[:, 0:even:2] + w[:, 1:even:2]).max(1, keepdims=True) / 128)
    f = fours(w)
    sums = np.maximum(np.maximum(f, 0).sum(2), np.maximum(-f, 0).sum(2))
    return np.maximum(largest, sums.max(1, keepdims=True) / 128)


def unclipped(w: np.ndarray) -> np.ndarray:
    scale = unclipped_scale(w)
    return foured_levels(w / scale) * scale


def searched(w: np.ndarray, rule=foured_levels) -> np.ndarray:
    """As `Int8Channel.search` does."""
    start = unclipped_scale(w, rule)
    best_noise, best_scale = np.full_like(start, np.inf), start.copy()

    def attempt(scale):
        noise = ((w - rule(w / scale) * scale) ** 2).sum(1, keepdims=True)
        better = noise < best_noise
        best_noise[better], best_scale[better] = noise[better], np.broadcast_to(scale, start.shape)[better]

    step = 0.6 / 20
    for candidate in range(21):
        attempt(start * (1 - step * candidate))
    middle = best_scale.copy()
    for candidate in range(1, 8):
        attempt(middle + start * step * candidate / 8)
        attempt(middle - start * step * candidate / 8)
    q = rule(w / best_scale)
    return q * (w * q).sum(1, keepdims=True) / np.maximum((q * q).sum(1, keepdims=True), 1e-30)


def activations(x: np.ndarray, levels: int) -> np.ndarray:
    """So many levels from the least element of a patch to its largest."""
    low, high = x.min(1, keepdims=True), x.max(1, keepdims=True)
    scale = np.maximum(high - low, 1e-30) / (levels - 1)
    return np.rint((x - low) / scale) * scale + low


def symmetric(x: np.ndarray) -> np.ndarray:
    scale = np.maximum(np.abs(x).max(1, keepdims=True), 1e-30) / 127
    return np.rint(x / scale) * scale


def rest(x: np.ndarray, coarse: np.ndarray) -> np.ndarray:
    """What `activations` in 256 levels has left, in 255 levels over one of its steps."""
    scale = np.maximum(x.max(1, keepdims=True) - x.min(1, keepdims=True), 1e-30) / 255 / 254
    return np.rint((x - coarse) / scale) * scale


class Ratio:
    def __init__(self):
        self.signal = self.noise = 0.0

    def add(self, exact: np.ndarray, found: np.ndarray) -> None:
        self.signal += float((exact**2).sum())
        self.noise += float(((exact - found) ** 2).sum())

    def __str__(self) -> str:
        return f"{10 * np.log10(self.signal / self.noise):.1f}"


def linear_layers(model):
    for name, module in model.named_modules():
        kind = next((kind for end, kind in KINDS.items() if name.endswith("." + end)), None)
        if kind:
            transposed = type(module).__name__ == "Conv1D"
            weight = module.weight.detach().double().numpy()
            yield name, module, kind, weight.T if transposed else weight


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("text")
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--length", type=int, default=256)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    model = AutoModelForCausalLM.from_pretrained(arguments.base, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(arguments.base)
    with open(arguments.text, encoding="utf-8") as file:
        text = file.read(arguments.windows * arguments.length * 12)
    ids = torch.tensor(tokenizer(text)["input_ids"][: arguments.windows * arguments.length])
    ids = ids.reshape(arguments.windows, arguments.length)

    inputs = {}
    for name, module, _, _ in linear_layers(model):
        module.register_forward_pre_hook(
            lambda _, given, name=name: inputs.__setitem__(name, given[0].detach().double().flatten(0, 1).numpy()))
    with torch.no_grad():
        model(ids)

    columns = ["plain", "unclipped", "pairs", "searched", "plain x", "unclipped x", "pairs x", "searched x",
               "symmetric x", "7 bits x", "two planes x"]
    ratios = defaultdict(lambda: {column: Ratio() for column in columns})
    for name, _, kind, w in linear_layers(model):
        x = inputs[name]
        eight, seven, exact = activations(x, 256), activations(x, 128), x @ w.T
        left, second = rest(x, eight), searched(w - searched(w))
        forms = {"plain": plain(w), "unclipped": unclipped(w), "pairs": searched(w, paired_levels),
                 "searched": searched(w)}
        for target in (kind, "all"):
            for form, quantized in forms.items():
                ratios[target][form].add(w, quantized)
                ratios[target][form + " x"].add(exact, eight @ quantized.T)
            first = forms["searched"]
            ratios[target]["symmetric x"].add(exact, symmetric(x) @ first.T)
            ratios[target]["7 bits x"].add(exact, seven @ forms["plain"].T)
            ratios[target]["two planes x"].add(exact, eight @ first.T + left @ first.T + eight @ second.T)
    print("| kind | weights: plain | unclipped | pairs | searched "
          "| products: plain | unclipped | pairs | searched | symmetric | 7 bits | two planes |")
    print("| --- " * 12 + "|")
    for kind in [*dict.fromkeys(KINDS.values()), "all"]:
        print(f"| {kind} | " + " | ".join(str(ratios[kind][column]) for column in columns) + " |")


if __name__ == "__main__":
    main()
