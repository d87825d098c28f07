"""A question that is answered in one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from textual import on
from textual.widgets import Input

from tutor.app.widgets.questions.base import QuestionWidget
from tutor.app.widgets.questions.field import Field

if TYPE_CHECKING:
    from tutor.quiz import Item


class OneFieldWidget(QuestionWidget):
    """A kind says how the field looks and stands among the rest."""

    PLACEHOLDER: ClassVar[str]
    LONGEST: ClassVar[int]  # characters

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.field = Field(compact=True, placeholder=self.PLACEHOLDER, max_length=self.LONGEST)

    def focus(self, scroll_visible: bool = True) -> Self:
        self.field.focus(scroll_visible)
        return self

    @property
    def answer(self) -> str | None:
        return self.field.value.strip() or None

    @property
    def draft(self) -> object:
        return self.field.value

    def restore(self, draft: object) -> None:
        if isinstance(draft, str):
            self.field.value = draft

    def watch_locked(self) -> None:
        self.field.disabled = self.locked

    @on(Input.Submitted)
    def field_submitted(self) -> None:
        self.submit()
