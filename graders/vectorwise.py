"""The yardstick of LLM.int8()'s product: what a vector-wise int8 product with 16-bit outliers reaches.

A product is judged by its error against the exact one (float64), in the Frobenius norm. Several grids
are right (codes up to 127 or 127.5, weight scales with or without the outlier rows), and their errors
differ by chance, so the limit is taken from the worst of them and the floor from the best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

ERROR_FACTOR = 1.05
LONE_FACTOR = 1.5  # one token: chance does not average out
QUANTIZED_FACTOR = 0.8  # an error below this share of the best int8 error is no int8 error
FLOAT32_SLACK = 2e-6  # times the norm of the product

Rounding = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Product:
    """One product X W with its outlier features.

    X: f32[t, h]. W: f32[h, o]. A feature is outlying when any magnitude in its column of X exceeds
    the threshold.
    """

    X: Tensor
    W: Tensor
    threshold: float

    @cached_property
    def outlying(self) -> Tensor:
        """bool[h]"""
        return (self.X.abs() > self.threshold).any(dim=0)

    @cached_property
    def exact(self) -> Tensor:
        """f64[t, o]"""
        return self.X.double() @ self.W.double()

    def error_of(self, came: Tensor) -> float:
        """‖came − X W‖, Frobenius."""
        return float((came.double() - self.exact).norm())

    @cached_property
    def yardstick_error(self) -> float:
        """The error of the vector-wise product with a float16 outlier part."""
        halves = tuple(half_products(self.X, self.W, self.outlying))
        return max(self.error_of(regular + half) for regular in self._regular_parts() for half in halves)

    @cached_property
    def best_int8_error(self) -> float:
        """The least error with the regular operands in int8 and the outliers exact; 0 if all are outliers."""
        outliers = self.X[:, self.outlying].double() @ self.W[self.outlying].double()
        return min(self.error_of(regular + outliers) for regular in self._regular_parts())

    def limit(self, factor: float = ERROR_FACTOR) -> float:
        """What ``error_of`` may be."""
        return factor * self.yardstick_error + FLOAT32_SLACK * float(self.exact.norm())

    def _regular_parts(self) -> Iterator[Tensor]:
        rest = self.X.masked_fill(self.outlying, 0.0)
        for W in (self.W, self.W.masked_fill(self.outlying[:, None], 0.0)):
            for steps in (127.0, 127.5):
                yield int8(rest, 1, steps) @ int8(W, 0, steps)


def int8(A: Tensor, dim: int | None, steps: float = 127.0, rounding: Rounding = torch.round) -> Tensor:
    """``A`` rounded to int8, one absmax scale for each slice along ``dim`` (None: for all), f64."""
    absmax = A.abs().max().reshape(1, 1) if dim is None else A.abs().amax(dim=dim, keepdim=True)
    return on_grid(A, absmax.double() / steps, rounding)


def on_grid(A: Tensor, scale: Tensor, rounding: Rounding = torch.round) -> Tensor:
    """``A`` on the grid of int8 codes times ``scale`` (which broadcasts), clipped to −128 … 127, f64."""
    divisor = torch.where(scale == 0, 1.0, scale)
    return rounding(A.double() / divisor).clamp(-128, 127) * scale


def half_products(X: Tensor, W: Tensor, outlying: Tensor) -> Iterator[Tensor]:
    """The outlier part in float16, f64[t, o]: the sum rounded once, and rounded after every summand."""
    x, w = X[:, outlying].half(), W[outlying].half()
    yield (x.double() @ w.double()).half().double()
    total = torch.zeros(len(X), W.shape[1], dtype=torch.float16)
    for feature in range(x.shape[1]):
        total += x[:, feature, None] * w[feature]
    yield total.double()
