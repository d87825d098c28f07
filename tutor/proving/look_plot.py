"""A look in characters: bars of eighths, shades for the heat, a table that marks what is off."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby

from tutor.proving.looking import Histogram, Look

BARS = " ▁▂▃▄▅▆▇█"
SHADES = " ░▒▓█"
DECADES = 2.0
"""The lightest shade is a hundredth of the largest error, and less."""
LEGEND = "█ the largest error   ▓ ▒ less, on a log scale   ░ a hundredth of it or less   blank: none"

LABEL = 10  # columns of the names beside the small case

VALUE, ERROR, AXIS, OFF, NOTHING = "value", "error", "axis", "off", ""

Cell = tuple[str, str]  # characters, and what they are
Row = list[Cell]


def histogram(one: Histogram, kind: str, width: int, height: int) -> list[Row]:
    """Bars over an axis that names both ends and the middle. As many columns as bins, or half as many."""
    counts = _fitted(one.counts, max(8, width))
    most = max(counts) or 1
    eighths = [math.ceil(8 * height * count / most) for count in counts]
    rows: list[Row] = []
    for level in range(height - 1, -1, -1):
        signs = "".join(BARS[min(8, max(0, eighth - 8 * level))] for eighth in eighths)
        rows.append([(signs, kind)])
    low, high = _figure(one.low), _figure(one.high)
    middle = "0" if one.low < 0 < one.high else ""
    room = len(counts) - len(low) - len(high) - len(middle)
    gap = " " * max(1, room // 2)
    rows.append([(f"{low}{gap}{middle}{' ' * max(1, room - len(gap))}{high}", AXIS)])
    return rows


def heat(look: Look, width: int) -> list[Row]:
    """The error's place in the matrix: a row of shades for each row of cells, with its largest error beside it."""
    most = max(max(row) for row in look.heat)
    rows: list[Row] = []
    for number, cells in enumerate(look.heat):
        fitted = _largest(cells, max(8, width - 18))
        signs = "".join(_shade(cell, most) for cell in fitted)
        rows.append([(f"{number:>3} ", AXIS), (signs, ERROR), (f"  {_figure(max(cells))}", AXIS)])
    return rows


def small(look: Look, width: int) -> list[Row]:
    """Each row of the small case in three lines: the weights, what came back, the reference's; ✗ marks what is off.

    The numbers have as many digits as the width lets them have.
    """
    columns = 1 + max(one.column for one in look.small)
    room = min(10, (width - LABEL) // columns)
    digits = 4 if room >= 9 else 3 if room >= 7 else 2

    def cell(value: float, mark: str = " ") -> str:
        shown = f"{value:.{digits}f}".replace("-", "−") if math.isfinite(value) else "NaN"
        return f"{shown:>{room - 1}}{mark}"

    rows: list[Row] = []
    for _, group in groupby(look.small, lambda one: one.row):
        weights = list(group)
        rows.append(_line("weights", [(cell(one.value), VALUE) for one in weights]))
        came = [(cell(one.came, "✗"), OFF) if one.is_off else (cell(one.came), VALUE) for one in weights]
        rows.append(_line("yours", came))
        if any(one.is_off for one in weights):
            rows.append(_line("reference", [(cell(one.reference), AXIS) for one in weights]))
        rows.append([])
    return rows[:-1]


def summary(look: Look) -> Iterator[str]:
    """What is to be seen, in words, for who can't see it."""
    rows = [math.sqrt(sum(cell * cell for cell in cells) / len(cells)) for cells in look.heat]
    worst = max(range(len(rows)), key=rows.__getitem__)
    if rows[worst] == 0:
        yield "Nothing is lost: every weight came back as it was."
    else:
        others = sorted(rows[:worst] + rows[worst + 1 :])
        usual = others[len(others) // 2] if others else 0.0
        if usual and rows[worst] > 3 * usual:
            yield (
                f"Most of the error sits in row {worst} of the heat map: {rows[worst] / usual:.1f} times what is usual."
            )
        else:
            yield "The error is spread over the whole matrix: no row has three times the usual."
    off = sum(one.is_off for one in look.small)
    if off:
        yield f"In the small case {off} of {len(look.small)} weights are farther off than by the reference."
    else:
        yield "In the small case no weight is farther off than by the reference."
    if look.note:
        yield look.note


def _line(label: str, cells: Sequence[Cell]) -> Row:
    return [(f"{label:<{LABEL}}", AXIS), *cells]


def _figure(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _shade(value: float, most: float) -> str:
    if value <= 0 or most <= 0:
        return SHADES[0]
    if value / most == 0:  # too small a share to have a logarithm
        return SHADES[1]
    share = 1 + math.log10(value / most) / DECADES  # 1 is the largest error, 0 a hundredth of it
    return SHADES[max(1, min(len(SHADES) - 1, math.ceil(share * (len(SHADES) - 1))))]


def _fitted(counts: Sequence[int], width: int) -> list[int]:
    """Neighbouring bins added up, until they fit."""
    together = math.ceil(len(counts) / width)
    return [sum(counts[at : at + together]) for at in range(0, len(counts), together)]


def _largest(cells: Sequence[float], width: int) -> list[float]:
    """The largest of neighbouring cells, so that they fit."""
    together = math.ceil(len(cells) / width)
    return [max(cells[at : at + together]) for at in range(0, len(cells), together)]
