"""One measurement as one line: a bar on a log scale with the limit in its middle, the number, the factor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tutor.amounts import number, size

WIDTH = 20  # an even number: the limit stands in the middle
DECADES = 1.0  # each half of the bar is one factor of ten


def ratio(measurement: Mapping[str, Any]) -> float | None:
    """How much of the limit was used: at most 1 is within it. None where it was not measured.

    value / limit where lower is better, limit / value where higher is.
    """
    value, limit = measurement.get("value"), measurement.get("limit")
    if value is None or limit is None:
        return None
    above, below = (limit, value) if measurement.get("better") == "higher" else (value, limit)
    if below == 0:
        return 0.0 if above == 0 else math.inf
    return float(above / below)


def filled(share: float) -> int:
    """How many of a bar's ``WIDTH`` cells ``share`` of a limit fills: beyond the middle exactly when it is over."""
    half = WIDTH // 2
    if share <= 0 or math.isnan(share):
        return 0
    cells = round(half + half * max(-DECADES, min(DECADES, math.log10(share) / DECADES)))
    # Rounding must not show a near miss as a hit, nor the other way round.
    return max(cells, half + 1) if share > 1 else min(cells, half)


def bar(share: float) -> str:
    """``share`` of a limit as ``█████│····``: filled up to the share, the limit's mark in the middle."""
    full, half = filled(share), WIDTH // 2
    cells = "█" * full + "·" * (WIDTH - full)
    return f"{cells[:half]}│{cells[half:]}"


def line(measurement: Mapping[str, Any], name_width: int = 0) -> str:
    """``relative error  ██████████│█·········   1.14×  1.2, at most 1.05``."""
    return "  ".join(part.rstrip() for part in parts(measurement, name_width) if part)


def parts(measurement: Mapping[str, Any], name_width: int = 0) -> tuple[str, str]:
    """What is drawn (name, bar, factor) and what is said (value, limit, unit)."""
    name = str(measurement.get("name", "")).ljust(name_width)
    share, limit, unit = ratio(measurement), measurement.get("limit"), measurement.get("unit") or ""
    bound = "at least" if measurement.get("better") == "higher" else "at most"
    if share is None or limit is None:
        wanted = f", {bound} {_amount(limit, unit)}" if limit is not None else ""
        return name, f"not measured{wanted}"
    # Near the limit every byte counts; far from it a round figure is easier to read.
    exact = 0.9 < share < 1.1
    value = _amount(measurement["value"], unit, exact, with_unit=False)
    said = f"{value}, {bound} {_amount(limit, unit, exact)}"
    return f"{name}  {bar(share)} {_factor(share):>7}", said


def _factor(share: float) -> str:
    """``1.14×``, ``640×``, ``>1,000×``: seven characters at most, without powers of ten."""
    if math.isinf(share):
        return "over"
    if share >= 1000:
        return ">1,000×"
    if 0 < share < 0.001:
        return "<0.001×"
    decimals = 0 if share >= 100 or share == 0 else 2 if share >= 0.01 else 3
    return f"{share:.{decimals}f}×"


def _amount(value: float, unit: str, exact: bool = False, *, with_unit: bool = True) -> str:
    if unit == "bytes" and not exact:
        return size(value)
    return f"{number(value)} {unit}".rstrip() if with_unit else number(value)
