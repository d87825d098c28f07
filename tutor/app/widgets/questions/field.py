"""A field of one line in which Enter answers, and says so among the keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class Field(Input):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Answer")]
