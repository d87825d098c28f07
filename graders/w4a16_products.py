"""Inputs of w4a16-kernel, their exact products, and what float16 arithmetic makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

FACTOR = 2.0


@dataclass(frozen=True)
class Product:
    """X, f16 [t, i], by codes, i8 [o, i], with scales, f16 [o, i / group]."""

    X: Tensor
    q: Tensor
    scale: Tensor
    group: int

    @property
    def packed(self) -> Tensor:
        """u8 [o, i / 2]: column 2k in the low nibble of byte k, column 2k + 1 in the high one."""
        nibbles = self.q.to(torch.uint8) & 15
        return nibbles[:, 0::2] | nibbles[:, 1::2] << 4

    @cached_property
    def exact(self) -> Tensor:
        """f64 [t, o]: the product without any rounding to speak of."""
        return self.of(self.q, spread(self.scale, self.group))

    def of(self, q: Tensor, steps: Tensor) -> Tensor:
        """f64 [t, o]: the product with other codes or steps, both [o, i]."""
        return self.X.double() @ (q.double() * steps.double()).T

    @cached_property
    def limit(self) -> float:
        """FACTOR times the error of weights and results that are rounded to float16, summed exactly."""
        weights = (self.q.float() * spread(self.scale, self.group).float()).half()
        rounded = (self.X.double() @ weights.double().T).half().double()
        return FACTOR * float((rounded - self.exact).norm()) + 1e-6 * float(self.exact.norm())

    @cached_property
    def running(self) -> Tensor:
        """f64 [groups, t, o]: the sum over all groups up to each."""
        t = len(self.X)
        x = self.X.double().reshape(t, -1, self.group)
        w = (self.q.double() * spread(self.scale, self.group).double()).reshape(len(self.q), -1, self.group)
        return torch.einsum("tgk,ogk->gto", x, w).cumsum(0)


def spread(scale: Tensor, group: int) -> Tensor:
    """[o, i]: each scale as often as its group has columns."""
    return scale.repeat_interleave(group, dim=1)


def codes(draw, outputs: int, columns: int) -> Tensor:
    """i8 [o, i]: all sixteen codes, each about equally often."""
    return (draw.permutation(outputs * columns) % 16 - 8).to(torch.int8).reshape(outputs, columns)


def product(draw, tokens: int, outputs: int, groups: int, group: int, *, apart: float = 2.0) -> Product:
    """A drawn product whose scales differ up to ``apart``-fold, upwards and downwards."""
    exponents = torch.tanh(draw.normal(outputs, groups))
    scale = (0.02 * apart**exponents).half()
    return Product(
        draw.normal(tokens, groups * group).half(), codes(draw, outputs, groups * group), scale, group
    )


def cancelling(draw, tokens: int, outputs: int, group: int, *, height: float) -> Product:
    """Sums that climb to ``height`` over two groups, and come back to little over two more.

    The second half of a row of codes is the first half with the other sign, in another order, and activations
    are all about one number.
    """
    half = 2 * group
    up = (draw.permutation(outputs * half) % 8).to(torch.int8).reshape(outputs, half)
    down = torch.stack([-row[draw.permutation(half)] for row in up])
    scale = (0.25 * 2 ** (0.1 * draw.normal(outputs, 1))).half().expand(outputs, 4).contiguous()
    mean = height / float((up.double().sum(1) * scale[:, 0].double()).mean())
    X = (mean * (1 + 0.02 * draw.normal(tokens, 2 * half))).half()
    return Product(X, torch.cat([up, down], dim=1), scale, group)
