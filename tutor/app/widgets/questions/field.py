"""A field of one line in which Enter answers, and says so among the keys."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class Field(Input):
    """One line to type an answer into."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", "Answer")]
