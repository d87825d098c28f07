"""A table of a verdict as lines of text: columns as wide as they need, numbers at the right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tutor.cli.bars import number
from tutor.cli.console import clean, styled

GAP = "  "


def table_lines(table: Mapping[str, Any]) -> Iterator[str]:
    """Title, header and rows. ``None`` is a figure that is not finite."""
    columns = [clean(str(column)) for column in table["columns"]]
    rows = [[_cell(cell) for cell in row] for row in table["rows"]]
    figures = [not all(isinstance(row[place], str) for row in table["rows"]) for place in range(len(columns))]
    header, *lines = aligned([columns, *rows], at_right=figures)
    yield styled(clean(str(table["title"])), "bold")
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
