"""Muon: momentum whose step is made orthogonal, for the matrices inside a network.

As `torch.optim.Muon`, which always iterates in bfloat16: on a CPU without bfloat16 that took 39%
of a training step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import torch

_COEFFICIENTS = (3.4445, -4.775, 2.0315)
_ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Nesterov momentum, orthogonalised; steps as long as AdamW's.

    `precision` is the type to iterate in; `spread` is a `map`, perhaps over threads.
    """

    def __init__(
        self,
        params: Iterable[torch.Tensor],
        *,
        lr: float,
        weight_decay: float,
        precision: torch.dtype,
        momentum: float = 0.95,
        spread: Callable[..., Iterable[None]] = map,
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})
        self.precision, self.spread = precision, spread

    def step(self, closure: Any = None) -> None:
        """Change every matrix that has a gradient."""
        for group in self.param_groups:
            matrices = [p for p in group["params"] if p.grad is not None]
            list(self.spread(partial(self._change, group), matrices))

    @torch.no_grad()
    def _change(self, group: dict[str, Any], p: torch.Tensor) -> None:
        state = self.state[p]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(p)
        buffer = state["momentum_buffer"].lerp_(p.grad, 1 - group["momentum"])
        update = orthogonal(p.grad.lerp(buffer, group["momentum"]), self.precision)
        p.mul_(1 - group["lr"] * group["weight_decay"])
        p.add_(update, alpha=-group["lr"] * 0.2 * math.sqrt(max(p.shape)))


def orthogonal(matrix: torch.Tensor, precision: torch.dtype) -> torch.Tensor:
    """Roughly the nearest matrix with orthogonal rows or columns, by Newton and Schulz."""
    a, b, c = _COEFFICIENTS
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).to(precision)
    x = x / x.norm().clamp(min=1e-7)
    for _ in range(_ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return (x.T if tall else x).to(matrix.dtype)
