"""A verdict's table as points in characters: two of its columns against each other, a letter for each row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from tutor.grading.verdict import Table
from tutor.proving.map_plot import AXIS, KNOWN, NOTHING, OWN, Cell, free_column

MARKS = ascii_lowercase
LEFT = 9  # columns of the labels beside the plot
GRAPH_ROWS = 3  # of the axis below


def points(table: Table) -> list[tuple[str, float, float]]:
    """Mark, and both figures, of each row that has them as positive numbers."""
    if table.plot is None:
        return []
    across, up = (table.columns.index(name) for name in table.plot)
    found = []
    for mark, row in zip(MARKS, table.rows, strict=False):
        x, y = row[across], row[up]
        if isinstance(x, int | float) and isinstance(y, int | float) and x > 0 and y > 0:
            found.append((mark, float(x), float(y)))
    return found


def scatter(table: Table, width: int, height: int) -> list[list[Cell]]:
    """Across from zero, up on a log scale; ``a`` is the learner's. Empty without two rows of figures."""
    drawn = points(table)
    if table.plot is None or len(drawn) < 2:
        return []
    columns, rows = max(16, width - LEFT), max(4, height - GRAPH_ROWS)
    most = 1.05 * max(x for _, x, _ in drawn)
    low, high = 0.97 * min(y for *_, y in drawn), 1.03 * max(y for *_, y in drawn)
    grid: list[list[Cell]] = [[(" ", NOTHING)] * columns for _ in range(rows)]
    for mark, x, y in drawn:
        row = round((rows - 1) * (1 - math.log(y / low) / math.log(high / low)))
        column = free_column(grid[row], round((columns - 1) * x / most))
        grid[row][column] = (mark, OWN if mark == MARKS[0] else KNOWN)
    return [*_beside(grid, low, high), *_below(table, columns, most)]


def _beside(grid: Sequence[list[Cell]], low: float, high: float) -> Iterator[list[Cell]]:
    last = len(grid) - 1
    for number, cells in enumerate(grid):
        labelled = number in (0, last // 2, last)
        label = f"{low * (high / low) ** (1 - number / last):.3g}" if labelled else ""
        yield [(f"{label:>{LEFT - 2}} {'┤' if labelled else '│'}", AXIS), *cells]


def _figure(value: float) -> str:
    """``98.2 million``: what is counted in bytes is large."""
    return f"{value / 1e6:.3g} million" if value >= 1e6 else f"{value:,.4g}"


def _below(table: Table, columns: int, most: float) -> Iterator[list[Cell]]:
    assert table.plot is not None
    across, up = table.plot
    yield [(" " * (LEFT - 1) + "└" + "─" * columns, AXIS)]
    ends, last = _figure(most / 2), _figure(most)
    gap = max(1, columns // 2 - len(ends) // 2)
    rest = max(1, columns - gap - len(ends) - len(last))
    yield [(" " * LEFT + " " * gap + ends + " " * rest + last, AXIS)]
    yield [(" " * LEFT + f"across {across}, up {up} (log scale)", AXIS)]
