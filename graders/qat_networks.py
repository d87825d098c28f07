"""Small networks that tell the arms of a spiral apart: trained here, rounded, and judged on fresh points.

A network has three matrices, relu between them, no biases (a column of ones is among the inputs). Its rows have
fixed scales, a share of absmax / high that is chosen so that plain rounding to 3 bits costs much. No weight lies near
a tie of its grid, where a single step of an optimizer would bring it to another code: many steps have to add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

ARMS, HIDDEN, POINTS, JUDGED = 4, 24, 1024, 4096
STEPS, RATE = 300, 0.01
LEAST_ACCURACY, LEAST_LOSS = 0.97, 0.2
SHARES = (0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)  # of absmax / high; the first that costs enough
CLEAR = 0.25  # steps from every tie
ATTEMPTS = 20

Weights = Sequence[Tensor]


def logits_of(X: Tensor, weights: Weights) -> Tensor:
    """f32[n, arms]: what the network with these matrices says of X, f32[n, 3]."""
    for W in weights[:-1]:
        X = torch.relu(X @ W.T)
    return X @ weights[-1].T


def rounded(weights: Weights, scales: Weights, low: int, high: int) -> list[Tensor]:
    """The weights on the grid, as the brief says that the judge rounds them."""
    return [(W / scale).round().clamp(low, high) * scale for W, scale in zip(weights, scales, strict=True)]


@dataclass(frozen=True)
class Points:
    """X: f32[n, 3], the last column ones; y: i64[n]."""

    X: Tensor
    y: Tensor

    def accuracy(self, weights: Weights) -> float:
        """The share of points whose arm has the largest logit."""
        return float((logits_of(self.X, weights).argmax(dim=1) == self.y).double().mean())

    def loss(self, weights: Weights) -> float:
        """The mean cross-entropy, in nats."""
        return float(functional.cross_entropy(logits_of(self.X, weights), self.y))


@dataclass(frozen=True)
class Task:
    """A trained network, the grid that it goes to, and points to train and to judge on."""

    seen: Points
    fresh: Points
    weights: list[Tensor]
    scales: list[Tensor]
    low: int
    high: int

    def rounded(self, weights: Weights) -> list[Tensor]:
        """These weights on the task's grid."""
        return rounded(weights, self.scales, self.low, self.high)

    @cached_property
    def float_accuracy(self) -> float:
        """Of the trained network before any rounding, on fresh points."""
        return self.fresh.accuracy(self.weights)

    @cached_property
    def rounded_accuracy(self) -> float:
        """After plain rounding."""
        return self.fresh.accuracy(self.rounded(self.weights))

    def recovered(self, weights: Weights) -> float:
        """The share of the accuracy lost by plain rounding that these weights, rounded, bring back."""
        lost = self.float_accuracy - self.rounded_accuracy
        return (self.fresh.accuracy(self.rounded(weights)) - self.rounded_accuracy) / lost


def task(draw: Any, low: int, high: int) -> Task:
    """Draws spirals and trains a network on them, until one is good and plain rounding makes it bad.

    Raises:
        RuntimeError: none of twenty is.
    """
    for _ in range(ATTEMPTS):
        phase, turn = draw.uniform(0, 2 * math.pi), draw.uniform(4.0, 5.0) * draw.choice((-1.0, 1.0))
        seen, fresh = spiral(draw, POINTS, phase, turn), spiral(draw, JUDGED, phase, turn)
        weights = trained(seen, initial(draw))
        for share in SHARES:
            scales = [share * W.abs().amax(dim=1, keepdim=True) / high for W in weights]
            clear = [clear_of_ties(W, scale) for W, scale in zip(weights, scales, strict=True)]
            found = Task(seen, fresh, clear, scales, low, high)
            lost = found.float_accuracy - found.rounded_accuracy
            if found.float_accuracy >= LEAST_ACCURACY and lost >= LEAST_LOSS:
                return found
    raise RuntimeError("no network that plain rounding harms was found")


def clear_of_ties(W: Tensor, scale: Tensor) -> Tensor:
    """``W``, f32[o, i], with the weights near a tie moved away from it; their codes stay what they are."""
    steps = W.double() / scale
    code = steps.round()
    return ((code + (steps - code).clamp(CLEAR - 0.5, 0.5 - CLEAR)) * scale).float()


def spiral(draw: Any, count: int, phase: float, turn: float) -> Points:
    """Points on four arms, each with the arm's number for its class."""
    y = torch.randint(0, ARMS, (count,), generator=draw.generator)
    radius = 0.15 + 0.85 * torch.rand(count, generator=draw.generator).sqrt()
    angle = phase + 2 * math.pi * y / ARMS + turn * radius + 0.12 * draw.normal(count)
    X = torch.stack([2 * radius * angle.cos(), 2 * radius * angle.sin(), torch.ones(count)], dim=1)
    return Points(X, y)


def initial(draw: Any) -> list[Tensor]:
    """Three matrices to begin with, f32[o, i]: normal, of variance 2 / i, so that relu keeps sizes alike."""
    sizes = (3, HIDDEN, HIDDEN, ARMS)
    return [draw.normal(o, i) * math.sqrt(2 / i) for i, o in pairwise(sizes)]


def trained(points: Points, weights: Weights) -> list[Tensor]:
    """The network after 300 steps of Adam on all points, without any rounding.

    Written out, since torch's own optimizers import a second's worth of modules on their first step.
    """
    first, second = 0.9, 0.999
    weights = [W.clone().requires_grad_() for W in weights]
    moments = [(torch.zeros_like(W), torch.zeros_like(W)) for W in weights]
    for step in range(1, STEPS + 1):
        loss = functional.cross_entropy(logits_of(points.X, weights), points.y)
        gradients = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            for W, gradient, (mean, square) in zip(weights, gradients, moments, strict=True):
                mean.lerp_(gradient, 1 - first)
                square.lerp_(gradient * gradient, 1 - second)
                size = (square / (1 - second**step)).sqrt() + 1e-8
                W -= RATE * mean / (1 - first**step) / size
    return [W.detach() for W in weights]
