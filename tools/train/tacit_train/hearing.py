"""Networks that heard or saw far more than there is to train on, and what is learned of them: features of each example, and names."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .efficientnet import load_efficientnet, resized
from .files import check_file
from .inputs import ImageInput, Input, expect_log_mel
from .speech_embedding import FILES, SAMPLE_RATE as SPEECH_RATE, SpeechEmbedding
from .yamnet import CLASSES, PATCH_SAMPLES, SAMPLE_RATE, load_yamnet


class Hearing(nn.Module):
    """What such a network makes of windows of samples, or of pictures."""

    names_count: int
    digest: str
    """SHA-256 of its weights."""

    def features(self, batch: Tensor) -> Tensor:
        """Samples [batch, n], or pixels 0..1 [batch, height, width, channels], to features [batch, ..., width]."""
        raise NotImplementedError

    def names(self, features: Tensor) -> Tensor | None:
        """A score in 0..1 for each of its own labels, if it has some."""
        return None


class YAMNetHearing(Hearing):
    """YAMNet as it is: features, and what it calls them."""

    names_count = CLASSES

    def __init__(self, weights: Path, description: Input):
        super().__init__()
        expect_log_mel("YAMNet", SAMPLE_RATE, description)
        self.yamnet = load_yamnet(weights)
        self.digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        self.eval().requires_grad_(False)

    @torch.no_grad()
    def features(self, batch: Tensor) -> Tensor:
        """The mean and the maximum of each of its features over a window's patches, [batch, 2, WIDTH]."""
        short = PATCH_SAMPLES - batch.shape[1]
        embeddings = self.yamnet.embeddings(F.pad(batch, (0, max(0, short)))).float()
        return torch.stack([embeddings.mean(1), embeddings.amax(1)], 1)

    @torch.no_grad()
    def names(self, features: Tensor) -> Tensor:
        return self.yamnet.head(features[:, 0]).float().sigmoid()


class SpeechHearing(Hearing):
    """Google's speech embedding at each of its positions in a window, [batch, positions, WIDTH]; on the processor."""

    names_count = 0

    def __init__(self, folder: Path, description: Input):
        super().__init__()
        expect_log_mel("the speech embedding", SPEECH_RATE, description)
        self.embedding = SpeechEmbedding(folder, torch.get_num_threads())
        self.digest = hashlib.sha256(b"".join((folder / name).read_bytes() for name in FILES)).hexdigest()

    def features(self, batch: Tensor) -> Tensor:
        return torch.from_numpy(self.embedding(batch.float().cpu().numpy())).to(batch.device)


class PictureHearing(Hearing):
    """EfficientNet-Lite0's means over a picture, [batch, 192 + 1280]: of maps further in, which say more of its parts and of what it is
    made of, and of its last ones, which say what of ImageNet's classes it is like."""

    names_count = 0
    SIDE = 192
    """Pixels that a picture is given each way: with fewer, small pictures say less to it."""
    INNER = 14
    """Blocks that the inner features lie behind."""

    def __init__(self, weights: Path, description: Input):
        super().__init__()
        if not (isinstance(description, ImageInput) and description.channels == 3):
            raise ValueError("--efficientnet: sees pictures in colour; expected --input image with 3 channels")
        self.network = load_efficientnet(weights)
        self.digest = hashlib.sha256(weights.read_bytes()).hexdigest()

    @torch.no_grad()
    def features(self, batch: Tensor) -> Tensor:
        inner, last = self.network.maps(resized(batch.float(), self.SIDE), self.INNER)
        return torch.cat([inner.float().mean((2, 3)), last.float().mean((2, 3))], 1)


def check_networks(args: argparse.Namespace) -> None:
    """Refuses files that aren't there before anything is decoded."""
    for name in ("names", "efficientnet"):
        if (file := getattr(args, name)) is not None:
            check_file(f"--{name}", file)


def network_of(args: argparse.Namespace) -> str | None:
    """Which of the options that name a network is given."""
    given = [name for name in ("names", "speech_embedding", "efficientnet") if getattr(args, name, None) is not None]
    if len(given) > 1:
        raise ValueError("--names, --speech-embedding, --efficientnet: one network at a time is learned from")
    return given[0] if given else None


def open_hearing(args: argparse.Namespace, description: Input) -> Hearing | None:
    """What `--names`, `--speech-embedding` or `--efficientnet` asks for."""
    match network_of(args):
        case "names":
            return YAMNetHearing(args.names, description)
        case "efficientnet":
            return PictureHearing(args.efficientnet, description)
        case "speech_embedding":
            return SpeechHearing(args.speech_embedding, description)
    return None
