"""Families of weight matrices whose rows lie unevenly around zero, drawn fresh for every grading.

Every family is f32[r, c]; each row is all zeros or has an absmax between 1e-3 and 1e3. Rows of one
matrix are of similar size, so that the error of the whole is not the chance of a few of them; where
many weights are zero or few rows decide, there are more of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from matrices import made_large, made_small, within_range
from torch import Tensor

WEIGHTS = 4600


def skewed(draw: Any, name: str, weights: int = WEIGHTS) -> Tensor:
    """One matrix of the family ``name``, of about ``weights`` weights."""
    return FAMILIES[name](draw, weights)


def skewed_rows(draw: Any, rows: int, columns: int, size: float | None = None) -> Tensor:
    """Rows that reach further to one side of zero than to the other, by up to 20 times."""
    W = draw.normal(rows, columns)
    shares = torch.linspace(0.05, 0.9, rows)[draw.permutation(rows)][:, None]
    negative = _half_of(draw, rows)[:, None]
    W = torch.where((W < 0) == negative, W, W * shares)
    return within_range(W * (size or _size(draw)))


def one_sided_rows(draw: Any, rows: int, columns: int, size: float | None = None) -> Tensor:
    """Rows that lie on one side of zero and keep a distance from it, half of them above and half below."""
    distance = torch.linspace(0.2, 4.0, rows)[draw.permutation(rows)][:, None]
    sign = torch.where(_half_of(draw, rows), -1.0, 1.0)[:, None]
    W = (draw.normal(rows, columns).abs() + distance) * sign
    return within_range(W * (size or _size(draw)))


def _shape(draw: Any, weights: int) -> tuple[int, int]:
    columns = draw.integer(100, 140)
    return -(-weights // columns) + draw.integer(0, 3), columns


def _size(draw: Any) -> float:
    return float(10 ** draw.uniform(-1.7, 0.9))


def _half_of(draw: Any, rows: int) -> Tensor:
    """bool[rows], true for half of them."""
    return draw.permutation(rows) < rows // 2


def _skewed(draw: Any, weights: int) -> Tensor:
    return skewed_rows(draw, *_shape(draw, weights))


def _one_sided(draw: Any, weights: int) -> Tensor:
    return one_sided_rows(draw, *_shape(draw, weights + weights // 2))


def _mixed(draw: Any, weights: int) -> Tensor:
    """Skewed and one-sided rows, and a few that lie evenly around zero."""
    rows, columns = _shape(draw, weights)
    W = skewed_rows(draw, rows, columns, 1.0)
    order = draw.permutation(rows)
    W[order[: rows // 3]] = one_sided_rows(draw, rows // 3, columns, 0.6)
    W[order[-4:]] = draw.normal(4, columns)
    return within_range(W * _size(draw))


def _after_relu(draw: Any, weights: int) -> Tensor:
    """Nothing below zero and many zeros, as after a ReLU; in every third row nothing above zero."""
    W = draw.normal(*_shape(draw, 2 * weights)).clamp(min=0.0) * _size(draw)
    W[::3] *= -1.0
    return within_range(W)


def _with_zeros(draw: Any, weights: int) -> Tensor:
    """Skewed rows in which a tenth of the weights are exact zeros, as after pruning."""
    W = skewed_rows(draw, *_shape(draw, weights))
    places = draw.permutation(W.numel())[: W.numel() // 10]
    W.view(-1)[places] = 0.0
    return W


def _mirrored(draw: Any, weights: int) -> Tensor:
    """In every row the largest weight is exactly as large as the smallest is small."""
    W = within_range(draw.normal(*_shape(draw, weights)) * _size(draw))
    absmax = W.abs().amax(dim=1)
    rows, places = torch.arange(len(W)), W.abs().argmax(dim=1)
    W[rows, places] = absmax
    W[rows, (places + 1) % W.shape[1]] = -absmax
    return W


def _uneven(draw: Any, weights: int) -> Tensor:
    """Rows of different size, the largest five times the smallest."""
    W = skewed_rows(draw, *_shape(draw, weights + weights // 2), 1.0)
    exponents = torch.linspace(-0.35, 0.35, len(W))[draw.permutation(len(W))]
    return within_range(W * 10.0 ** exponents[:, None] * _size(draw))


def _square(draw: Any, weights: int) -> Tensor:
    """As many rows as columns, half of them of a fifth of the size."""
    side = int((1.5 * weights) ** 0.5) + draw.integer(1, 6)
    small = torch.where(_half_of(draw, side), 0.2, 1.0)[:, None]
    return within_range(skewed_rows(draw, side, side, 1.0) * small * _size(draw))


def _outliers(draw: Any, weights: int) -> Tensor:
    """In every row one weight that lies three times as far out as the others."""
    W = skewed_rows(draw, *_shape(draw, weights), 1.0)
    rows, columns = torch.arange(len(W)), draw.permutation(W.shape[1])
    peaks = 3.0 * W.abs().amax(dim=1)
    W[rows, columns[rows % W.shape[1]]] = torch.where(_half_of(draw, len(W)), -peaks, peaks)
    return within_range(W * _size(draw))


def _small(draw: Any, weights: int) -> Tensor:
    return within_range(made_small(draw, _skewed(draw, weights)))


def _large(draw: Any, weights: int) -> Tensor:
    return within_range(made_large(draw, _mixed(draw, weights)))


def _one_row(draw: Any, weights: int) -> Tensor:
    return skewed_rows(draw, 1, weights + draw.integer(0, 99))


def _zero_rows(draw: Any, weights: int) -> Tensor:
    W = _mixed(draw, weights)
    W[draw.permutation(len(W))[:4]] = 0.0
    return W


def _zero_matrix(draw: Any, weights: int) -> Tensor:
    return torch.zeros(draw.integer(2, 9), draw.integer(2, 17))


def _transposed(draw: Any, weights: int) -> Tensor:
    return _skewed(draw, weights).T.contiguous().T


def _strided(draw: Any, weights: int) -> Tensor:
    rows, columns = _shape(draw, weights)
    return skewed_rows(draw, 2 * rows, columns + 2)[::2, 1:-1]


# --- where the yardstick is exact: every weight of a row has one value ---------------------------------


def _values(draw: Any, count: int) -> Tensor:
    """f32[count, 1]: numbers of either sign between 0.02 and 900, spread over the decades."""
    exponents = torch.linspace(-1.7, 2.9, count)[draw.permutation(count)]
    sign = torch.where(draw.permutation(count) % 2 == 0, 1.0, -1.0)
    return (sign * 10.0**exponents * (1.0 + 0.1 * draw.uniform(-1.0, 1.0)))[:, None]


def _constant_rows(draw: Any, weights: int) -> Tensor:
    return _values(draw, draw.integer(40, 60)).expand(-1, draw.integer(5, 9)).contiguous()


def _one_column(draw: Any, weights: int) -> Tensor:
    return _values(draw, draw.integer(40, 60))


def _one_weight(draw: Any, weights: int) -> Tensor:
    return _values(draw, 9)[:1]


FAMILIES: dict[str, Callable[[Any, int], Tensor]] = {
    "skewed": _skewed,
    "one-sided": _one_sided,
    "mixed": _mixed,
    "after a ReLU": _after_relu,
    "with zeros": _with_zeros,
    "mirrored": _mirrored,
    "uneven": _uneven,
    "square": _square,
    "outliers": _outliers,
    "small": _small,
    "large": _large,
    "one row": _one_row,
    "zero rows": _zero_rows,
    "zero matrix": _zero_matrix,
    "transposed": _transposed,
    "strided": _strided,
    "constant rows": _constant_rows,
    "one column": _one_column,
    "one weight": _one_weight,
}
