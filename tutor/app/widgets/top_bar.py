"""The top line: where the learner is, and one figure at the right."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget


class TopBar(Widget):
    """``Course › Lesson`` on the left, ``note`` on the right; the left is cut when both don't fit."""

    ALLOW_SELECT = False

    path: reactive[tuple[str, ...]] = reactive(())
    note: reactive[str] = reactive("")

    def __init__(self, *path: str, note: str = "") -> None:
        super().__init__()
        self.set_reactive(TopBar.path, path)
        self.set_reactive(TopBar.note, note)

    def render(self) -> RenderResult:
        width = self.content_size.width
        *parents, here = self.path or ("",)
        left = "".join(f"{parent} › " for parent in parents)
        if cell_len(left + here) + 2 + cell_len(self.note) > width:
            left = ""
        room = max(0, width - cell_len(left) - cell_len(self.note) - 1)
        if cell_len(here) > room:
            here = set_cell_size(here, max(0, room - 1)) + "…"
        gap = width - cell_len(left) - cell_len(here) - cell_len(self.note)
        return Content.assemble((left, "$quiet"), (here, "bold"), " " * max(1, gap), (self.note, "$quiet"))
