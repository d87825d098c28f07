"""What single and multiple choice share: numbered options with a state each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.app.text import inline
from tutor.app.widgets.questions.rows import Rows, RowsQuestion

if TYPE_CHECKING:
    from tutor.quiz import Item


class ChoiceWidget(RowsQuestion):
    """``chosen`` holds the ids of the options that are chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(key), f"choose({key - 1})", f"Option {key}", show=False) for key in range(1, 10)),
        Binding("space", "choose_here", "Choose"),
    ]

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.chosen: set[str] = set()
        self._correct: bool | None = None

    def lines(self) -> list[tuple[Content, Content]]:
        return [self._line(number) for number in range(len(self.item.options))]

    def _line(self, number: int) -> tuple[Content, Content]:
        option = self.item.options[number]
        chosen = option.id in self.chosen
        right = self._correct is not None and option.id in self.item.right_options
        glyph, colour = self.glyph(chosen) if self._correct is None else _mark(chosen, right)
        lead = Content.assemble(
            (f"{number + 1}  ", "$quiet" if self.locked else "bold $primary"), (f"{glyph}  ", colour)
        )
        text = inline(option.text)
        if right and not chosen:
            text += Content.styled("  ← right", "$success")
        return lead, text if chosen or right or not self.locked else text.stylize("$quiet")

    def glyph(self, chosen: bool) -> tuple[str, str]:
        """The sign before an option, and its colour, until the answer is scored."""
        raise NotImplementedError

    def choose(self, id: str) -> None:
        """Choose an option, by its id."""
        raise NotImplementedError

    def action_choose(self, number: int) -> None:
        if number < len(self.item.options):
            self.rows.cursor = number
            self.choose(self.item.options[number].id)
            self.touched()

    @on(Rows.Clicked)
    def action_choose_here(self) -> None:
        if not self.locked:
            self.action_choose(max(0, self.rows.cursor))

    def mark(self, correct: bool) -> None:
        self._correct = correct
        super().mark(correct)


def _mark(chosen: bool, right: bool) -> tuple[str, str]:
    """The sign of an option once the answer was scored: right ones carry a tick, chosen or not."""
    if right:
        return ("✓", "bold $success" if chosen else "$success")
    return ("✗", "bold $error") if chosen else ("○", "$quiet")
