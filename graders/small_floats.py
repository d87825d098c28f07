"""Small floating-point formats: their numbers, rounding to them, and the bytes of E4M3 (float64 throughout).

A format has a sign, ``exponent_bits`` with bias 2^(exponent_bits - 1) - 1, ``mantissa_bits``, subnormal numbers, and
a largest number that is a convention: what the top of the range is reserved for differs (OCP 8-bit floating point
specification; FP8 Formats for Deep Learning, arXiv 2209.05433).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

Rounding = Callable[[Tensor], Tensor]


class Format(NamedTuple):
    """The arguments of round_to_format."""

    exponent_bits: int
    mantissa_bits: int
    largest: float

    @property
    def name(self) -> str:
        """What it is called where a check speaks of it: exponent bits, mantissa bits, and the largest number."""
        return f"E{self.exponent_bits}M{self.mantissa_bits} up to {self.largest:g}"

    @property
    def lowest_exponent(self) -> int:
        """The exponent of the smallest normal number."""
        return 2 - 2 ** (self.exponent_bits - 1)

    def top(self, reserved: int) -> float:
        """The largest number if the ``reserved`` highest exponents hold none."""
        exponent = 2**self.exponent_bits - 1 - reserved - (2 ** (self.exponent_bits - 1) - 1)
        return (2 - 2.0**-self.mantissa_bits) * 2.0**exponent


E4M3 = Format(4, 3, 448.0)
E5M2 = Format(5, 2, 57344.0)
FLOAT16 = Format(5, 10, 65504.0)
NAMED = (E4M3, E5M2, Format(2, 1, 6.0), Format(2, 3, 7.5), Format(3, 2, 28.0), FLOAT16)


def drawn_format(draw: Any) -> Format:
    """A format that has no name, of either convention about the highest exponent."""
    bare = Format(draw.integer(3, 4), draw.integer(4, 7), 0.0)
    return bare._replace(largest=bare.top(draw.integer(0, 1)))


def binade_of(x: Tensor) -> Tensor:
    """floor(log2 |x|), f64; -1 for 0."""
    return torch.frexp(x.double())[1].double() - 1


def on_grid(x: Tensor, exponent: Tensor, mantissa_bits: int, rounding: Rounding = torch.round) -> Tensor:
    """``x`` rounded to steps of 2^(exponent - mantissa_bits), f64."""
    step = torch.exp2(exponent - mantissa_bits)
    return rounding(x.double() / step) * step


def rounded(x: Tensor, format: Format, rounding: Rounding = torch.round, lowest: int | None = None) -> Tensor:
    """``x`` in the format, saturating; ``lowest`` is another exponent of the smallest normal number. f64."""
    least = format.lowest_exponent if lowest is None else lowest
    grid = on_grid(x, binade_of(x).clamp(min=least), format.mantissa_bits, rounding)
    return grid.clamp(-format.largest, format.largest)


def magnitudes(format: Format) -> Tensor:
    """Every number of the format that is not negative, ascending from 0, f64."""
    mantissas = torch.arange(2**format.mantissa_bits, dtype=torch.float64) / 2**format.mantissa_bits
    exponents = torch.arange(2**format.exponent_bits - 1, dtype=torch.float64) + format.lowest_exponent
    normal = ((1 + mantissas) * torch.exp2(exponents)[:, None]).flatten()
    every = torch.cat([mantissas * 2.0**format.lowest_exponent, normal])
    return every[every <= format.largest]


def read_e4m3(codes: Tensor) -> Tensor:
    """The numbers of E4M3 bytes by torch's own type, f64 (NaN for 0x7F and 0xFF)."""
    return codes.contiguous().view(torch.float8_e4m3fn).double()


def every_code() -> Tensor:
    """u8[254]: all bytes that are numbers of E4M3."""
    codes = torch.arange(256)
    return codes[codes % 128 < 127].to(torch.uint8)
