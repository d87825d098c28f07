"""A table of a verdict as lines of text: columns as wide as they need, numbers at the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tutor.cli.bars import number
from tutor.cli.console import clean, styled

GAP = "  "


def table_lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Title, header and rows. ``None`` is a figure that is not finite."""
    columns = [clean(str(column)) for column in table["columns"]]
    rows = [[_cell(cell) for cell in row] for row in table["rows"]]
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    at_left = [all(isinstance(row[place], str) for row in table["rows"]) for place in range(len(columns))]

    def line(cells: list[str]) -> str:
        placed = [
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(cells, widths, at_left, strict=True)
        ]
        return f"  {GAP.join(placed)}".rstrip()

    yield styled(clean(str(table["title"])), "bold")
    yield styled(line(columns), "dim")
    yield from map(line, rows)


def _cell(cell: str | float | None) -> str:
    if cell is None:
        return "–"
    return clean(cell) if isinstance(cell, str) else number(cell)
