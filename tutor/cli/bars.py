"""One measurement as one line: a bar on a log scale with the limit in its middle, the number, the factor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

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


def bar(share: float) -> str:
    """``share`` of a limit as ``█████│····``: filled up to the share, the limit's mark in the middle."""
    half = WIDTH // 2
    if share <= 0 or math.isnan(share):
        filled = 0
    else:
        filled = round(half + half * max(-DECADES, min(DECADES, math.log10(share) / DECADES)))
        # Rounding must not show a near miss as a hit, nor the other way round.
        filled = max(filled, half + 1) if share > 1 else min(filled, half)
    cells = "█" * filled + "·" * (WIDTH - filled)
    return f"{cells[:half]}│{cells[half:]}"


def number(value: float | int) -> str:
    """A number as a person reads it: 16,384 · 0.0042 · 1.3e-07."""
    if float(value).is_integer() and abs(value) < 1e12:
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.3g}"


def line(measurement: Mapping[str, Any], name_width: int = 0) -> str:
    """``relative error  ███████│···  0.98 of at most 1.05 (0.93×)``."""
    name = str(measurement.get("name", "")).ljust(name_width)
    share = ratio(measurement)
    limit, unit = measurement.get("limit"), measurement.get("unit") or ""
    bound = "at least" if measurement.get("better") == "higher" else "at most"
    if share is None or limit is None:
        wanted = f", {bound} {number(limit)} {unit}".rstrip() if limit is not None else ""
        return f"{name}  not measured{wanted}"
    factor = "over" if math.isinf(share) else f"{share:.2f}×" if 0.01 <= share < 100 else f"{share:.1g}×"
    return (
        f"{name}  {bar(share)}  {number(measurement['value'])}, {bound} {number(limit)} {unit}".rstrip()
        + f" ({factor})"
    )
