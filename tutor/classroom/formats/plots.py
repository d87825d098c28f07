"""The report's plots as SVG, which needs no script and no other host."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 18, 34
BINS = 12


@dataclass(frozen=True)
class Bar:
    """One column: what stands below it, and how many it holds; ``kind`` colours it."""

    label: str
    count: int
    kind: str = ""


def columns(title: str, bars: Sequence[Bar], unit: str) -> Markup:
    """Columns over their labels, each with its count; read out as a sentence by who can't see it."""
    most = max((bar.count for bar in bars), default=0) or 1
    step = (WIDTH - LEFT - RIGHT) / max(1, len(bars))
    told = ", ".join(f"{bar.label}: {bar.count}" for bar in bars if bar.count)
    parts = [
        Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">').format(
            WIDTH, HEIGHT, f"{title}. {told} {unit}"
        )
    ]
    floor = HEIGHT - BOTTOM
    for at, bar in enumerate(bars):
        x, height = LEFT + at * step, (floor - TOP) * bar.count / most
        middle = x + step / 2
        box = f'x="{x + step * 0.08:.1f}" y="{floor - height:.1f}" width="{step * 0.84:.1f}" height="{height:.1f}"'
        title_of = escape(f"{bar.label} {unit}: {bar.count}")
        parts.append(
            Markup(f'<rect class="bar {escape(bar.kind)}" {box} rx="2"><title>{title_of}</title></rect>')
        )
        if bar.count:
            parts.append(_words(middle, floor - height - 4, str(bar.count), "count"))
        parts.append(_words(middle, floor + 13, bar.label, "label"))
    parts.append(Markup(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>'))
    parts.append(_words(WIDTH - RIGHT, HEIGHT - 5, unit, "unit"))
    return Markup("").join([*parts, Markup("</svg>")])


def points(shares: Sequence[tuple[int, int]]) -> list[Bar]:
    """How many reached which share of the points: none, each tenth, all."""
    tenths = Counter(
        "none" if not got else "all" if got == of else f"{10 * got // of}0" for got, of in shares if of
    )
    names = ["none", *(f"{tenth}0" for tenth in range(1, 10)), "all"]
    tenths["10"] += tenths.pop("00", 0)
    kinds = {"none": "bad", "all": "good"}
    return [Bar(name, tenths[name], kinds.get(name, "")) for name in names]


def amounts(values: Sequence[float]) -> list[Bar]:
    """Positive figures in columns, each twice or so the one before; the label is its upper edge."""
    found = [value for value in values if value > 0]
    if not found:
        return []
    low, high = math.log(min(found)), math.log(max(found))
    bins = BINS if high - low > 1e-9 else 1
    width = (high - low) / bins or 1.0
    counts = Counter(min(bins - 1, int((math.log(value) - low) / width)) for value in found)
    return [
        Bar(_short(math.exp(low + (at + 1) * width) if bins > 1 else found[0]), counts[at])
        for at in range(bins)
    ]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _words(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(kind, x, y, text)
