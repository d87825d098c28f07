"""The attempts at an exercise, newest first; Enter shows the verdict of one, c compares two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tutor.app.text import moment
from tutor.app.theme import COLOURS, GLYPHS, status_word
from tutor.app.widgets.bar import bar, factor

if TYPE_CHECKING:
    from tutor.progress import Attempt

LEAST_BAR, LONGEST_BAR = 5, 15
BESIDE = 44  # columns of what stands beside the bar


class AttemptsView(OptionList):
    """One line each: when, the verdict, and how near the worst figure came to its limit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Show this verdict"),
        Binding("c", "compare", "Compare"),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("j", "cursor_down", "Down", show=False),
    ]

    @dataclass
    class Chosen(Message):
        attempt: Attempt

    @dataclass
    class Compared(Message):
        """Two attempts to lay side by side, the earlier one first."""

        earlier: Attempt
        later: Attempt

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._attempts: list[Attempt] = []
        self._marked: Attempt | None = None

    def show(self, attempts: Sequence[Attempt]) -> None:
        self._attempts = list(reversed(attempts))
        self._draw()

    def _draw(self) -> None:
        at, attempts = self.highlighted, self._attempts
        self.clear_options()
        if not attempts:
            self.add_option(Option(Content.styled("No attempts yet.", "$quiet"), disabled=True))
        total = len(self._attempts)
        for number, attempt in enumerate(self._attempts):
            marked = self._marked is not None and attempt.id == self._marked.id
            self.add_option(
                Option(_line(attempt, total - number, self._bar_width, marked=marked), id=str(number))
            )
        self.highlighted = at if at is not None and at < total else None

    @property
    def _bar_width(self) -> int:
        """An odd number of cells, as many as there is room for."""
        room = self.scrollable_content_region.width - BESIDE
        return max(LEAST_BAR, min(LONGEST_BAR, room - 1 + room % 2))

    def on_resize(self, event: events.Resize) -> None:
        if self._attempts:
            self._draw()

    def action_compare(self) -> None:
        """Mark an attempt; then, on another one, lay both side by side. On the marked one again: unmark it."""
        if self.highlighted is None or not self._attempts:
            return
        chosen, marked = self._attempts[self.highlighted], self._marked
        if marked is None:
            self._marked = chosen
            self.app.notify("Marked. c on another attempt lays both side by side.")
        else:
            self._marked = None
            if chosen.id != marked.id:
                earlier, later = sorted((marked, chosen), key=lambda one: one.at)
                self.post_message(self.Compared(earlier, later))
        self._draw()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._attempts[int(str(event.option.id))]))


def _line(attempt: Attempt, number: int, bar_width: int, *, marked: bool = False) -> Content:
    glyph = (f"{GLYPHS.get(attempt.verdict, '?')} ", COLOURS.get(attempt.verdict, "$quiet"))
    head = Content.assemble(
        (f"{number:>3}", "$quiet"),
        (" ● " if marked else "   ", "$accent"),
        f"{moment(attempt.at)}  ",
        glyph,
        f"{status_word(attempt.verdict):<14} ",
    )
    if attempt.worst_ratio is None:
        return head
    return (
        head
        + bar(attempt.worst_ratio, bar_width)
        + Content.styled(f"  {factor(attempt.worst_ratio)}", "$quiet")
    )
