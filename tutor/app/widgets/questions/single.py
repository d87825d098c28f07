"""One of several options."""

from __future__ import annotations

from typing import ClassVar

from tutor.app.widgets.questions.choice import ChoiceWidget


class SingleWidget(ChoiceWidget):
    """The cursor chooses: the option under it, or the number that is pressed."""

    KEYS: ClassVar[str] = "↑ ↓ or the number chooses one"
    MISSING: ClassVar[str] = "Choose one first, by ↑ ↓ or by its number."

    def on_mount(self) -> None:
        super().on_mount()
        self.watch(self.rows, "cursor", self._follow_cursor, init=False)

    def _follow_cursor(self, cursor: int) -> None:
        if 0 <= cursor < len(self.item.options) and not self.locked:
            self.choose(self.item.options[cursor].id)
            self.touched()

    @property
    def answer(self) -> str | None:
        return next(iter(self.chosen), None)

    def restore(self, draft: object) -> None:
        ids = [option.id for option in self.item.options]
        if draft in ids:
            self.chosen = {str(draft)}
            self.rows.cursor = ids.index(str(draft))
            self.show()

    def choose(self, id: str) -> None:
        self.chosen = {id}

    def glyph(self, chosen: bool) -> tuple[str, str]:
        return ("●", "$primary") if chosen else ("○", "$quiet")
