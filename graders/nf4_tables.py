"""Levels that are not those of NF4, and borders between its levels that are not half-way."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from nf4_levels import LEVELS, OFFSET, in_blocks, normal_levels, side
from torch import Tensor

BNB_FP4 = (0.0, 0.0625 / 12, 2 / 12, 3 / 12, 4 / 12, 6 / 12, 8 / 12, 1.0)
E2M1 = (0.0, 0.5 / 6, 1 / 6, 1.5 / 6, 2 / 6, 3 / 6, 4 / 6, 1.0)
LARGEST_QUANTILE = float(side(8)[0])


def wrong_tables() -> Iterator[tuple[str, Tensor]]:
    """Every wrong idea of the levels, with the levels in ascending order."""
    for low, high, steps in ((-7.5, 7.5, 7.5), (-7, 7, 7), (-8, 7, 8), (-8, 7, 7), (-7, 8, 8), (-8, 7, 7.5)):
        yield "levels-evenly-spaced", torch.arange(low, high + 0.5, dtype=torch.float64) / steps
    for middle in (7, 8):
        even = torch.linspace(-1, 1, 16, dtype=torch.float64)
        even[middle] = 0.0
        yield "levels-evenly-spaced", even
    for magnitudes in (BNB_FP4, E2M1):
        positive = torch.tensor(magnitudes, dtype=torch.float64)
        yield "floating-point-levels", torch.cat([-positive.flip(0)[:-1], positive])
    yield "levels-mirrored", -LEVELS.flip(0)
    for negative, positive in ((7, 7), (8, 8)):
        yield "sides-equally-long", normal_levels(OFFSET, negative, positive)
    yield "half-kept-on-each-side", _with_halves(7, 8)
    yield "quantiles-not-normalised", LEVELS * LARGEST_QUANTILE
    for outermost in (OFFSET, 16 / 17, 31 / 32):
        yield "no-level-at-zero", _sweep(outermost)
    halves = torch.cat([-side(8), side(8).flip(0)])
    yield "no-level-at-zero", halves / halves.max()
    unshifted = [torch.erfinv(torch.linspace(OFFSET, 0.5, n + 1, dtype=torch.float64)[:-1]) for n in (7, 8)]
    zero = torch.zeros(1, dtype=torch.float64)
    levels = torch.cat([-unshifted[0], zero, unshifted[1].flip(0)])
    yield "erfinv-of-the-probability", levels / levels.max()


def wrong_borders() -> Iterator[tuple[str, Tensor]]:
    """Every wrong idea of which numbers belong to a level: fifteen borders."""
    yield "codes-evenly-spaced", (torch.arange(15, dtype=torch.float64) + 0.5) / 7.5 - 1
    yield "codes-evenly-spaced", torch.arange(-7, 8, dtype=torch.float64) / 8


def fitted_tables(came: Tensor, block_size: int) -> Iterator[tuple[str, Tensor]]:
    """Quantiles up to the probability that the second largest level of what came tells, if they are not NF4's."""
    blocks = in_blocks(came, block_size)
    top = blocks.abs().amax(dim=1, keepdim=True)
    relative = (blocks / torch.where(top > 0, top, 1.0)).flatten()
    below = relative[(relative > 0.4) & (relative < 0.98)]
    if not len(below):
        return
    for idea, levels_of in (("another-offset", normal_levels), ("no-level-at-zero", _sweep)):
        low, high = 0.8, 0.99999  # the larger the offset, the larger the gap below 1
        for _ in range(50):
            middle = (low + high) / 2
            too_low = float(levels_of(middle)[-2]) > float(below.max())
            low, high = (middle, high) if too_low else (low, middle)
        if float((levels_of(low) - LEVELS).abs().max()) > 1e-3:
            yield idea, levels_of(low)


def _with_halves(negative: int, positive: int) -> Tensor:
    """Quantiles down to that of ½ on either side: each side ends with a zero of its own."""
    sides = [
        torch.special.ndtri(torch.linspace(OFFSET, 0.5, n, dtype=torch.float64)) for n in (negative, positive)
    ]
    levels = torch.cat([-sides[0], torch.zeros(1, dtype=torch.float64), sides[1].flip(0)])
    return levels / levels.max()


def _sweep(offset: float) -> Tensor:
    """Sixteen quantiles from one side to the other."""
    quantiles = torch.special.ndtri(torch.linspace(1 - offset, offset, 16, dtype=torch.float64))
    return quantiles / quantiles[-1]
