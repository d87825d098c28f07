"""Calibration batches, and the ranges that are right for them.

A range c stands for the symmetric grid of codes −L … L with step c / L, where L = 2^(bits−1) − 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

CANDIDATES = 200
BINS = 1000
SHORT, RARE = 2, (0.255, 0.28)  # tokens of the batch with the rare value, and what the others are at most
LOUD = (
    (0.2, 1.0, 0.15, 0.1),
    (0.15, 0.2, 1.0, 0.1),
)  # spreads of the batches; loud is neither first nor last
SHARES = {
    1.0: 0.1,
    0.2: 0.3,
    0.15: 0.32,
    0.1: 0.28,
}  # of the tokens, by spread: the loud batch is the smallest

Batches = Sequence[Tensor]


# --- what is drawn ------------------------------------------------------------------------------


class Source:
    """A distribution of activations, from which batches are drawn: one for calibration, others held out.

    The values are normal ones raised to ``power`` (heavier tails above 1), one in each quantile of their
    distribution, so that two draws have nearly the same extremes. With ``loud`` one batch of four holds
    larger values than the others; ``one_sided`` leaves the negative ones far larger than the positive.
    """

    def __init__(self, draw: Any, power: float = 1.0, loud: bool = False, one_sided: bool = False) -> None:
        self._draw, self._power, self._loud, self._one_sided = draw, power, loud, one_sided
        self._features, tokens = draw.integer(48, 56), draw.integer(150, 160)
        self._spreads = draw.choice(LOUD)
        self._counts = [round(SHARES[spread] * tokens) * self._features for spread in self._spreads]
        self._size = 10 ** draw.uniform(-1.0, 1.0)
        self._rare_share = draw.uniform(*RARE)

    def batches(self) -> list[Tensor]:
        """Four batches f32[t, h] of different length, about 8,000 values together."""
        if self._loud:
            drawn = [s * self._values(n) for s, n in zip(self._spreads, self._counts, strict=True)]
        else:
            drawn = list(self._values(sum(self._counts)).split(self._counts))
        return [self._size * X.reshape(-1, self._features) for X in drawn]

    def with_a_rare_value(self) -> list[Tensor]:
        """Three long batches with values spread evenly, and between them a short one with a value far beyond.

        The least error clips that value: the best range is where the others end, a quarter of the absmax. Coarser
        grids of ranges miss it, a search of the upper half as well, and means of batches give the value far more
        weight than it has.
        """
        features = self._features
        counts = [self._draw.integer(45, 55) for _ in range(3)]
        counts.insert(self._draw.integer(1, 2), SHORT)
        batches = []
        for tokens in counts:
            n = tokens * features
            X = (2 * self._draw.permutation(n) + 1 - n) * (self._rare_share / n)
            if tokens == SHORT:
                X[self._draw.integer(0, n - 1)] = self._draw.choice((-1.0, 1.0))
            batches.append(self._size * X.reshape(tokens, features))
        return batches

    def _values(self, count: int) -> Tensor:
        places = self._draw.permutation(count) + 0.5 + 0.1 * self._draw.normal(count).clamp(-1, 1)
        z = torch.special.ndtri(places.double() / count).float()
        values = z.sign() * z.abs() ** self._power
        return torch.where(values > 0, 0.3 * values, values) if self._one_sided else values


# --- what is right ------------------------------------------------------------------------------


def levels(bits: int) -> int:
    """The largest code."""
    return 2 ** (bits - 1) - 1


def all_values(given: Batches) -> Tensor:
    """f64[n]"""
    return torch.cat([X.flatten() for X in given]).double()


def on_grid(values: Tensor, clip: float, bits: int, more_below: int = 0) -> Tensor:
    """``values`` on the grid of the range ``clip``, clipped to it; with so many more codes below zero."""
    if clip == 0:
        return torch.zeros_like(values)
    step = clip / levels(bits)
    return (values / step).round().clamp(-levels(bits) - more_below, levels(bits)) * step


def error(values: Tensor, clip: float, bits: int, order: float = 2.0, more_below: int = 0) -> float:
    """The norm of what the grid of the range ``clip`` does to ``values``."""
    return float(torch.linalg.vector_norm(on_grid(values, clip, bits, more_below) - values, order))


def times_best(values: Tensor, clip: float, best: float, bits: int) -> float:
    """How many times the error of the range ``best`` that of ``clip`` is, on the grid that suits ``clip`` best.

    Free are the code -L - 1, and steps of c / (L + 1/2), whose best range is that much larger.
    """
    same_step = clip * levels(bits) / (levels(bits) + 0.5)
    grids = ((clip, 0), (clip, 1), (same_step, 1))
    return min(
        error(values, c, bits, more_below=more) / error(values, best, bits, more_below=more)
        for c, more in grids
    )


def best_range(values: Tensor, bits: int, order: float = 2.0) -> float:
    """The range with the least error, found among evenly spaced ones up to absmax."""
    absmax = float(values.abs().max())
    candidates = [absmax * k / CANDIDATES for k in range(1, CANDIDATES + 1)]
    return min(candidates, key=lambda clip: error(values, clip, bits, order))


def percentile_bracket(values: Tensor, percent: float) -> tuple[float, float]:
    """Between which numbers the percentile of the magnitudes may lie: a place more to either side, 1 %, and
    the width of a histogram's bin."""
    ordered = values.abs().sort().values
    place = (len(ordered) - 1) * percent / 100
    below, above = max(int(place) - 1, 0), min(math.ceil(place) + 1, len(ordered) - 1)
    bin_width = float(ordered[-1]) / BINS
    return 0.99 * float(ordered[below]) - bin_width, 1.01 * float(ordered[above]) + bin_width
