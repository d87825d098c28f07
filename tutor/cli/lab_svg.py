"""Perplexity against bytes as a picture: a point for each scheme, the learner's own filled."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.amounts import size
from tutor.cli.svg import KNOWN, OWN, QUIET, document, point, titled, words

if TYPE_CHECKING:
    from tutor.proving.lab import Comparison, Scheme

WIDTH, PLOT, LEFT, TOP, RIGHT, LINE = 760, 340, 72, 48, 24, 20
RULE = "#e5e7eb"
TICKS = 5


def lab_svg(comparison: Comparison) -> str:
    """An SVG document: axes (megabytes, perplexity on a log scale), a mark for each scheme, a legend."""
    schemes = sorted(comparison.schemes, key=lambda one: one.bytes)
    drawn = [one for one in schemes if one.perplexity is not None]
    axes = _Axes(drawn)
    height = TOP + PLOT + 56 + LINE * len(schemes)
    title = f"Perplexity against bytes: {comparison.model}, on {comparison.device}"
    return document(
        WIDTH,
        height,
        [
            words(LEFT, 24, title, weight="bold"),
            *axes.lines(),
            *(_mark(one, axes, chr(ord("a") + number)) for number, one in enumerate(schemes) if one in drawn),
            *_legend(schemes),
        ],
    )


class _Axes:
    """From what is measured to pixels."""

    def __init__(self, schemes: Sequence[Scheme]) -> None:
        sizes = [one.bytes for one in schemes] or [1]
        levels = [one.perplexity for one in schemes if one.perplexity] or [1.0]
        self.most = 1.05 * max(sizes)
        self.low, self.high = 0.97 * min(levels), 1.03 * max(levels)

    def across(self, count: float) -> float:
        return LEFT + count / self.most * (WIDTH - LEFT - RIGHT)

    def down(self, level: float) -> float:
        share = math.log(level / self.low) / math.log(self.high / self.low)
        return TOP + (1 - share) * PLOT

    def lines(self) -> Iterator[str]:
        for step in range(TICKS + 1):
            level = self.low * (self.high / self.low) ** (step / TICKS)
            y = self.down(level)
            yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{RULE}"/>'
            yield words(LEFT - 8, y + 4, f"{level:.3g}", QUIET, anchor="end")
        for count in _round_steps(self.most):
            label = size(count) if count else "0"
            yield words(self.across(count), TOP + PLOT + 18, label, QUIET, anchor="middle")
        yield words(WIDTH - RIGHT, TOP + PLOT + 36, "linear layers and head", QUIET, anchor="end")


def _round_steps(most: float) -> Iterator[float]:
    """0 and some five steps of 1, 2 or 5 times a power of ten, up to ``most``."""
    power = 10 ** math.floor(math.log10(most / TICKS))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= most / TICKS)
    for number in range(int(most / step) + 1):
        yield number * step


def _mark(one: Scheme, axes: _Axes, letter: str) -> str:
    assert one.perplexity is not None
    x, y = axes.across(one.bytes), axes.down(one.perplexity)
    colour = OWN if one.own else KNOWN
    return titled(one.name, point(x, y, own=one.own), words(x + 10, y - 6, letter, colour, weight="bold"))


def _legend(schemes: Sequence[Scheme]) -> Iterator[str]:
    y = TOP + PLOT + 44
    for number, one in enumerate(schemes):
        y += LINE
        colour, weight = (OWN, "bold") if one.own else (KNOWN, "normal")
        level = "not finite" if one.perplexity is None else f"{one.perplexity:.2f}"
        yield words(LEFT, y, chr(ord("a") + number), colour, weight="bold")
        yield words(LEFT + 24, y, one.name, weight=weight)
        for end, figure in ((460, size(one.bytes)), (580, f"{one.bits_per_weight:.2f} bits")):
            yield words(end, y, figure, anchor="end")
        yield words(WIDTH - RIGHT, y, level, anchor="end")
