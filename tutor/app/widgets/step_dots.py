"""How far into a lesson or a quiz: one glyph for each step."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tutor.app.theme import COLOURS

MARKS = {"new": "○", "done": "●", "passed": "✓", "failed": "✗", "partly": "◐", "skipped": "–", "reread": "↻"}


class StepDots(Widget):
    """``● ● ◉ ○ ○   3 of 5 · What to notice``. ``marks`` are statuses; ``position`` -1 is behind the last."""

    marks: reactive[Sequence[str]] = reactive((), always_update=True)
    position: reactive[int] = reactive(0)
    caption: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        dots: list[Content | tuple[str, str] | str] = []
        crowded = len(self.marks) * 2 > self.content_size.width - 20
        for number, mark in enumerate(self.marks):
            if number and not crowded:
                dots.append(" ")
            colour = (
                "$accent" if mark == "partly" else "$quiet" if mark == "done" else COLOURS.get(mark, "$quiet")
            )
            if number != self.position:
                dots.append((MARKS.get(mark, "○"), colour))
            elif mark in ("new", "done", "reread"):
                dots.append(("◉", "bold $primary"))
            else:
                dots.append((MARKS[mark], f"bold underline {colour}"))
        place = f"{self.position + 1} of {len(self.marks)}" if self.position >= 0 else ""
        dots.append((f"   {place}", "$foreground"))
        if self.caption:
            dots.append((f"{' · ' if place else ''}{self.caption}", "$quiet"))
        return Content.assemble(*dots)
