"""Layers to quantize by GPTQ: weights, the Hessian of inputs that belong together, bits and group size.

W is f32[o, i], H = 2 X Xᵀ is f32[i, i], its i rows of X being input features. All features have about the same
size, and which of them belong together has nothing to do with their order, so that no order of the columns
is better than another by more than chance. The groups of a row differ less than five-fold in size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor


class Layer(NamedTuple):
    """One layer and how to quantize it."""

    W: Tensor  # f32[o, i]
    H: Tensor  # f32[i, i]
    bits: int
    group_size: int

    @property
    def dead(self) -> Tensor:
        """bool[i]: the columns whose inputs are all zero."""
        return self.H.diagonal() == 0


def layer(draw: Any, name: str) -> Layer:
    """One layer of the family ``name``."""
    return FAMILIES[name](draw)


# --- inputs ---------------------------------------------------------------------------------------


def factors(draw: Any, features: int, tokens: int, noise: float = 0.25) -> Tensor:
    """Inputs that are mixtures of few factors, with noise of their own: X, f64[features, tokens]."""
    count = max(3, features // 9)
    mixture = draw.normal(features, count).double() / count**0.5
    return mixture @ draw.normal(count, tokens).double() + noise * draw.normal(features, tokens).double()


def chain(draw: Any, features: int, tokens: int, next_to: float = 0.95) -> Tensor:
    """Each input correlates with the next in a hidden order: X, f64[features, tokens]."""
    place = draw.permutation(features).double()
    covariance = next_to ** (place[:, None] - place).abs()
    return torch.linalg.cholesky(covariance) @ draw.normal(features, tokens).double()


def hessian(X: Tensor, size: float = 1.0) -> Tensor:
    """2 X Xᵀ, f32[i, i], scaled so that the mean of its diagonal is ``size``."""
    H = 2 * X @ X.T
    return (H * (size / H.diagonal().mean())).float()


def _usual_size(draw: Any) -> float:
    return float(10 ** draw.uniform(0.0, 2.0))


# --- weights ----------------------------------------------------------------------------------------


def weights(draw: Any, rows: int, columns: int) -> Tensor:
    """Normal weights, f32[rows, columns], of one size for all."""
    return draw.normal(rows, columns) * 10 ** draw.uniform(-1.5, 1.0)  # type: ignore[no-any-return]


def with_sizes(draw: Any, W: Tensor, group_size: int) -> Tensor:
    """In every row one group, another in each, is three times as large as the others. Rows differ by a third."""
    pieces = W.split(group_size, dim=1)
    row = 1.0 + 0.3 * draw.permutation(len(W))[:, None] / len(W)
    large = draw.permutation(len(W)) % len(pieces)
    return torch.cat(
        [
            row * piece / piece.abs().amax(dim=1, keepdim=True) * torch.where(large == k, 3.0, 1.0)[:, None]
            for k, piece in enumerate(pieces)
        ],
        dim=1,
    )


# --- families -----------------------------------------------------------------------------------------


def _factors(draw: Any) -> Layer:
    columns = 32 * 3
    X = factors(draw, columns, 3 * columns)
    return Layer(weights(draw, draw.integer(18, 21), columns), hessian(X, _usual_size(draw)), 4, 32)


def _chain(draw: Any) -> Layer:
    columns = 32 * 3
    X = chain(draw, columns, 4 * columns)
    return Layer(weights(draw, draw.integer(18, 21), columns), hessian(X, _usual_size(draw)), 3, 32)


def _two_bits(draw: Any) -> Layer:
    group_size = draw.integer(20, 24)
    columns = 3 * group_size
    X = factors(draw, columns, 3 * columns)
    return Layer(weights(draw, draw.integer(18, 21), columns), hessian(X, _usual_size(draw)), 2, group_size)


def _wide(draw: Any) -> Layer:
    """More columns than the blocks of 128 that published code works in."""
    group_size = draw.integer(48, 50)
    columns = 4 * group_size
    X = chain(draw, columns, 3 * columns)
    return Layer(weights(draw, draw.integer(11, 12), columns), hessian(X, _usual_size(draw)), 4, group_size)


def _apart(draw: Any) -> Layer:
    """Groups differ three-fold in size."""
    columns = 32 * 5
    W = with_sizes(draw, draw.normal(draw.integer(15, 17), columns), 32)
    return Layer(W, hessian(factors(draw, columns, 3 * columns), _usual_size(draw)), 4, 32)


def _short_last(draw: Any) -> Layer:
    group_size = draw.integer(33, 39)
    columns = 2 * group_size + draw.integer(18, 24)
    X = factors(draw, columns, 3 * columns)
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, _usual_size(draw)), 3, group_size)


def _loud_twins(draw: Any) -> Layer:
    """A few quiet inputs take over the errors of loud ones, and leave the grid far behind.

    For the values used, not for the loss: the order of the columns decides it here.
    """
    columns = 32 * 2
    X = draw.normal(columns, 4 * columns).double()
    X[:6] *= 30.0
    X[6:12] = X[:6] / 30.0 + 0.1 * X[6:12]
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, _usual_size(draw)), 3, 32)


def _one_group(draw: Any) -> Layer:
    columns = draw.integer(66, 74)
    X = chain(draw, columns, 4 * columns)
    group_size = columns + draw.integer(1, 60)
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, _usual_size(draw)), 3, group_size)


def _negative_peaks(draw: Any) -> Layer:
    """In every group the weight of largest magnitude is negative."""
    columns = 32 * 2 + draw.integer(0, 3)
    W = weights(draw, draw.integer(18, 20), columns)
    X = factors(draw, columns, 3 * columns)
    return Layer(torch.where(W > 0, 0.2 * W, W), hessian(X, _usual_size(draw)), 4, 34)


def _few_tokens(draw: Any) -> Layer:
    """Fewer tokens than features: H is singular."""
    columns = 32 * 2 + draw.integer(8, 12)
    X = factors(draw, columns, 3 * columns // 4, noise=0.4)
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, _usual_size(draw)), 4, 38)


def _dead_columns(draw: Any) -> Layer:
    """Some inputs are always zero."""
    columns = 32 * 2 + draw.integer(8, 12)
    X = factors(draw, columns, 3 * columns)
    X[draw.permutation(columns)[: columns // 8]] = 0.0
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, _usual_size(draw)), 4, 40)


def _equal_columns(draw: Any) -> Layer:
    """Some inputs are always the same as another."""
    columns = 32 * 2 + draw.integer(8, 12)
    X = chain(draw, columns, 3 * columns, next_to=0.9)
    twins = draw.permutation(columns)[:16].reshape(2, 8)
    X[twins[0]] = X[twins[1]]
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, _usual_size(draw)), 4, 40)


def _small_inputs(draw: Any) -> Layer:
    columns = 32 * 2
    X = factors(draw, columns, 3 * columns)
    return Layer(weights(draw, draw.integer(18, 20), columns), hessian(X, draw.uniform(1e-3, 2e-3)), 4, 32)


def _large_inputs(draw: Any) -> Layer:
    """Large inputs meet small weights: no group's absmax is below 1e-3, and some are near it."""
    columns = 32 * 2
    X = factors(draw, columns, 3 * columns)
    W = draw.normal(draw.integer(18, 20), columns)
    smallest = min(float(piece.abs().amax(dim=1).min()) for piece in W.split(32, dim=1))
    return Layer(W * (draw.uniform(1.1e-3, 1.5e-3) / smallest), hessian(X, draw.uniform(5e4, 1e5)), 4, 32)


