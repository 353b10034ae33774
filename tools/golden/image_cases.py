"""The golden cases of images and of codebooks, and the pictures that the scaler is tried on."""

from dataclasses import dataclass

from cases import GPT2_ALL, Case


def image(width: int, height: int, channels: int, patch: int, **more) -> dict:
    mean, std = ([0.4625], [0.27]) if channels == 1 else ([0.49, 0.48, 0.4375], [0.25, 0.2438, 0.2617])
    return dict(kind="image", width=width, height=height, channels=channels, patch=patch, **more, mean=mean, std=std)


def tokens(vocabulary: int, codebooks: int, window: int) -> dict:
    return dict(kind="tokens", vocabulary=vocabulary, codebooks=codebooks, window=window)


# The third picture of each case is in another form than the model's own: grey, colour or with alpha.
IMAGE_CASES = [
    Case("gpt2-grey", "gpt2-plain", dict(r=2, lora_alpha=4, target_modules=GPT2_ALL), image(12, 12, 1, 4)),
    # A column and a row of pixels are under no patch.
    Case(
        "gpt2-full-overlap", "gpt2-odd", dict(r=2, lora_alpha=4, target_modules=["c_attn"]),
        image(14, 10, 3, 5, stride=4), labels=7, attention="full", pool="mean", head_norm=True,
    ),
    Case(
        "gpt2-hidden-learned", "gpt2-plain", dict(r=2, lora_alpha=4, target_modules=["mlp.c_proj"]),
        image(10, 15, 3, 5), labels=5, positions="learned", task="multilabel", hidden=19,
    ),
    Case(
        "llama-causal-overlap", "llama-grouped", dict(r=2, lora_alpha=4, target_modules=["q_proj", "down_proj"]),
        image(14, 10, 1, 5, stride=3), labels=4, task="multilabel",
    ),
    Case(
        "llama-full-hidden", "llama-plain",
        dict(r=2, lora_alpha=4, target_modules=["v_proj", "up_proj"], modules_to_save=["norm"]),
        image(12, 12, 3, 6, stride=3), labels=10, attention="full", pool="mean", hidden=14, head_norm=True,
    ),
    Case(
        "llama-full-unordered", "llama-wide-heads", dict(r=2, lora_alpha=4, target_modules=["o_proj"]),
        image(8, 8, 3, 2), attention="full", positions="none", pool="mean",
    ),
    Case(
        "llama-full-learned", "llama-plain", dict(r=2, lora_alpha=4, target_modules=["k_proj"]),
        image(9, 9, 1, 3, stride=2), attention="full", positions="learned",
    ),
    Case(
        "llama-one-patch", "llama-plain", dict(r=2, lora_alpha=4, target_modules=["gate_proj"]),
        image(6, 6, 3, 6), labels=2, hidden=8,
    ),
]

CODEBOOK_CASES = [
    Case(
        "gpt2-one-book", "gpt2-plain", dict(r=2, lora_alpha=4, target_modules=["c_attn"]), tokens(259, 1, 12), labels=5,
    ),
    Case(
        "gpt2-full-books", "gpt2-odd", dict(r=2, lora_alpha=4, target_modules=["c_fc"]), tokens(17, 3, 8),
        attention="full", pool="mean", positions="learned", head_norm=True,
    ),
    Case(
        "llama-two-books", "llama-grouped", dict(r=2, lora_alpha=4, target_modules=["q_proj", "v_proj"]),
        tokens(31, 2, 10), labels=6, pool="mean", task="multilabel",
    ),
]


@dataclass
class Picture:
    """A picture of some size and form, and the size and channels that it is brought to."""

    name: str
    size: tuple[int, int]
    mode: str
    to: tuple[int, int]
    channels: int = 3
    flat: bool = False


PICTURES = [
    Picture("camera", (640, 480), "RGB", (32, 32), flat=True),
    Picture("thirds", (48, 48), "RGB", (16, 16)),
    Picture("uneven", (47, 61), "RGB", (16, 16)),
    Picture("grey-uneven", (75, 50), "L", (28, 28), 1),
    Picture("wide", (50, 31), "RGB", (16, 12)),
    Picture("tall", (31, 50), "RGBA", (16, 12)),
    Picture("enlarged", (13, 9), "RGB", (20, 20)),
    Picture("grey-enlarged", (5, 7), "L", (28, 28), 1),
    Picture("one-pixel", (1, 1), "RGB", (4, 4)),
    Picture("one-row", (50, 1), "RGB", (4, 4)),
    Picture("colour-to-grey", (40, 40), "RGB", (12, 12), 1),
    Picture("grey-to-colour", (40, 30), "L", (12, 12)),
    Picture("grey-alpha", (16, 16), "LA", (12, 12)),
    Picture("own-size", (12, 8), "RGBA", (12, 8)),
]
