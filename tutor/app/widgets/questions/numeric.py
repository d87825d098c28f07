"""A number, with its unit."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from tutor.app.widgets.questions.one_field import OneFieldWidget


class NumericWidget(OneFieldWidget):
    """One field; another unit of the same kind may be written behind the number."""

    KEYS: ClassVar[str] = "type a number"
    MISSING: ClassVar[str] = "Type a number first."
    PLACEHOLDER: ClassVar[str] = "a number"
    LONGEST: ClassVar[int] = 100

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield self.field
            yield Static(self.item.unit, classes="unit", markup=False)