def _views(draw: Any) -> Layer:
    """Neither matrix is contiguous."""
    columns = 32 * 2
    W = weights(draw, columns, draw.integer(18, 20)).T
    wide = torch.zeros(columns, 2 * columns)
    wide[:, ::2] = hessian(factors(draw, columns, 3 * columns), _usual_size(draw))
    return Layer(W, wide[:, ::2], 4, 32)


def _square(draw: Any) -> Layer:
    """As many rows as columns."""
    columns = draw.integer(42, 46)
    X = factors(draw, columns, 4 * columns)
    return Layer(weights(draw, columns, columns), hessian(X, _usual_size(draw)), 4, columns)


def _tiny(draw: Any) -> Layer:
    columns = draw.integer(9, 12)
    X = factors(draw, columns, 3 * columns)
    return Layer(weights(draw, draw.integer(5, 7), columns), hessian(X, _usual_size(draw)), 4, 8)


def with_zeros(draw: Any) -> tuple[Layer, Tensor]:
    """A layer in which some rows are zero (bool[o] says which), and some groups hold one value, or zeros."""
    given = _factors(draw)
    W, size = given.W.clone(), given.group_size
    zero_rows = draw.permutation(len(W)) < 3
    one, two, three = draw.permutation(len(W))[:3].tolist()
    W[one, :size] = W[one, 0]
    W[two, size : 2 * size] = 0.0
    W[three, :size] = 0.0
    W[zero_rows] = 0.0
    return given._replace(W=W), zero_rows


FAMILIES: dict[str, Callable[[Any], Layer]] = {
    "tiny": _tiny,
    "factors": _factors,
    "chain": _chain,
    "two bits": _two_bits,
    "wide": _wide,
    "square": _square,
    "apart": _apart,
    "short last": _short_last,
    "one group": _one_group,
    "negative peaks": _negative_peaks,
    "loud twins": _loud_twins,
    "few tokens": _few_tokens,
    "dead columns": _dead_columns,
    "equal columns": _equal_columns,
    "small inputs": _small_inputs,
    "large inputs": _large_inputs,
    "views": _views,
}
