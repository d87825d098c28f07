"""AWQ: what scaling by activations reaches on a given layer.

The weights of input channel j are multiplied by s_j before they are rounded, and divided by s_j afterwards:
Ŵ = Q(W · s) / s. The yardstick searches s = mean|X_j|^α over α = 0, 0.05, …, 0.95 for the least output error
‖X (W − Ŵ)ᵀ‖², as the published code does (AWQ, Lin et al. 2023, arXiv 2306.00978, section 3.2 and its
repository; 20 points, α = 1 is not among them). Q is symmetric: absmax / (2^(bits−1) − 1) is one step of each
row and group. All sums are taken in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from grid_levels import snapped
from torch import Tensor

POINTS = 20
LOSS_FACTOR = 2.0
LOOSE_FACTOR = 4.0  # where s is not the learner's own, or a single token makes the loss a matter of chance
SILENT = 1e-9  # stands for the mean magnitude of a dead channel


def rounded(V: Tensor, bits: int, group_size: int) -> Tensor:
    """``V`` on the grid of absmax in each row and group, [o, i]."""
    top = 2 ** (bits - 1) - 1
    parts = []
    for group in V.split(group_size, dim=1):
        step = group.abs().amax(dim=1, keepdim=True) / top
        parts.append((group / torch.where(step > 0, step, 1.0)).round() * step)
    return torch.cat(parts, dim=1)


@dataclass(frozen=True)
class Layer:
    """W: f32[o, i] and the activations that it meets, X: f32[t, i]."""

    W: Tensor
    X: Tensor
    bits: int
    group_size: int

    @property
    def levels(self) -> int:
        """How many values a row may take in a group."""
        return 2**self.bits

    @property
    def counted(self) -> int:
        """The least number of columns with which a group's values are counted."""
        return 2 * self.levels

    @cached_property
    def loudness(self) -> Tensor:
        """mean|X_j|, f64[i]"""
        return self.X.double().abs().mean(dim=0)

    def loss(self, W_hat: Tensor) -> float:
        """‖X (W − Ŵ)ᵀ‖²"""
        return float((self.X.double() @ (self.W.double() - W_hat.double()).T).square().sum())

    def scaled(self, s: Tensor) -> Tensor:
        """What the yardstick's rounding makes of W with the scales ``s``, f64[o, i]."""
        return rounded(self.W.double() * s, self.bits, self.group_size) / s

    def candidate(self, alpha: float) -> Tensor:
        """The yardstick's scales at α, their geometric mean of extremes at 1, f64[i]."""
        s = self.loudness.clamp(min=SILENT) ** alpha
        live = s[self.loudness > 0] if bool((self.loudness > 0).any()) else s
        return s / (live.max() * live.min()).sqrt()

    @cached_property
    def best(self) -> tuple[float, Tensor]:
        """The least loss of the search, and its scales."""
        tried = [self.candidate(step / POINTS) for step in range(POINTS)]
        losses = [self.loss(self.scaled(s)) for s in tried]
        least = min(range(POINTS), key=losses.__getitem__)
        return losses[least], tried[least]

    @property
    def search_loss(self) -> float:
        """The least loss of the search, by which a solution's is measured."""
        return self.best[0]

    @cached_property
    def plain_loss(self) -> float:
        """The loss of rounding without scales."""
        return self.loss(rounded(self.W.double(), self.bits, self.group_size))

    def values(self, W_hat: Tensor, s: Tensor) -> tuple[int, Tensor]:
        """How many values Ŵ · s takes in a row and group, and Ŵ as f64[o, i] with those values alone."""
        count, V = snapped(W_hat.double() * s.double(), self.group_size, self.counted)
        return count, V / s.double()
