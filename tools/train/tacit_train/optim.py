"""Optimisers and schedules: Muon for matrices inside a network, AdamW for everything else."""

from __future__ import annotations

import torch
from torch import Tensor


def orthogonalize(x: Tensor, steps: int = 5) -> Tensor:
    """Newton-Schulz iteration towards the nearest semi-orthogonal matrix, a batch [n, rows, columns] at once.

    Coefficients of Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".
    """
    transposed = x.shape[-2] > x.shape[-1]
    x = x.mT if transposed else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        a = x @ x.mT
        x = 3.4445 * x + torch.baddbmm(a, a, a, beta=-4.7750, alpha=2.0315) @ x
    return x.mT if transposed else x


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum and the scale of Liu et al. 2025 (0.2 sqrt(max(rows, columns))), so that its
    learning rate means what AdamW's means. The filters of a convolution are the rows of a matrix.

    `torch.optim.Muon` does the same for matrices, one at a time; this one takes all matrices of one shape in one batch.
    With `bf16` the iteration, which needs no more, runs in bfloat16.
    """

    def __init__(self, params, lr: float, momentum: float = 0.95, weight_decay: float = 0.0, bf16: bool = False):
        if not lr > 0:
            raise ValueError(f"a learning rate of {lr}; expected more than 0")
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay))
        self.dtype = torch.bfloat16 if bf16 else torch.float32

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[Tensor]] = {}
            for p in group["params"]:
                if p.grad is not None:
                    by_shape.setdefault(p.shape, []).append(p)
            for shape, params in by_shape.items():
                updates = []
                for p in params:
                    state = self.state[p]
                    if "momentum" not in state:
                        state["momentum"] = torch.zeros_like(p)
                    buffer = state["momentum"]
                    buffer.lerp_(p.grad, 1 - group["momentum"])
                    updates.append(p.grad.lerp(buffer, group["momentum"]))
                stacked = orthogonalize(torch.stack(updates).flatten(2).to(self.dtype)).float()
                rate = group["lr"] * 0.2 * max(stacked.shape[1:]) ** 0.5
                for p, update in zip(params, stacked):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update.view(shape), alpha=-rate)


class Together:
    """Optimisers of parts of one network, as if they were one: rates scaled, steps taken, states kept together."""

    def __init__(self, *optimizers: torch.optim.Optimizer):
        self.optimizers = optimizers
        self.rates = [[group["lr"] for group in o.param_groups] for o in optimizers]

    def scale(self, factor: float) -> None:
        """Sets every rate to this part of what it was at the start."""
        for optimizer, rates in zip(self.optimizers, self.rates):
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * factor

    def step(self) -> None:
        """A step by the gradients, which are gone then."""
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def states(self) -> list[dict]:
        return [o.state_dict() for o in self.optimizers]

    def load(self, states: list[dict]) -> None:
        for optimizer, state in zip(self.optimizers, states, strict=True):
            optimizer.load_state_dict(state)


def trapezoid(step: int, total: int, warm_up: int, decay: float) -> float:
    """Factor on the learning rate: linear warm-up, flat, then linear to zero over the last `decay` of the steps.

    Flat in the middle so that a run may be prolonged or shortened when it is resumed (Hägele et al. 2024).
    """
    return max(0.0, min((step + 1) / max(1, warm_up), (total - step) / max(1.0, decay * total), 1.0))


def mixed_precision(device: str, enabled: bool) -> torch.autocast:
    """Matrix products in bfloat16, everything else as it is. Some three times as fast on processors that multiply
    bfloat16 themselves (AVX-512 BF16, AMX, Arm's BF16); others emulate it and lose."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=enabled)
