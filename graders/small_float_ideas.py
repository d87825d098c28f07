"""What wrong ideas about rounding to a small format give, and which of them came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from agreement import agreed
from small_floats import E4M3, E5M2, Format, binade_of, on_grid, rounded
from torch import Tensor


class Case(NamedTuple):
    """Numbers, the format to round them to, and what came back."""

    x: Tensor  # f32
    format: Format
    came: Tensor  # f32

    @property
    def right(self) -> Tensor:
        """What should have come, f64."""
        return rounded(self.x, self.format)

    @property
    def changed(self) -> int:
        """How many numbers are not what they should be."""
        return int((self.came.double() != self.right).sum())


def thought_behind(cases: Sequence[Case]) -> str | None:
    """The one misconception that explains all cases together, or None."""
    variants = [list(ideas(case)) for case in cases]
    together = [
        (variants[0][number][0], torch.cat([ideas_of[number][1].flatten() for ideas_of in variants]))
        for number in range(len(variants[0]))
    ]
    came = torch.cat([case.came.flatten() for case in cases])
    right = torch.cat([case.right.flatten() for case in cases])
    return agreed(came, right, together, relative=1e-6)


def half_away(x: Tensor) -> Tensor:
    """The nearest whole number; halves go away from zero."""
    return x.sign() * torch.floor(x.abs() + 0.5)


def half_to_zero(x: Tensor) -> Tensor:
    """The nearest whole number; halves go toward zero."""
    return x.sign() * torch.ceil(x.abs() - 0.5)


def half_up(x: Tensor) -> Tensor:
    """The nearest whole number; halves go up."""
    return torch.floor(x + 0.5)


def half_down(x: Tensor) -> Tensor:
    """The nearest whole number; halves go down."""
    return torch.ceil(x - 0.5)


def away(x: Tensor) -> Tensor:
    """The next whole number away from zero."""
    return x.sign() * torch.ceil(x.abs())


def ideas(case: Case) -> Iterator[tuple[str, Tensor]]:
    """Every idea with what it gives for the numbers of a case, in the same order for each case."""
    x, format = case.x, case.format
    exact, right = x.double(), case.right
    for rounding in (half_away, half_to_zero, half_up, half_down):
        yield "ties-not-to-even", rounded(x, format, rounding)
    for rounding in (torch.trunc, torch.floor, torch.ceil, away):
        yield "truncated-not-rounded", rounded(x, format, rounding)
    yield from _at_the_bottom(x, format, right)
    yield from _at_the_top(x, format, right)
    for bits in (-1, 1):
        other = format._replace(mantissa_bits=format.mantissa_bits + bits)
        yield "mantissa-bits-miscounted", rounded(x, other)
    for near in (torch.round, torch.ceil):
        magnitude = torch.where(exact == 0, 1.0, exact.abs())
        binade = near(torch.log2(magnitude)).clamp(min=format.lowest_exponent)
        grid = on_grid(x, binade, format.mantissa_bits)
        yield "exponent-not-rounded-down", grid.clamp(-format.largest, format.largest)
    yield from _evenly_spaced(exact, format)
    for narrow in (torch.float16, torch.bfloat16):
        yield "rounded-twice", rounded(x.to(narrow).float(), format)
    for only in (E4M3, E5M2):
        yield "one-format-only", rounded(x, only)
        yield "one-format-only", rounded(x, only).clamp(-format.largest, format.largest)
    for lost in (right.abs(), torch.where(exact < 0, torch.nan, right), right.clamp(min=0.0)):
        yield "negative-numbers-lost", lost
    yield "zero-becomes-nan", torch.where(exact == 0, torch.nan, right)


def _at_the_bottom(x: Tensor, format: Format, right: Tensor) -> Iterator[tuple[str, Tensor]]:
    least = 2.0**format.lowest_exponent
    lowest = format.lowest_exponent
    yield "subnormals-flushed", torch.where(right.abs() < least, 0.0, right)
    yield "subnormals-flushed", torch.where(x.abs() < least, 0.0, right)
    away_from_zero = torch.where(x.abs() < least / 2, 0.0, x.sign().double() * least)
    yield "subnormals-flushed", torch.where(x.abs() < least, away_from_zero, right)
    yield "subnormals-flushed", torch.where(x.abs() < least, x.sign().double() * least, right)
    yield "steps-shrink-for-ever", rounded(x, format, lowest=-200)
    for shift in (-1, 1):
        yield "lowest-binade-misplaced", rounded(x, format, lowest=lowest + shift)


def _at_the_top(x: Tensor, format: Format, right: Tensor) -> Iterator[tuple[str, Tensor]]:
    free = rounded(x, format._replace(largest=torch.inf))
    beyond = free.abs() > format.largest
    signed = x.sign().double()
    yield "not-saturated", free
    for value in (signed * torch.inf, torch.nan * signed, 0.0 * signed):
        yield "not-saturated", torch.where(beyond, value, right)
    for only, value in ((free.abs() > format.top(0), torch.nan), (free.abs() > format.top(0), torch.inf)):
        yield "not-saturated", torch.where(only, signed * value, free)
    for reserved in (0, 1):
        top = format.top(reserved)
        yield "largest-not-as-given", free.clamp(-top, top)


def _evenly_spaced(exact: Tensor, format: Format) -> Iterator[tuple[str, Tensor]]:
    bits = format.exponent_bits + format.mantissa_bits
    steps = [format.largest / (2**bits - 1), format.largest / 2**bits, 2.0**-format.mantissa_bits]
    for step in (*steps, 2.0 ** (format.lowest_exponent - format.mantissa_bits)):
        even = (exact / step).round() * step
        yield "steps-evenly-spaced", even.clamp(-format.largest, format.largest)
    magnitude = torch.where(exact == 0, 1.0, exact.abs())
    fine = 2**format.mantissa_bits
    curved = torch.exp2((torch.log2(magnitude) * fine).round() / fine).clamp(max=format.largest)
    yield "rounded-in-the-logarithm", torch.where(exact == 0, 0.0, exact.sign() * curved).float().double()
    binade = binade_of(exact).clamp(min=format.lowest_exponent)
    powers = torch.exp2(torch.log2(magnitude).round()).clamp(max=format.largest)
    yield "only-powers-of-two", torch.where(exact == 0, 0.0, exact.sign() * powers)
    yield "only-powers-of-two", torch.where(exact == 0, 0.0, exact.sign() * torch.exp2(binade))
