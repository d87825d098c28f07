"""A measured number against its limit, drawn on a log scale with the limit in the middle."""

from __future__ import annotations

import math

from textual.content import Content

DECADES = 1.0
"""Each half of the bar is one factor of ten: a tenth of the limit at the left, ten times at the right."""


def bar(ratio: float, width: int) -> Content:
    """``ratio`` of the limit as a line of ``width`` cells: ``━━━━━━━━╸┃──────────``.

    A value within the limit never reaches the mark, one beyond it always passes it.
    """
    half = (width - 1) // 2
    filled = _filled(ratio, half)
    colour = "$success" if ratio <= 1 else "$error"
    before = min(filled, half)
    after = max(0, filled - half)
    return Content.assemble(
        ("━" * before, colour),
        ("─" * (half - before), "$faint"),
        ("┃", "bold $foreground"),
        ("━" * after, colour),
        ("─" * (half - after), "$faint"),
    )


def factor(ratio: float) -> str:
    """``0.93×``, ``12×``, ``over 1,000×``: how much of the limit was used."""
    if math.isinf(ratio) or ratio >= 1000:
        return "over 1,000×"
    return f"{ratio:.3g}×" if ratio >= 0.001 else "0×" if ratio == 0 else "under 0.001×"


def _filled(ratio: float, half: int) -> int:
    if ratio <= 0 or math.isnan(ratio):
        return 0
    place = half + half * min(DECADES, max(-DECADES, math.log10(ratio))) / DECADES
    return min(math.floor(place), half) if ratio <= 1 else max(math.ceil(place), half + 1)
