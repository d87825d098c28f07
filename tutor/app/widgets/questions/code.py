"""A program with one blank to fill in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tutor.app.widgets.code import python
from tutor.app.widgets.questions.base import QuestionWidget
from tutor.app.widgets.questions.field import Field

if TYPE_CHECKING:
    from tutor.quiz import Item

BLANK = "____"


class CodeWidget(QuestionWidget):
    """The program shows what is typed where its blank was."""

    KEYS: ClassVar[str] = "type the Python that replaces ____"
    MISSING: ClassVar[str] = "Fill in the blank first."

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        self.field = Field(compact=True, placeholder=BLANK, max_length=1000)

    def compose(self) -> ComposeResult:
        yield Static(self._program(), classes="code")
        yield self.field

    def focus(self, scroll_visible: bool = True) -> CodeWidget:
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

    def _program(self) -> Content:
        """The program with the filling, which is marked so that it can be told from the rest."""
        before, _, after = self.item.code.partition(BLANK)
        filling = self.field.value or BLANK
        program = python(before + filling + after)
        return program.stylize("bold reverse", len(before), len(before) + len(filling))

    @on(Input.Changed)
    def field_changed(self) -> None:
        self.query_one(".code", Static).update(self._program())

    @on(Input.Submitted)
    def field_submitted(self) -> None:
        self.submit()
