"""SmoothQuant: layers to smooth, drawn fresh, and what smoothing reaches on them.

A layer is X (tokens × channels) times W (channels × outputs). Channel j of X is divided by s_j and row j
of W multiplied by it, s_j = max|X_j|^alpha / max|W_j|^(1 - alpha), so that the product stays what it was
and both operands can go to int8. A channel is *dead* where X or W has only zeros there: then any s_j does.
All sums are taken in float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from vectorwise import int8

FORMULA_TOLERANCE = 1e-3  # relative, for each live channel
PRODUCT_TOLERANCE = 1e-4  # ‖X̂ Ŵ − X W‖ / ‖X W‖, and the same for each channel of X̂
W8A8_FACTOR = 1.25  # times the error that the judge's own smoothing leaves
SMALLEST, LARGEST = 1.1e-3, 0.9e3


def formula(x_absmax: Tensor, w_absmax: Tensor, alpha: float) -> Tensor:
    """s of every channel, f64[h]; what stands at dead channels means nothing."""
    return x_absmax.double() ** alpha / w_absmax.double() ** (1 - alpha)


def live(x_absmax: Tensor, w_absmax: Tensor) -> Tensor:
    """Where the formula holds: bool[h]."""
    return (x_absmax > 0) & (w_absmax > 0)


@dataclass(frozen=True)
class Layer:
    """X: f32[t, h] with W: f32[h, o]."""

    X: Tensor
    W: Tensor

    @cached_property
    def x_absmax(self) -> Tensor:
        """f32[h]"""
        return self.X.abs().amax(dim=0)

    @cached_property
    def w_absmax(self) -> Tensor:
        """f32[h]"""
        return self.W.abs().amax(dim=1)

    @cached_property
    def exact(self) -> Tensor:
        """f64[t, o]"""
        return self.X.double() @ self.W.double()

    def distance(self, product: Tensor) -> float:
        """‖product − X W‖ / ‖X W‖, Frobenius."""
        return float((product.double() - self.exact).norm() / self.exact.norm())

    def w8a8_error(self, X: Tensor, W: Tensor) -> float:
        """The distance of X W once ``X`` is int8 by token and ``W`` int8 by output, both absmax/127."""
        return self.distance(int8(X, 1) @ int8(W, 0))

    def smoothed(self, alpha: float) -> tuple[Tensor, Tensor]:
        """What the formula makes of it, f64."""
        s = torch.where(live(self.x_absmax, self.w_absmax), formula(self.x_absmax, self.w_absmax, alpha), 1.0)
        return self.X.double() / s, self.W.double() * s[:, None]


# --- inputs ---------------------------------------------------------------------------------------


def sizes(draw: Any, count: int, low: float, high: float) -> Tensor:
    """``count`` numbers spread evenly in their logarithm over low … high, in random order, f32."""
    powers = torch.linspace(0.0, 1.0, count)[draw.permutation(count)]
    return (low * (high / low) ** powers).clamp(SMALLEST, LARGEST)


def scales_given(draw: Any, channels: int) -> Tensor:
    """Scales to smooth with, far from 1 on both sides, f32[channels]."""
    return sizes(draw, channels, 0.05, 20.0)


def layer(draw: Any, tokens: int, channels: int, outputs: int, loud: int = 0) -> Layer:
    """Normal activations, ``loud`` channels of them tens of times larger, with small weights."""
    X = draw.normal(tokens, channels) * sizes(draw, tokens, 0.5, 2.0)[:, None]
    for channel in draw.permutation(channels)[:loud]:
        size = draw.choice((-1.0, 1.0)) * draw.uniform(40.0, 80.0)
        X[:, channel] = size * (1 + 0.15 * draw.normal(tokens))
    W = draw.normal(channels, outputs) * sizes(draw, outputs, 0.03, 0.1)
    return Layer(_bounded(X, 0), _bounded(W, 1))


def _bounded(A: Tensor, dim: int) -> Tensor:
    """``A`` with the absmax of every channel (a slice along ``dim``) where the brief says it is."""
    absmax = A.abs().amax(dim=dim, keepdim=True)
    return A * (absmax.clamp(SMALLEST, LARGEST) / absmax.clamp(min=1e-30))
