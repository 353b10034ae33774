"""A trained convolutional teacher, and learning from it.

Teacher and adapter see the same augmented example, as Beyer et al. 2021 ("Knowledge distillation: A good teacher is
patient and consistent") found necessary; the loss is Hinton et al.'s (2015, section 2).
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from . import ranks
from .augment import Augmentation
from .files import TEACHER, not_finite, save_json, whole_folder
from .inputs import ImageInput, Input, LogMelInput, SoundInput, input_from_json
from .networks import make_network
from .progress import Diverged
from .training import with_sigmoid


def save_teacher(
    model: nn.Module, form: dict, description: Input, task: str, labels: list[str], folder: Path
) -> None:
    """`teacher.json` (the network's form, its input, task, labels) and `teacher.safetensors` (F32), in a folder that
    appears whole or not at all."""
    state = {k: v.detach().cpu().contiguous() for k, v in model.state_dict().items()}
    if why := not_finite(state.items()):
        raise Diverged(f"{folder}: not written: {why}, so it was learned at too high a rate; expected a lower --lr")
    value = {"version": 2, "network": form, "input": description.to_json(), "task": task, "labels": labels}
    with whole_folder(folder, TEACHER) as made:
        save_file(state, made / "teacher.safetensors")
        save_json(value, made / "teacher.json")


class Teacher:
    """A teacher's answers to an adapter's examples. Which clips it was trained on is for the caller to mind."""

    def __init__(self, folder: Path, labels: list[str], task: str, student: Input, device: str):
        weights = folder / "teacher.safetensors"
        try:
            value = json.loads((folder / "teacher.json").read_text(encoding="utf-8"))
            if value["version"] != 2:
                raise ValueError(f"version is {value['version']!r}; expected 2")
            description, form = input_from_json(value["input"]), value["network"]
            own_task, own_labels = value["task"], value["labels"]
            # Beside the caller's draws, or an adapter would begin elsewhere than without a teacher.
            with torch.random.fork_rng(devices=[]):
                self.model = make_network(form, description, len(own_labels))
            state = load_file(weights)
            if why := not_finite(state.items()):
                raise ValueError(f"{weights.name}: {why}")
            self.model.load_state_dict(state)
            self.digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise SystemExit(f"{folder}: not a teacher: {type(error).__name__}: {error}".splitlines()[0]) from None
        if own_labels != list(labels):
            raise SystemExit(f"{folder}: the teacher's labels are not those of the data set")
        if own_task != task:
            raise SystemExit(f"{folder}: the teacher is {own_task}, the adapter {task}")
        if problem := mismatch(description, student):
            raise SystemExit(f"{folder}: {problem}")
        self.model.to(device).eval()
        frames = ("hop_length", "n_mels")
        self.masked = isinstance(student, LogMelInput) and all(
            getattr(student, name) == getattr(description, name) for name in frames
        )
        """Whether both see frames that the same masks fit."""

    @torch.no_grad()
    def __call__(self, batch: Tensor, draws, masks: Augmentation | None) -> Tensor:
        """Logits [batch, labels] for a batch of the adapter's examples, masked as the adapter's own frames are if
        `draws` are as the adapter's are; not masked where they are not the same frames."""
        return self.model(batch, draws, masks if self.masked else None).float()


class Teachers:
    """Several teachers that answer together: the logarithm of their mean chance a label where one label is right, the
    mean of their logits where several may be."""

    def __init__(self, folders: list[Path], labels: list[str], task: str, student: Input, device: str):
        self.all = [Teacher(f, labels, task, student, device) for f in folders]
        self.multilabel = task == "multilabel"
        self.digest = ",".join(t.digest for t in self.all)

    def __call__(self, batch: Tensor, draws, masks: Augmentation | None) -> Tensor:
        # A copy for each, so that its masks are those that the adapter's frames get.
        answers = torch.stack([t(batch, copy.deepcopy(draws), masks) for t in self.all])
        if len(answers) == 1 or self.multilabel:
            return answers.mean(0)
        return answers.log_softmax(-1).logsumexp(0)


def mismatch(teacher: Input, student: Input) -> str | None:
    """Why a batch that is made for the adapter is none for the teacher."""
    if isinstance(teacher, ImageInput) and isinstance(student, ImageInput):
        sizes = [(d.width, d.height, d.channels) for d in (teacher, student)]
        return None if sizes[0] == sizes[1] else f"the teacher takes images of {sizes[0]}, the adapter of {sizes[1]}"
    if not (isinstance(teacher, LogMelInput) and isinstance(student, SoundInput)):
        return f"the teacher takes {teacher.kind}, the adapter {student.kind}"
    if teacher.sample_rate != student.sample_rate:
        return f"the teacher takes {teacher.sample_rate} samples a second, the adapter {student.sample_rate}"
    if teacher.n_fft > student.window_samples:
        return "the teacher's first frame is longer than the adapter's window"
    return None


def distillation_loss(
    logits: Tensor, lesson: Tensor, shares: Tensor, args: argparse.Namespace, multilabel: bool
) -> Tensor:
    """Cross-entropy with the teacher's answers, both softened by the temperature; rows in which there is nothing are
    left out of it. For a multi-label model also the sigmoid loss against the teacher's scores, none in such rows."""
    t, rows = args.temperature, (shares.sum(1) > 0).float()
    soft = F.softmax(lesson / t, -1)
    softmax = -((soft * F.log_softmax(logits / t, -1)).sum(1) * rows).sum() / ranks.divisor(rows.sum()) * t * t
    # Where there is known to be nothing, what the teacher hears in it is an error.
    return with_sigmoid(softmax, logits, lesson.sigmoid() * rows[:, None], args) if multilabel else softmax
