"""Any number of several options."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tutor.app.widgets.questions.choice import ChoiceWidget


class MultipleWidget(ChoiceWidget):
    """Space or the number turns an option on and off."""

    KEYS: ClassVar[str] = "the number, or ↑ ↓ and space, turns one on and off · several can be right"
    MISSING: ClassVar[str] = "Turn on at least one, by its number or by space."

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "choose_here", "On / off")]

    @property
    def answer(self) -> list[str] | None:
        return [option.id for option in self.item.options if option.id in self.chosen] or None

    @property
    def draft(self) -> object:
        return self.answer or []

    def restore(self, draft: object) -> None:
        if isinstance(draft, list):
            self.chosen = {option.id for option in self.item.options if option.id in draft}
            self.show()

    def choose(self, id: str) -> None:
        self.chosen ^= {id}

    def glyph(self, chosen: bool) -> tuple[str, str]:
        return ("■", "$primary") if chosen else ("□", "$quiet")
