"""Codes and scales drawn for an int8 product, and what is right for them.

An int8 product is a sum of whole numbers, exact, times one step for the token and one for the output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

TOP = 127
GRIDS = tuple(127 + k / 8 for k in range(8))
WHOLE_IN_FLOAT32 = 2**24  # up to here float32 holds every whole number


@dataclass(frozen=True)
class Coded:
    """Two matrices as codes and steps: qx i8[t, h], sx f32[t], qw i8[h, o], sw f32[o]."""

    qx: Tensor
    sx: Tensor
    qw: Tensor
    sw: Tensor

    @cached_property
    def sums(self) -> Tensor:
        """i64[t, o], exact."""
        return self.qx.long() @ self.qw.long()

    @cached_property
    def added_up(self) -> Tensor:
        """f64[t, o]: the sums of the magnitudes, which say how large a sum may be on the way."""
        return self.qx.double().abs() @ self.qw.double().abs()

    @cached_property
    def unit(self) -> Tensor:
        """f64[t, o]: what a sum of 1 stands for."""
        return self.sx.double()[:, None] * self.sw.double()

    @property
    def exact(self) -> Tensor:
        """f64[t, o]"""
        return self.sums * self.unit

    def error_of(self, came: Tensor) -> float:
        """The largest error of a result, as a share of it; where the sum is 0, of one unit.

        Results whose unit is 0 are left out.
        """
        live = self.unit > 0
        if not bool(live.any()):
            return 0.0
        errors = (came.double() - self.exact).abs()[live] / (
            self.unit[live] * self.sums[live].abs().clamp(min=1)
        )
        return float(errors.max())


def codes(draw: Any, rows: int, columns: int, low: int = 0) -> Tensor:
    """i8[rows, columns], magnitudes ``low`` … 127 with equal chance, either sign."""
    magnitudes = low + torch.randint(TOP + 1 - low, (rows, columns), generator=draw.generator)
    signs = 1 - 2 * torch.randint(2, (rows, columns), generator=draw.generator)
    return (magnitudes * signs).to(torch.int8)


def steps(draw: Any, count: int) -> Tensor:
    """f32[count]: sizes that differ by up to 10^3.5, in random order."""
    return draw.uniform(0.2, 0.8) * 10.0 ** -torch.linspace(0.0, 3.5, count)[draw.permutation(count)]


def coded(draw: Any, tokens: int, features: int, outputs: int) -> Coded:
    """Codes of either sign, and steps that differ by factors."""
    qx, qw = codes(draw, tokens, features), codes(draw, features, outputs)
    return Coded(qx, steps(draw, tokens), qw, steps(draw, outputs))


def long_sums(draw: Any, tokens: int, outputs: int) -> Coded:
    """Sums beyond 2^24, all of them odd: every second whole number is none of float32's there."""
    features = draw.integer(2101, 2299)
    qx = codes(draw, tokens, features, low=91).abs() // 2 * 2 * _signs(draw, tokens)[:, None]
    qw = codes(draw, features, outputs, low=91).abs() * _signs(draw, outputs)
    odd = draw.integer(0, 999)  # the one odd product of a sum
    qx[:, odd], qw[odd] = TOP, TOP
    return Coded(qx, steps(draw, tokens), qw, steps(draw, outputs))


def barely_too_long(draw: Any, tokens: int, outputs: int) -> Coded:
    """The largest codes, and only as many features as it takes to pass 2^24; all sums are odd."""
    features = 1041 + 2 * draw.integer(0, 9)
    qx = TOP * _signs(draw, tokens)[:, None].repeat(1, features)
    qw = TOP * _signs(draw, outputs).repeat(features, 1)
    return Coded(qx, steps(draw, tokens), qw, steps(draw, outputs))


def cancelling(draw: Any, tokens: int, outputs: int) -> Coded:
    """Large products that nearly cancel: small sums, and for the first output nothing but zeros."""
    half = draw.integer(1801, 1899)
    qx, qw = codes(draw, tokens, half, low=91).abs(), codes(draw, half, outputs, low=91).abs()
    other = -qw
    for output in range(1, outputs):
        other[draw.permutation(half)[:3], output] += draw.choice((1, 2))
    order = torch.cat((draw.permutation(half), half + draw.permutation(half)))
    return Coded(
        torch.cat((qx, qx), dim=1)[:, order],
        steps(draw, tokens),
        torch.cat((qw, other))[order],
        steps(draw, outputs),
    )


def _signs(draw: Any, count: int) -> Tensor:
    """i8[count], both signs where there are two."""
    signs = torch.ones(count, dtype=torch.int8)
    signs[draw.permutation(count)[: count // 2]] = -1
    return signs


# --- activations --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Layer:
    """Activations f32[t, h], and weights as codes i8[h, o] and steps f32[o]."""

    X: Tensor
    qw: Tensor
    sw: Tensor

    @cached_property
    def weights(self) -> Tensor:
        """f64[h, o]"""
        return self.qw.double() * self.sw.double()

    @property
    def coded(self) -> Coded:
        """The same with X in codes and steps of absmax / 127."""
        sx = self.X.abs().amax(dim=1) / TOP
        qx = (self.X / torch.where(sx > 0, sx, 1.0)[:, None]).round().to(torch.int8)
        return Coded(qx, sx, self.qw, self.sw)

    @cached_property
    def exact(self) -> Tensor:
        """f64[t, o]"""
        return self.X.double() @ self.weights

    @cached_property
    def yardstick_error(self) -> float:
        """What int8 activations leave: the root mean square over grids from absmax / 127 to absmax / 128.

        All of them are as good as each other, and the error of each is partly luck.
        """
        return math.hypot(*(self.error_of(self.rounded(steps)) for steps in GRIDS)) / len(GRIDS) ** 0.5

    def error_of(self, came: Tensor) -> float:
        """‖came − X W‖, Frobenius."""
        return float((came.double() - self.exact).norm())

    def rounded(self, steps: float) -> Tensor:
        """f64[t, o]: the product with X on the grid absmax / ``steps`` of each token."""
        step = self.X.double().abs().amax(dim=1, keepdim=True) / steps
        live = torch.where(step > 0, step, 1.0)
        return ((self.X.double() / live).round().clamp(-128, 127) * step) @ self.weights


def layer(draw: Any, tokens: int, features: int, outputs: int) -> Layer:
    """Normal activations of tokens whose sizes differ up to 7-fold, and normal weights in int8."""
    X = draw.normal(tokens, features) * (steps(draw, tokens) ** 0.25)[:, None] * 10 ** draw.uniform(-0.8, 0.8)
    qw = (draw.normal(features, outputs) * 32).round().clamp(-TOP, TOP).to(torch.int8)
    return Layer(X, qw, steps(draw, outputs) ** 0.25)


def lopsided(drawn: Layer) -> Layer:
    """The same with small positive values: the largest magnitude of every token is negative."""
    return Layer(torch.where(drawn.X > 0, 0.1 * drawn.X, drawn.X), drawn.qw, drawn.sw)
