"""The attempts at an exercise, newest first; Enter shows the verdict of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

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

BAR_WIDTH = 15


class AttemptsView(OptionList):
    """One line each: when, the verdict, and how near the worst figure came to its limit."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Show this verdict"),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("j", "cursor_down", "Down", show=False),
    ]

    @dataclass
    class Chosen(Message):
        attempt: Attempt

    def show(self, attempts: Sequence[Attempt]) -> None:
        self._attempts = list(reversed(attempts))
        self.clear_options()
        if not attempts:
            self.add_option(Option(Content.styled("No attempts yet.", "$quiet"), disabled=True))
        total = len(self._attempts)
        for number, attempt in enumerate(self._attempts):
            self.add_option(Option(_line(attempt, total - number), id=str(number)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._attempts[int(str(event.option.id))]))


def _line(attempt: Attempt, number: int) -> Content:
    glyph = (f"{GLYPHS.get(attempt.verdict, '?')} ", COLOURS.get(attempt.verdict, "$quiet"))
    head = Content.assemble(
        (f"{number:>3}  ", "$quiet"),
        f"{moment(attempt.at)}  ",
        glyph,
        f"{status_word(attempt.verdict):<14}  ",
    )
    if attempt.worst_ratio is None:
        return head
    return (
        head
        + bar(attempt.worst_ratio, BAR_WIDTH)
        + Content.styled(f"  {factor(attempt.worst_ratio)}", "$quiet")
    )
