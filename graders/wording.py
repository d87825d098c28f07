"""Numbers in the words of a message."""

from __future__ import annotations

import math

MANY = 10_000


def figure(number: float) -> str:
    """Three digits, without an exponent: NaN and numbers beyond ten thousand in words."""
    if math.isnan(number):
        return "NaN"
    if number > MANY:
        return "more than 10,000"
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def counted(count: int, one: str, several: str = "") -> str:
    """``1 index``, ``no indices``, ``12 indices``."""
    return f"{count or 'no'} {one if count == 1 else several or one + 's'}"
