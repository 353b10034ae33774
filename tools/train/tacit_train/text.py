"""Raw text to token ids: a byte-level BPE trained on a sample, and a memory-mapped u16 file of ids."""

from __future__ import annotations

import os
import random
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from tqdm import tqdm
from transformers import PreTrainedTokenizerFast

from .files import whole_file

END_OF_TEXT = "<|endoftext|>"
STRETCH = 128 * 1024  # bytes: long enough to be a chapter, short enough that a sample covers every author


def stretches(path: Path, total_bytes: int, seed: int) -> list[tuple[int, int]]:
    """A random choice of stretches (start, end) of a text file, `total_bytes` in all, in random order.

    All of the file, shuffled, when it is not larger than `total_bytes`.
    """
    size = os.path.getsize(path)
    starts = list(range(0, size, STRETCH))
    random.Random(seed).shuffle(starts)
    wanted = max(1, -(-total_bytes // STRETCH))
    return [(s, min(s + STRETCH, size)) for s in starts[:wanted]]


def read_stretch(path: Path, start: int, end: int) -> str:
    """The text of a stretch, from its first whole line on."""
    with open(path, "rb") as stream:
        stream.seek(start)
        data = stream.read(end - start)
    if start > 0:
        data = data[data.find(b"\n") + 1 :]
    return data.decode("utf-8", errors="ignore").replace("\r\n", "\n")


def train_tokenizer(path: Path, vocabulary: int, total_bytes: int, seed: int) -> PreTrainedTokenizerFast:
    """Byte-level BPE (Sennrich et al. 2016; Radford et al. 2019, section 2.2) on a sample of the text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    sample = (read_stretch(path, *span) for span in stretches(path, total_bytes, seed))
    tokenizer.train_from_iterator(sample, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END_OF_TEXT, bos_token=END_OF_TEXT)


def tokenize(
    path: Path, tokenizer: PreTrainedTokenizerFast, out: Path, total_bytes: int, seed: int, quiet: bool | None = None
) -> np.ndarray:
    """The ids of a sample of stretches as u16, end-of-text between stretches, mapped from `out` (made if absent)."""
    if len(tokenizer) > 65536:
        raise ValueError(f"{len(tokenizer)} tokens do not fit into 16 bits")
    if not out.exists():
        end = np.array([tokenizer.eos_token_id], dtype="<u2")
        spans = stretches(path, total_bytes, seed)
        with whole_file(out) as temporary, open(temporary, "wb") as stream:
            for i in tqdm(range(0, len(spans), 16), desc=f"tokenise {path.name}", disable=quiet):
                texts = [read_stretch(path, *span) for span in spans[i : i + 16]]
                for encoding in tokenizer.backend_tokenizer.encode_batch(texts):
                    stream.write(np.asarray(encoding.ids, dtype="<u2").tobytes())
                    stream.write(end.tobytes())
    return np.memmap(out, dtype="<u2", mode="r")
