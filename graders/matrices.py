"""Families of weight matrices that a quantizer must serve, drawn fresh for every grading.

Every family is f32[r, c] with finite normal numbers; each row is either all zeros or has an absmax
between 1e-3 and 1e3. With the default size all families together hold fewer than 2**17 weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

SMALLEST, LARGEST = 1.01e-3, 0.99e3


class Family(NamedTuple):
    """One drawn matrix and what is special about it."""

    name: str
    W: Tensor


def families(draw: Any, weights: int = 4200) -> Iterator[Family]:
    """Every family once, in a fixed order, each of about ``weights`` weights (the edge cases are smaller)."""
    for name, build in FAMILIES.items():
        yield Family(name, build(draw, weights))


def family(draw: Any, name: str, weights: int = 4200) -> Tensor:
    """One matrix of the family ``name``."""
    return FAMILIES[name](draw, weights)


def within_range(W: Tensor, absmax: Tensor | None = None) -> Tensor:
    """Rescale the rows whose absmax is not zero and not in the promised range. f32.

    Args:
        absmax: of what is rescaled together, at every weight of it or in a shape that broadcasts; rows by default.
    """
    if absmax is None:
        absmax = W.abs().amax(dim=1, keepdim=True)
    wanted = absmax.clamp(SMALLEST, LARGEST)
    return torch.where(absmax > 0, W * (wanted / absmax.clamp(min=1e-30)), 0.0).float()


def made_small(draw: Any, W: Tensor) -> Tensor:
    """``W`` with a largest magnitude near the least that is promised, 1e-3."""
    return W * (draw.uniform(1.1e-3, 2e-3) / W.abs().max())


def made_large(draw: Any, W: Tensor) -> Tensor:
    """``W`` with a largest magnitude near the most that is promised, 1e3."""
    return W * (draw.uniform(800.0, 980.0) / W.abs().max())


def _normal(draw: Any, rows: int, columns: int, size: float | None = None) -> Tensor:
    """Normal weights; ``size`` is their standard deviation (drawn between 0.02 and 2 when not given)."""
    return within_range(draw.normal(rows, columns) * (size or 10 ** draw.uniform(-1.7, 0.3)))


def _rows_for(draw: Any, weights: int, columns: int) -> int:
    return -(-weights // columns) + draw.integer(0, 3)


def _square(draw: Any, weights: int) -> Tensor:
    side = int(weights**0.5) + draw.integer(1, 6)
    return _normal(draw, side, side)


def _wide(draw: Any, weights: int) -> Tensor:
    rows = draw.integer(5, 9)
    return _normal(draw, rows, _rows_for(draw, weights, rows))


def _tall(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(9, 17)
    return _normal(draw, _rows_for(draw, weights, columns), columns)


def _one_row(draw: Any, weights: int) -> Tensor:
    return _normal(draw, 1, weights + draw.integer(0, 99))


def _one_column(draw: Any, weights: int) -> Tensor:
    return _normal(draw, weights // 8 + draw.integer(0, 9), 1)


def _one_weight(draw: Any, weights: int) -> Tensor:
    return _normal(draw, 1, 1)


def _odd_sizes(draw: Any, weights: int) -> Tensor:
    columns = 2 * draw.integer(60, 80) + 1
    return _normal(draw, 2 * (_rows_for(draw, weights, columns) // 2) + 1, columns)


def _zero_rows(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(100, 140)
    W = _normal(draw, _rows_for(draw, weights, columns) + 4, columns)
    W[draw.permutation(len(W))[:4]] = 0.0
    return W


def _zero_matrix(draw: Any, weights: int) -> Tensor:
    return torch.zeros(draw.integer(2, 9), draw.integer(2, 17))


def _constant_rows(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(40, 56)
    W = _normal(draw, _rows_for(draw, 2 * weights, columns), columns)
    W[draw.permutation(len(W))[:2]] = torch.tensor([[1.0], [-1.0]]) * draw.uniform(0.1, 0.9) * W.abs().max()
    return within_range(W)


def _outlier_rows(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(100, 140)
    W = _normal(draw, _rows_for(draw, weights, columns), columns, size=draw.uniform(0.05, 0.5))
    W[draw.permutation(len(W))[:2]] *= draw.uniform(40.0, 90.0)
    return within_range(W)


def _outlier_columns(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(100, 140)
    W = _normal(draw, _rows_for(draw, weights, columns), columns, size=draw.uniform(0.05, 0.5))
    W[:, draw.permutation(columns)[:2]] *= draw.uniform(20.0, 40.0)
    return within_range(W)


def _one_outlier(draw: Any, weights: int) -> Tensor:
    W = _square(draw, weights)
    W = W / W.abs().max()
    row, column = draw.integer(0, len(W) - 1), draw.integer(0, len(W) - 1)
    W[row, column] = draw.choice([-1.0, 1.0]) * draw.uniform(20.0, 60.0)
    return within_range(W)


def _uneven_rows(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(100, 140)
    W = draw.normal(_rows_for(draw, weights, columns), columns)
    exponents = torch.linspace(-2.0, 2.0, len(W))[draw.permutation(len(W))]
    return within_range(W * 10.0 ** exponents[:, None])


def _small(draw: Any, weights: int) -> Tensor:
    return within_range(made_small(draw, _odd_sizes(draw, weights)))


def _large(draw: Any, weights: int) -> Tensor:
    return within_range(made_large(draw, _odd_sizes(draw, weights)))


def _negative_peaks(draw: Any, weights: int) -> Tensor:
    """In every row, and so in the matrix, the weight of largest magnitude is negative."""
    columns = draw.integer(100, 140)
    W = _normal(draw, _rows_for(draw, weights, columns), columns)
    return within_range(torch.where(W > 0, 0.2 * W, W))


def _transposed(draw: Any, weights: int) -> Tensor:
    return _odd_sizes(draw, weights).T


def _strided(draw: Any, weights: int) -> Tensor:
    columns = draw.integer(100, 140)
    return _normal(draw, 2 * _rows_for(draw, weights, columns), columns + 2)[::2, 1:-1]


FAMILIES: dict[str, Callable[[Any, int], Tensor]] = {
    "square": _square,
    "wide": _wide,
    "tall": _tall,
    "one row": _one_row,
    "one column": _one_column,
    "one weight": _one_weight,
    "odd sizes": _odd_sizes,
    "zero rows": _zero_rows,
    "zero matrix": _zero_matrix,
    "constant rows": _constant_rows,
    "outlier rows": _outlier_rows,
    "outlier columns": _outlier_columns,
    "one outlier": _one_outlier,
    "uneven rows": _uneven_rows,
    "small": _small,
    "large": _large,
    "negative peaks": _negative_peaks,
    "transposed": _transposed,
    "strided": _strided,
}
