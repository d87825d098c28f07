"""Two columns of a verdict's table against each other, drawn for the width there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import RenderResult
from textual.geometry import Size
from textual.widget import Widget

from tutor.app.text import drawn_cells

if TYPE_CHECKING:
    from tutor.grading.verdict import Table

HEIGHT = 16
STYLES = {"own": "bold $accent", "known": "$primary", "axis": "$quiet"}


class Plot(Widget):
    """The learner's own point is ``a``; the table below says what the letters are."""

    def __init__(self, table: Table) -> None:
        super().__init__(classes="after")
        self.table = table

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return HEIGHT

    def render(self) -> RenderResult:
        from tutor.proving.scatter import scatter

        return drawn_cells(scatter(self.table, max(30, self.content_size.width), HEIGHT), STYLES)
