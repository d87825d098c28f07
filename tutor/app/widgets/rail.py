"""The titles of a lesson's steps, at the side where the terminal is wide enough."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

INDENT = 2


class Rail(Static):
    """A list to look at, not to walk through; the place in it follows the page."""

    def show(self, titles: Sequence[str], marks: Sequence[str], position: int) -> None:
        """List the steps with their marks (``reread``, ``done``, or none); ``position`` is the one that is open."""
        width = max(10, self.content_size.width or 29)
        lines: list[Content] = []
        for number, (title, mark) in enumerate(zip(titles, marks, strict=True)):
            here = number == position
            glyph = (
                Content.styled("◉ ", "$primary")
                if here
                else Content.styled("↻ ", "$accent")
                if mark == "reread"
                else Content.styled("● " if mark == "done" else "○ ", "$quiet")
            )
            words = Content.styled(title, "bold" if here else "$quiet").wrap(width - INDENT)
            lines.append(glyph + words[0])
            lines += [word.pad_left(INDENT) for word in words[1:]]
        self.update(Content("\n").join(lines))
