"""Yardsticks: what a one-shot scheme reaches on a given matrix, and how far a solution is from it.

A round trip is judged in two ways, both against one-shot rounding of the same matrix:

- its error in the Frobenius norm, as a multiple of the yardstick's own error;
- its largest error, in steps of the yardstick's grid (half a step is the best any rounding can promise).

All sums are taken in float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

NORM_FACTOR = 1.05
HALF_STEP_LIMIT = 0.5 * 1.05
FLOAT32_SLACK = 2e-6
FLOAT16_SCALE_SLACK = 1e-3

# The norm decides only where it could not flip between two right grids (see ``Yardstick.norm_decides``).
DECISIVE = 5.0


@dataclass(frozen=True)
class Yardstick:
    """One matrix, what one-shot rounding makes of it, and the step of that grid at every weight."""

    W: Tensor  # f64[r, c]
    W_hat: Tensor  # f32[r, c]
    step: Tensor  # f64[r, c]; 0 where the whole block is zero
    slack: float = FLOAT32_SLACK  # times the norm of W: what storing scales may cost

    @cached_property
    def error(self) -> float:
        """The yardstick's own error, ‖W - W_hat‖ (Frobenius)."""
        return self.error_of(self.W_hat)

    @property
    def error_limit(self) -> float:
        """What a solution's ``error_of`` may be."""
        return NORM_FACTOR * self.error + self.slack * float(self.W.norm())

    def error_of(self, came: Tensor) -> float:
        """‖W - came‖ in the Frobenius norm."""
        return float((self.W - came.double()).norm())

    def ratio_of(self, came: Tensor) -> float:
        """A solution's error as a multiple of the yardstick's. Ask only where ``norm_decides``."""
        return self.error_of(came) / self.error

    @property
    def ratio_limit(self) -> float:
        """What ``ratio_of`` may be: a little more than 1.05."""
        return self.error_limit / self.error

    def largest_of(self, came: Tensor) -> float:
        """The largest error of any weight, in steps of its own grid. Blocks of zeros are left out."""
        live = self.step > 0
        if not bool(live.any()):
            return 0.0
        return float(((self.W - came.double()).abs()[live] / self.step[live]).max())

    def zeros_kept(self, came: Tensor) -> bool:
        """Whether every block of zeros came back as exact zeros."""
        return not bool(came[self.step == 0].count_nonzero())

    @cached_property
    def norm_decides(self) -> bool:
        """Whether the norm tells a wrong grid from one that is merely another right one.

        Two right grids (absmax/127 and absmax/127.5, say) round each weight differently, so their errors
        differ by chance: by up to a squared step for each weight, and together where weights share one
        place on the grid (all absmaxes, a constant row). Weights that round to zero on both do not differ.
        Where all this is not small against the yardstick's error the largest error decides alone.
        """
        free = self.step**2 * (self.W.abs() > 0.45 * self.step)
        place = torch.where(self.step > 0, self.W.abs() / self.step, 0.0).flatten()
        _, group = place.unique(return_inverse=True)
        shared = torch.zeros(int(group.max()) + 1, dtype=torch.float64).index_add(0, group, free.flatten())
        return self.error > 0 and self.error**2 >= DECISIVE * float(shared.norm())


def moved(largest: float, of: str = "step") -> str:
    """``Yardstick.largest_of`` as what came: a weight so many steps from where it was, or no number at all."""
    if math.isnan(largest):
        return "NaN for a weight"
    if math.isinf(largest):
        return "an infinite weight"
    figure = f"{largest:.3g}"
    return f"a weight {figure} {of}{'' if figure == '1' else 's'} from where it was"


def times_error(ratio: float) -> str:
    """``Yardstick.ratio_of`` as what came: so many times an error that was told before, or no number at all."""
    return "NaN among the weights" if math.isnan(ratio) else f"{ratio:.3g} times that error"


def absmax_per_tensor(W: Tensor, levels: int = 127) -> Yardstick:
    """One scale for the matrix: the codes are -levels … levels."""
    return _yardstick(W, W.abs().max().expand_as(W), levels, FLOAT32_SLACK)


def absmax_per_row(W: Tensor, levels: int = 127) -> Yardstick:
    """One scale for each row."""
    return _yardstick(W, W.abs().amax(dim=1, keepdim=True).expand_as(W), levels, FLOAT32_SLACK)


def absmax_per_group(
    W: Tensor, group_size: int, levels: int = 7, slack: float = FLOAT16_SCALE_SLACK
) -> Yardstick:
    """One scale for each ``group_size`` neighbouring columns of a row; the last group may be short."""
    return _yardstick(W, absmax_of_groups(W, group_size), levels, slack)


def absmax_of_groups(W: Tensor, group_size: int) -> Tensor:
    """The absmax of its group at every weight, [r, c]."""
    groups = W.abs().split(group_size, dim=1)
    return torch.cat([group.amax(dim=1, keepdim=True).expand_as(group) for group in groups], dim=1)


def min_max_per_row(W: Tensor, levels: int = 255) -> Yardstick:
    """A scale and a zero point for each row: min … max, widened to contain zero, in ``levels`` steps."""
    exact = W.double()
    low, high = widened_range(exact)
    step = (high - low) / levels
    safe = torch.where(step > 0, step, 1.0)
    zero_point = (-low / safe).round()
    codes = ((exact / safe).round() + zero_point).clamp(0, levels)
    return Yardstick(W=exact, W_hat=((codes - zero_point) * step).float(), step=step.expand_as(exact))


def widened_range(W: Tensor) -> tuple[Tensor, Tensor]:
    """The smallest and largest weight of each row, [r, 1], with 0 between them."""
    return W.amin(dim=1, keepdim=True).clamp(max=0.0), W.amax(dim=1, keepdim=True).clamp(min=0.0)


def round_trip(W: Tensor, step: Tensor, levels: int) -> Tensor:
    """Round ``W`` to the nearest of -levels … levels times ``step`` (broadcast), and back. f32."""
    safe = torch.where(step > 0, step, 1.0)
    return ((W / safe).round().clamp(-levels, levels) * safe).float()


def _yardstick(W: Tensor, absmax: Tensor, levels: int, slack: float) -> Yardstick:
    exact = W.double()
    step = absmax.double() / levels
    return Yardstick(W=exact, W_hat=round_trip(exact, step, levels), step=step, slack=slack)
