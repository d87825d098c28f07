"""The line of views of the workbench: which there are, and which is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

GAP = 3


class Views(Widget):
    """``1 Brief   2 Verdict   3 Hints 1/4``: the one that is shown is underlined and bold."""

    ALLOW_SELECT = False

    labels: reactive[Sequence[tuple[str, str]]] = reactive((), always_update=True)
    """Name and note of each view."""
    chosen: reactive[int] = reactive(0)

    @dataclass
    class Picked(Message):
        """A view was picked."""

        number: int

    @property
    def gap(self) -> int:
        """Columns between two views, fewer where all would not stand in the line."""
        parts = [self._part(number).cell_length for number in range(len(self.labels))]
        room = (self.content_size.width - sum(parts)) // max(1, len(parts) - 1)
        return min(GAP, max(1, room))

    def render(self) -> Content:
        return Content(" " * self.gap).join(self._part(number) for number in range(len(self.labels)))

    def _part(self, number: int) -> Content:
        name, note = self.labels[number]
        style = "bold underline $primary" if number == self.chosen else "$foreground"
        part = Content.assemble((f"{number + 1} ", "$quiet"), (name, style))
        return part + Content.styled(f" {note}", "$quiet") if note else part

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        x = offset.x if offset is not None else -1
        for number in range(len(self.labels)):
            width = self._part(number).cell_length
            if 0 <= x < width:
                self.post_message(self.Picked(number))
                return
            x -= width + self.gap
