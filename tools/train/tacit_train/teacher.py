"""A trained convolutional teacher, and learning from it.

Teacher and adapter see the same augmented example, as Beyer et al. 2021 ("Knowledge distillation: A good teacher is
patient and consistent") found necessary; the loss is Hinton et al.'s (2015, section 2).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from .augment import Augmentation
from .convnet import ConvNet, Maps
from .files import save_json
from .inputs import ImageInput, Input, LogMelInput, input_from_json


def save_teacher(model: ConvNet, form: dict, description: Input, labels: list[str], folder: Path) -> None:
    """`teacher.json` (the network's form, its input, labels) and `teacher.safetensors` (F32)."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}
    save_file(state, folder / "teacher.safetensors")
    save_json({"version": 1, "network": form, "input": description.to_json(), "labels": labels}, folder / "teacher.json")


class Teacher:
    def __init__(self, folder: Path, labels: list[str], student: Input, device: str):
        try:
            value = json.loads((folder / "teacher.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SystemExit(f"{folder / 'teacher.json'}: {error}") from None
        if value.get("labels") != list(labels):
            raise SystemExit(f"{folder}: the teacher's labels are not those of the data set")
        description = input_from_json(value["input"])
        if isinstance(description, ImageInput) != isinstance(student, ImageInput):
            raise SystemExit(f"{folder}: the teacher takes {description.kind}, the adapter {student.kind}")
        if isinstance(description, LogMelInput) and description.sample_rate != student.sample_rate:
            rates = f"{description.sample_rate} samples a second, the adapter {student.sample_rate}"
            raise SystemExit(f"{folder}: the teacher takes {rates}")
        if isinstance(description, LogMelInput) and description.n_fft > student.window_samples:
            raise SystemExit(f"{folder}: the teacher's first frame is longer than the adapter's window")
        self.maps = Maps(description).to(device)
        self.model = ConvNet(**value["network"], labels=len(labels))
        self.model.load_state_dict(load_file(folder / "teacher.safetensors"))
        self.model.to(device).eval()

    @torch.no_grad()
    def __call__(self, batch: Tensor, rng: np.random.Generator, masks: Augmentation | None) -> Tensor:
        """Logits [batch, labels] for a batch of the adapter's examples, masked as the adapter's are if `rng` is as
        the adapter's was."""
        return self.model(self.maps(batch, rng, masks)).float()


def distillation_loss(
    logits: Tensor, lesson: Tensor, shares: Tensor, args: argparse.Namespace, multilabel: bool
) -> Tensor:
    """Cross-entropy with the teacher's answers, both softened by the temperature; rows in which there is nothing are
    left out of it. For a multi-label model also the sigmoid loss against the teacher's scores."""
    t, rows = args.temperature, (shares.sum(1) > 0).float()
    soft = F.softmax(lesson / t, -1)
    softmax = -((soft * F.log_softmax(logits / t, -1)).sum(1) * rows).sum() / rows.sum().clamp(min=1) * t * t
    if not multilabel:
        return softmax
    sigmoid = F.binary_cross_entropy_with_logits(logits, lesson.sigmoid(), reduction="sum") / len(logits)
    return args.softmax_weight * softmax + args.sigmoid_weight * sigmoid
