"""Numbers to be rounded to a small format, drawn fresh for every grading: each kind is f32[n] for one format."""

from __future__ import annotations

from typing import Any

import torch
from small_floats import Format, magnitudes
from torch import Tensor

NUMBERS = 250


def signs(draw: Any, x: Tensor) -> Tensor:
    """``x`` with a minus before every other number, in drawn places."""
    return x * torch.where(draw.permutation(len(x)) % 2 == 0, 1.0, -1.0)


def normal_numbers(draw: Any, format: Format) -> Tensor:
    """Numbers of every normal binade, and so none that is a tie but by chance."""
    highest = torch.tensor(format.largest).log2()
    exponents = format.lowest_exponent + torch.rand(NUMBERS, generator=draw.generator) * (
        highest - format.lowest_exponent
    )
    return signs(draw, torch.exp2(exponents).clamp(max=format.largest))


def neighbours(draw: Any, format: Format) -> tuple[Tensor, Tensor]:
    """Pairs of neighbouring numbers of the format, f64, all of a small format and a choice of a large one."""
    every = magnitudes(format)
    lower = draw.permutation(len(every) - 1)[:NUMBERS]
    return every[lower], every[lower + 1]


def ties(draw: Any, format: Format) -> Tensor:
    """Numbers half-way between two neighbours, exact in float32, and others to tell ties from the rest."""
    low, high = neighbours(draw, format)
    return torch.cat([signs(draw, ((low + high) / 2).float()), normal_numbers(draw, format)])


def near_ties(draw: Any, format: Format) -> Tensor:
    """Numbers one float32 step, or a few, beside the half-way."""
    low, high = neighbours(draw, format)
    half_way = ((low + high) / 2).float()
    steps = torch.where(draw.permutation(len(half_way)) % 2 == 0, 1.0, -1.0) * 2.0**-20
    return torch.cat([signs(draw, half_way * (1 + steps)), normal_numbers(draw, format)])


def subnormal_numbers(draw: Any, format: Format) -> Tensor:
    """Numbers below the smallest normal one, down to a fraction of the smallest of all, and others beside them."""
    low = torch.rand(NUMBERS, generator=draw.generator) * 2.0**format.lowest_exponent
    low = low * torch.where(draw.permutation(NUMBERS) % 5 == 0, 2.0**-format.mantissa_bits, 1.0)
    return torch.cat([signs(draw, low), normal_numbers(draw, format)])


def numbers_beyond(draw: Any, format: Format) -> Tensor:
    """Numbers just beyond the largest, and far beyond it."""
    factors = 10.0 ** (torch.rand(60, generator=draw.generator) ** 3 * 25)
    return signs(draw, format.largest * torch.cat([factors, torch.linspace(1.001, 2.5, 60)]))


def the_format(draw: Any, format: Format) -> Tensor:
    """Numbers of the format itself, zero among them."""
    every = magnitudes(format).float()
    return signs(draw, torch.cat([every[:3], every[-3:], every[draw.permutation(len(every))[:NUMBERS]]]))
