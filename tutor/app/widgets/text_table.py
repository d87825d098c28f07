"""A table of text: columns as wide as they need, numbers at the right, one rule under the header."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tutor.app.text import inline

Align = Literal["left", "center", "right"]
GAP = 3


class TextTable(Widget):
    """Drawn as one text, not a widget for each cell. The widest columns wrap when space is short."""

    def __init__(
        self,
        header: Sequence[str | Content],
        rows: Sequence[Sequence[str | Content]],
        aligns: Sequence[Align],
    ) -> None:
        """Cells that are text may hold inline marks; ``Content`` is drawn as it is."""
        super().__init__()
        self._header = [_cell(cell) for cell in header]
        self._rows = [[_cell(cell) for cell in row] for row in rows]
        self._aligns = aligns

    @classmethod
    def from_markdown(cls, source: str) -> TextTable:
        """A table written with pipes, the way Markdown writes them."""
        header, marks, *rows = [_cells(line) for line in source.strip().splitlines()]
        aligns: list[Align] = [_align(mark) for mark in marks]
        filled = [[*row[: len(header)], *[""] * (len(header) - len(row))] for row in rows]
        return cls(header, filled, aligns)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render(self) -> RenderResult:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> list[Content]:
        columns = self._widths(width)
        rule = sum(columns) + GAP * (len(columns) - 1)
        header = [cell.stylize("bold") for cell in self._header]
        lines = [*self._row(header, columns), Content.styled("─" * rule, "$rule")]
        for row in self._rows:
            lines += self._row(row, columns)
        return lines

    def _row(self, cells: Sequence[Content], columns: Sequence[int]) -> list[Content]:
        wrapped = [cell.wrap(width) for cell, width in zip(cells, columns, strict=True)]
        lines = []
        for number in range(max(len(cell) for cell in wrapped)):
            parts = [
                _placed(cell[number] if number < len(cell) else Content(), width, align)
                for cell, width, align in zip(wrapped, columns, self._aligns, strict=True)
            ]
            lines.append(Content(" " * GAP).join(parts))
        return lines

    def _widths(self, width: int) -> list[int]:
        """The natural widths, with the widest columns cut until all fit in ``width``."""
        table = [self._header, *self._rows]
        widths = [max(1, *(row[column].cell_length for row in table)) for column in range(len(self._header))]
        room = max(width - GAP * (len(widths) - 1), len(widths))
        while sum(widths) > room:
            widest = widths.index(max(widths))
            others = sorted(widths, reverse=True)[1:]
            target = max(others[0] if others else 1, widths[widest] - (sum(widths) - room), 1)
            widths[widest] = target if target < widths[widest] else widths[widest] - 1
        return widths


def _placed(cell: Content, width: int, align: Align) -> Content:
    space = max(0, width - cell.cell_length)
    left = {"left": 0, "center": space // 2, "right": space}[align]
    return cell.pad(left, space - left)


def _cell(cell: str | Content) -> Content:
    return inline(cell) if isinstance(cell, str) else cell


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)]


def _align(mark: str) -> Align:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left"
