"""Families of weight matrices with the group size to quantize them with, drawn fresh for every grading.

Every matrix is f32[r, c]; each of its groups is all zeros or has an absmax between 1e-3 and 1e3.
Where the error is judged groups are of 32 weights and more and of few sizes, so that no chance of a
few weights decides: an absmax / 8 that clips, a search and absmax / 7 are all right there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from matrices import made_large, made_small, within_range
from torch import Tensor
from yardsticks import absmax_of_groups

WEIGHTS = 3600


class Grouped(NamedTuple):
    """A matrix and the size of its groups."""

    W: Tensor
    group_size: int


def grouped(draw: Any, name: str, weights: int = WEIGHTS) -> Grouped:
    """One matrix of the family ``name``, of about ``weights`` weights."""
    return FAMILIES[name](draw, weights)


def groups_of(columns: int, group_size: int) -> int:
    """How many groups a row has, the short last one counted."""
    return -(-columns // group_size)


def in_range(W: Tensor, group_size: int) -> Tensor:
    """Rescale the groups whose absmax is not zero and not in the promised range."""
    return within_range(W, absmax_of_groups(W, group_size))


def _normal(draw: Any, weights: int, columns: int, group_size: int, size: float | None = None) -> Grouped:
    rows = -(-weights // columns) + draw.integer(0, 3)
    W = draw.normal(rows, columns) * (size or 10 ** draw.uniform(-1.7, 0.9))
    return Grouped(in_range(W, group_size), group_size)


def _even(draw: Any, weights: int) -> Grouped:
    group_size = draw.choice((32, 40, 64))
    return _normal(draw, weights, group_size * draw.integer(3, 5), group_size)


def _usual(draw: Any, weights: int) -> Grouped:
    return _normal(draw, weights + weights // 2, 256, 128)


def _short_last(draw: Any, weights: int) -> Grouped:
    group_size = draw.integer(33, 63)
    return _normal(draw, weights, group_size * draw.integer(3, 4) + draw.integer(5, 20), group_size)


def _one_group(draw: Any, weights: int) -> Grouped:
    """The group size exceeds the number of columns."""
    columns = draw.integer(70, 110)
    return _normal(draw, weights, columns, columns + draw.integer(1, 60))


def _apart(draw: Any, weights: int) -> Grouped:
    """Neighbouring groups differ eight-fold in size; groups fill the rows."""
    group_size = draw.choice((32, 48, 64))
    return _with_sizes(draw, _normal(draw, weights, group_size * 6, group_size))


def _apart_and_short(draw: Any, weights: int) -> Grouped:
    group_size = draw.integer(33, 47)
    return _with_sizes(draw, _normal(draw, weights, group_size * 5 + draw.integer(7, 30), group_size))


def _square_of_groups(draw: Any, weights: int) -> Grouped:
    """As many groups in a row as there are columns in a group."""
    group_size = draw.integer(32, 36)
    return _with_sizes(draw, _normal(draw, weights, group_size**2, group_size))


def _with_sizes(draw: Any, drawn: Grouped) -> Grouped:
    """Half of the groups eight times as large as the others, in a pattern that differs from row to row."""
    W, group_size = drawn
    rows, groups = len(W), groups_of(W.shape[1], group_size)
    large = (draw.permutation(rows * groups) % 2 == 0).reshape(rows, groups)
    sizes = torch.where(large, 1.0, 0.125).repeat_interleave(group_size, dim=1)[:, : W.shape[1]]
    return Grouped(in_range(W * sizes, group_size), group_size)


def _outliers(draw: Any, weights: int) -> Grouped:
    """In every row one group with a weight four times as large as any other."""
    W, group_size = _even(draw, weights)
    places = draw.permutation(len(W)) * 7 % W.shape[1]
    peaks = 4.0 * W.abs().amax(dim=1) * torch.where(draw.permutation(len(W)) % 2 == 0, 1.0, -1.0)
    W[torch.arange(len(W)), places] = peaks
    return Grouped(in_range(W, group_size), group_size)


def _negative_peaks(draw: Any, weights: int) -> Grouped:
    """In every group the weight of largest magnitude is negative."""
    W, group_size = _normal(draw, weights, 64 * draw.integer(2, 4) + draw.integer(20, 40), 64)
    return Grouped(in_range(torch.where(W > 0, 0.2 * W, W), group_size), group_size)


def _one_sided(draw: Any, weights: int) -> Grouped:
    """All weights of a group have one sign."""
    W, group_size = _normal(draw, weights, 64 * draw.integer(2, 4), 64)
    signs = torch.where(draw.normal(len(W), W.shape[1] // group_size) > 0, 1.0, -1.0)
    return Grouped(W.abs() * signs.repeat_interleave(group_size, dim=1), group_size)


def _small(draw: Any, weights: int) -> Grouped:
    W, group_size = _short_last(draw, weights)
    return Grouped(in_range(made_small(draw, W), group_size), group_size)


def _large(draw: Any, weights: int) -> Grouped:
    W, group_size = _short_last(draw, weights)
    return Grouped(in_range(made_large(draw, W), group_size), group_size)


def _one_row(draw: Any, weights: int) -> Grouped:
    group_size = draw.integer(40, 70)
    return Grouped(in_range(draw.normal(1, weights + draw.integer(0, 99)), group_size), group_size)


def _zero_groups(draw: Any, weights: int) -> Grouped:
    W, group_size = _short_last(draw, weights)
    groups = groups_of(W.shape[1], group_size)
    zero = (draw.permutation(len(W) * groups) % 9 == 0).reshape(len(W), groups)
    zero[draw.integer(0, len(W) - 1)] = True
    return Grouped(W.masked_fill(zero.repeat_interleave(group_size, dim=1)[:, : W.shape[1]], 0.0), group_size)


def _transposed(draw: Any, weights: int) -> Grouped:
    W, group_size = _apart_and_short(draw, weights)
    return Grouped(W.T.contiguous().T, group_size)


def _strided(draw: Any, weights: int) -> Grouped:
    group_size = draw.integer(33, 47)
    W, _ = _normal(draw, 2 * weights, 4 * group_size + 9, group_size)
    return Grouped(W[::2, 1:-1], group_size)


# --- where the yardstick is exact: every group holds one magnitude ------------------------------------


def _ones(draw: Any, weights: int) -> Grouped:
    """Groups of one column."""
    return Grouped(in_range(draw.normal(draw.integer(5, 9), draw.integer(11, 17)), 1), 1)


def _one_column(draw: Any, weights: int) -> Grouped:
    return Grouped(in_range(draw.normal(draw.integer(20, 40), 1), 1), draw.choice((1, 4, 128)))


def _one_weight(draw: Any, weights: int) -> Grouped:
    return Grouped(in_range(draw.normal(1, 1), 1), draw.integer(1, 9))


def _constant_groups(draw: Any, weights: int) -> Grouped:
    group_size, groups = draw.integer(5, 9), draw.integer(4, 6)
    values = 10.0 ** draw.normal(draw.integer(8, 12), groups).clamp(-2.5, 2.5)
    signs = torch.where(draw.normal(*values.shape) > 0, 1.0, -1.0)
    W = (values * signs).repeat_interleave(group_size, dim=1)[:, : -draw.integer(1, group_size - 1)]
    return Grouped(W.contiguous(), group_size)


FAMILIES: dict[str, Callable[[Any, int], Grouped]] = {
    "even": _even,
    "usual": _usual,
    "short last": _short_last,
    "one group": _one_group,
    "apart": _apart,
    "apart and short": _apart_and_short,
    "square of groups": _square_of_groups,
    "outliers": _outliers,
    "negative peaks": _negative_peaks,
    "one-sided": _one_sided,
    "small": _small,
    "large": _large,
    "one row": _one_row,
    "zero groups": _zero_groups,
    "transposed": _transposed,
    "strided": _strided,
    "groups of one": _ones,
    "one column": _one_column,
    "one weight": _one_weight,
    "constant groups": _constant_groups,
}
