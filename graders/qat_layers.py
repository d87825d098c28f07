"""Fake-quantized linear layers: drawn fresh, what they give, and their straight-through gradients.

With u = W / scale, a weight becomes Ŵ = scale · round(clip(u, low, high)). The straight-through estimator takes
rounding for the identity, so dŴ/dW is 1 where low ≤ u ≤ high and 0 elsewhere (Bengio 2013, arXiv 1308.3432).
All sums are taken in float64.

No weight is drawn near a tie of rounding. None lies between the last code and half a step beyond it, or close
before: to clip and then round, or to round and then clip, differ there in their gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

TOLERANCE = 1e-4  # of a norm
STEP_TOLERANCE = 1e-3  # steps
GRIDS = ((-4, 3), (-3, 3), (-8, 7), (-2, 1), (-1, 1), (-7, 7))
TIE, BEFORE, BEYOND = 0.02, 0.06, 0.56  # steps that are kept free


@dataclass(frozen=True)
class Layer:
    """X: f32[n, i], W: f32[o, i], scale: f32[o, 1], G: f32[n, o], the gradient with respect to the output."""

    X: Tensor
    W: Tensor
    scale: Tensor
    low: int
    high: int
    G: Tensor

    @cached_property
    def steps(self) -> Tensor:
        """u, f64[o, i]"""
        return self.W.double() / self.scale.double()

    @cached_property
    def inside(self) -> Tensor:
        """bool[o, i]"""
        return (self.steps >= self.low) & (self.steps <= self.high)

    @cached_property
    def W_hat(self) -> Tensor:
        """f64[o, i]"""
        return self.steps.clamp(self.low, self.high).round() * self.scale.double()

    @cached_property
    def Y(self) -> Tensor:
        """f64[n, o]"""
        return self.X.double() @ self.W_hat.T

    @cached_property
    def through(self) -> Tensor:
        """The gradient with respect to Ŵ, f64[o, i]."""
        return self.G.double().T @ self.X.double()

    @cached_property
    def grad_W(self) -> Tensor:
        """f64[o, i]"""
        return self.through * self.inside

    @cached_property
    def grad_X(self) -> Tensor:
        """f64[n, i]"""
        return self.G.double() @ self.W_hat

    def step_error(self, W_hat: Tensor) -> float:
        """The largest distance from Ŵ, in steps."""
        return float(((W_hat.double() - self.W_hat) / self.scale.double()).abs().max())

    def output_error(self, Y: Tensor) -> float:
        """The largest ‖Y_o − right‖ over outputs, of ‖X‖ ‖Ŵ_o‖."""
        return _worst((Y.double() - self.Y).norm(dim=0), self.X.double().norm() * self.W_hat.norm(dim=1))

    def weight_gradient_error(self, grad_W: Tensor) -> float:
        """The same for rows of the gradient, of ‖G_o‖ ‖X‖."""
        size = self.G.double().norm(dim=0) * self.X.double().norm()
        return _worst((grad_W.double() - self.grad_W).norm(dim=1), size)

    def input_gradient_error(self, grad_X: Tensor) -> float:
        """The same for examples, of ‖G_n‖ ‖Ŵ‖."""
        size = self.G.double().norm(dim=1) * self.W_hat.norm()
        return _worst((grad_X.double() - self.grad_X).norm(dim=1), size)


def _worst(distances: Tensor, sizes: Tensor) -> float:
    """NaN where anything is; a distance from nothing counts as it is."""
    return float((distances / torch.where(sizes > 0, sizes, 1.0)).max())


def layer(
    draw: Any, examples: int, inputs: int, outputs: int, *, grid: tuple[int, int], spread: float = 1.0
) -> Layer:
    """A layer whose weights reach ``spread`` times the range, typically; 0 keeps them inside."""
    low, high = grid
    steps = draw.normal(outputs, inputs) * high * (0.6 if spread else 0.3)
    if not spread:
        steps = steps.clamp(low + 2 * BEFORE, high - 2 * BEFORE)
    else:
        steps = steps * torch.where(draw.normal(outputs, inputs) > 0.5, 2.5 * spread, 1.0)
    powers = torch.linspace(-1.0, 1.0, outputs)[draw.permutation(outputs)]
    scale = (0.4 * 8.0**powers)[:, None]
    X, G = draw.normal(examples, inputs), draw.normal(examples, outputs)
    return Layer(X, settled(steps, low, high) * scale, scale, low, high, G)


def settled(steps: Tensor, low: int, high: int) -> Tensor:
    """``steps`` with every weight clear of ties and of the ends of the range."""
    for end, outward in ((float(high), 1.0), (float(low), -1.0)):
        beyond = (steps - end) * outward
        inner, outer = end - outward * 0.3, end + outward * 0.8
        steps = torch.where((beyond > -BEFORE) & (beyond < 0.25), inner, steps)
        steps = torch.where((beyond >= 0.25) & (beyond < BEYOND), outer, steps)
    tied = ((steps - steps.floor()) - 0.5).abs() < TIE
    return torch.where(tied, steps + 0.1, steps)
