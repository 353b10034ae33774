"""YAMNet (Plakal and Ellis 2019, AudioSet's 521 classes) in torch: a teacher that can be fine-tuned.

The network is MobileNet v1 (Howard et al. 2017, table 1) over log-mel patches. Batch norms are part of the weights and
biases already, as in the `.tflite` that the weights come from.

`python -m tacit_train.yamnet TFLITE OUT.safetensors` saves the weights, so that other machines need no litert.
"""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from .files import not_finite, whole_file

SAMPLE_RATE = 16_000
WINDOW, HOP, FFT = 400, 160, 512  # samples: frames of 25 ms, 10 ms apart
BANDS, LOW, HIGH = 64, 125.0, 7500.0  # mel bands between two frequencies in Hz
LOG_OFFSET = 0.001
PATCH_FRAMES, PATCH_HOP = 96, 48  # frames: patches of 0.96 s, half of it apart
PATCH_SAMPLES = (PATCH_FRAMES - 1) * HOP + WINDOW
CLASSES, WIDTH = 521, 1024
# Channels and stride of each depthwise-separable block, after a first convolution to 32 channels.
BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]


def mel_filters() -> Tensor:
    """Triangular filters [FFT / 2 + 1, BANDS]: straight in mel, as TensorFlow's, where torchaudio's are straight in Hz;
    nothing of the constant part."""

    def to_mel(f: Tensor) -> Tensor:
        return 1127.0 * torch.log1p(f / 700.0)

    bins = to_mel(torch.linspace(0, SAMPLE_RATE / 2, FFT // 2 + 1, dtype=torch.float64))[:, None]
    low, high = to_mel(torch.tensor([LOW, HIGH], dtype=torch.float64)).tolist()
    corners = torch.linspace(low, high, BANDS + 2, dtype=torch.float64)
    left, middle, right = corners[:-2], corners[1:-1], corners[2:]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    filters = torch.minimum(rising, falling).clamp(min=0.0)
    filters[0] = 0.0
    return filters.float()


class YAMNetLogMel(nn.Module):
    """Samples [batch, n], -1 to 1 at 16 kHz, to log-mel frames [batch, frames, BANDS] of the magnitude spectrum. A
    frame needs all its samples: what is left over at the end is not looked at."""

    def __init__(self):
        super().__init__()
        self.register_buffer("hann", torch.hann_window(WINDOW, periodic=True), persistent=False)
        self.register_buffer("filters", mel_filters(), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        # In f32 whatever products around it are in: the logarithm shows the errors of anything coarser.
        with torch.autocast(samples.device.type, enabled=False):
            frames = samples.float().unfold(-1, WINDOW, HOP) * self.hann
            return torch.log(torch.fft.rfft(frames, FFT).abs() @ self.filters + LOG_OFFSET)


class Convolution(nn.Conv2d):
    """A convolution with TensorFlow's SAME padding, then ReLU. With stride 2 and an even side the one row of padding
    goes to the end, so it depends on the size and `padding=1` would be off by one."""

    def __init__(self, inputs: int, outputs: int, side: int, stride: int = 1, groups: int = 1):
        super().__init__(inputs, outputs, side, stride=stride, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        pads = []
        for size, side, stride in zip(reversed(x.shape[2:]), self.kernel_size, self.stride):
            total = max((math.ceil(size / stride) - 1) * stride + side - size, 0)
            pads += [total // 2, total - total // 2]
        return F.relu(super().forward(F.pad(x, pads) if any(pads) else x))


class YAMNet(nn.Module):
    """Samples to the logits (before the sigmoid) of AudioSet's 521 classes, for each patch of 0.96 s."""

    def __init__(self):
        super().__init__()
        self.front = YAMNetLogMel()
        layers, width = [Convolution(1, 32, 3, stride=2)], 32
        for outputs, stride in BLOCKS:
            layers += [Convolution(width, width, 3, stride, groups=width), Convolution(width, outputs, 1)]
            width = outputs
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(WIDTH, CLASSES)
        self.to(memory_format=torch.channels_last)

    def features(self, log_mel: Tensor) -> Tensor:
        """Log-mel frames [batch, frames, BANDS], any number, to maps [batch, WIDTH, ceil(frames / 32), 2]: fully
        convolutional, so that a whole clip is one map. The mean over its positions is what `head` takes."""
        return self.body(log_mel[:, None].contiguous(memory_format=torch.channels_last))

    def embeddings(self, samples: Tensor) -> Tensor:
        """Samples [batch, n], n >= PATCH_SAMPLES, to [batch, windows, WIDTH], one window each PATCH_HOP frames. A last
        window that is not full is left out (pad with zeros for one)."""
        if samples.dim() != 2 or samples.shape[1] < PATCH_SAMPLES:
            raise ValueError(f"YAMNet takes [batch, n] with n of at least {PATCH_SAMPLES}, not {list(samples.shape)}")
        patches = self.front(samples).unfold(1, PATCH_FRAMES, PATCH_HOP).transpose(-1, -2)
        return self.features(patches.flatten(0, 1)).mean((2, 3)).unflatten(0, patches.shape[:2])

    def forward(self, samples: Tensor) -> Tensor:
        return self.head(self.embeddings(samples))


def weights_of_tflite(path: Path) -> dict[str, Tensor]:
    """The `.tflite`'s constants by the names of `YAMNet.state_dict()`; those kept as int8 multiplied by their scale.
    Not its spectrum and mel bands, int8 too: `YAMNetLogMel` computes what they round."""
    try:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType
    except ImportError:
        raise ImportError(f"{path}: reading a .tflite needs ai-edge-litert; safetensors made of it do not") from None

    # Without delegates no tensor is packed away into a form of their own.
    resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(str(path), experimental_op_resolver_type=resolver)
    interpreter.allocate_tensors()
    weights = {}
    for detail in interpreter.get_tensor_details():
        name = state_name(detail["name"], len(detail["shape"]))
        if name is None:
            continue
        value = torch.from_numpy(interpreter.get_tensor(detail["index"]).copy()).float()
        quantized = detail["quantization_parameters"]
        if len(quantized["scales"]):
            shape = [1] * value.dim()
            shape[quantized["quantized_dimension"]] = -1
            scales, zeros = (torch.from_numpy(quantized[k]).view(shape) for k in ("scales", "zero_points"))
            value = (value - zeros) * scales
        if value.dim() == 4:  # [outputs, y, x, inputs], or [1, y, x, channels] of a depthwise one
            depthwise = "/depthwise_conv/" in detail["name"].split(";")[0]
            value = value.permute(3, 0, 1, 2) if depthwise else value.permute(0, 3, 1, 2)
        weights[name] = value.contiguous()
    return weights


def state_name(tensor: str, dimensions: int) -> str | None:
    """Where a tensor of the `.tflite` belongs in `YAMNet.state_dict()`; None of activations and the front end."""
    kind = "weight" if dimensions > 1 else "bias"
    if tensor == f"yamnet_frames/dense/{'MatMul' if kind == 'weight' else 'BiasAdd/ReadVariableOp/resource'}":
        return f"head.{kind}"
    found = re.match(r"yamnet_frames/layer(\d+)/(conv|depthwise_conv|pointwise_conv)/(bn|depthwise|Conv2D)\b", tensor)
    if found is None or tensor.endswith("_dequantize"):
        return None
    layer = 0 if found[2] == "conv" else 2 * int(found[1]) - 3 + (found[2] == "pointwise_conv")
    return f"body.{layer}.{kind}"


def load_yamnet(path: Path | str) -> YAMNet:
    """YAMNet in f32 from its `.tflite` (needs `ai-edge-litert`) or from safetensors made of it; ValueError if the file
    is neither."""
    path = Path(path)
    with open(path, "rb") as stream:
        is_tflite = stream.read(8)[4:] == b"TFL3"
    # Beside the caller's draws, whose sequence a pretrained network must not change.
    with torch.random.fork_rng(devices=[]):
        model = YAMNet()
    try:
        model.load_state_dict(weights_of_tflite(path) if is_tflite else load_file(path))
    except (RuntimeError, ValueError, SafetensorError) as error:
        raise ValueError(f"{path}: not YAMNet's weights: {' '.join(str(error).split())[:200]}") from None
    if why := not_finite(model.named_parameters()):
        raise ValueError(f"{path}: {why}")
    return model


def save_yamnet(model: YAMNet, path: Path) -> None:
    """In F32: F16 would move scores by as much as 0.01."""
    with whole_file(path) as temporary:
        save_file({k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}, temporary)
        temporary.chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tacit_train.yamnet", description="YAMNet's weights to safetensors")
    parser.add_argument("source", type=Path, help="yamnet.tflite, or safetensors made of it")
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    try:
        save_yamnet(load_yamnet(args.source), args.out)
    except (OSError, ValueError, ImportError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
