"""A table of a verdict as lines of text: columns as wide as they need, numbers at the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.amounts import number
from tutor.cli import linear
from tutor.cli.console import clean, drawn_cells, styled, width

GAP = "  "
PLOT_HEIGHT = 16
STYLES = {"own": "bold", "known": "cyan", "axis": "dim"}


def table_lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Title, header and rows. ``None`` is a figure that is not finite."""
    columns = [clean(str(column)) for column in table["columns"]]
    rows = [[_cell(cell) for cell in row] for row in table["rows"]]
    figures = [not all(isinstance(row[place], str) for row in table["rows"]) for place in range(len(columns))]
    yield styled(clean(str(table["title"])), "bold")
    if table.get("plot") and not linear.is_on():
        from tutor.grading.verdict import Table
        from tutor.proving.scatter import MARKS, points, scatter

        whole = Table.from_json(dict(table))
        yield from drawn_cells(scatter(whole, width(), PLOT_HEIGHT), STYLES)
        marks = {mark for mark, *_ in points(whole)}
        rows = [[mark if mark in marks else "", *row] for mark, row in zip(MARKS, rows, strict=False)]
        columns, figures = ["", *columns], [False, *figures]
    header, *lines = aligned([columns, *rows], at_right=figures)
    yield styled(f"  {header}", "dim")
    yield from (f"  {line}" for line in lines)


def aligned(rows: Sequence[Sequence[str]], at_right: Sequence[bool]) -> list[str]:
    """Rows as lines whose columns stand below each other."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return [
        GAP.join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, at_right, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return "–"
    return clean(cell) if isinstance(cell, str) else number(cell)
