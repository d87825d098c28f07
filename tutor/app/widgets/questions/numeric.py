"""A number, with its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from tutor.app.widgets.questions.base import QuestionWidget
from tutor.app.widgets.questions.field import Field

if TYPE_CHECKING:
    from tutor.quiz import Item


class NumericWidget(QuestionWidget):
    """One field; another unit of the same kind may be written behind the number."""

    KEYS: ClassVar[str] = "type a number"
    MISSING: ClassVar[str] = "Type a number first."

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.field = Field(compact=True, placeholder="a number", max_length=100)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield self.field
            yield Static(self.item.unit, classes="unit", markup=False)

    def focus(self, scroll_visible: bool = True) -> NumericWidget:
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
