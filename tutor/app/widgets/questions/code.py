"""A program with one blank to fill in."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tutor.app.widgets.code import python
from tutor.app.widgets.questions.one_field import OneFieldWidget

BLANK = "____"


class CodeWidget(OneFieldWidget):
    """The program shows what is typed where its blank was."""

    KEYS: ClassVar[str] = "type the Python that replaces ____"
    MISSING: ClassVar[str] = "Fill in the blank first."
    PLACEHOLDER: ClassVar[str] = BLANK
    LONGEST: ClassVar[int] = 1000

    def compose(self) -> ComposeResult:
        yield Static(self._program(), classes="code")
        yield self.field

    def _program(self) -> Content:
        """The program with the filling, which is marked so that it can be told from the rest."""
        before, _, after = self.item.code.partition(BLANK)
        filling = self.field.value or BLANK
        program = python(before + filling + after)
        return program.stylize("bold reverse", len(before), len(before) + len(filling))

    @on(Input.Changed)
    def field_changed(self) -> None:
        self.query_one(".code", Static).update(self._program())
