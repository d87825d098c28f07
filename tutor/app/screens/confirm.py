"""One question that is answered by yes or no."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class ConfirmScreen(ModalScreen[bool]):
    """``y`` says yes; Enter does too. Escape, ``n`` and ``q`` say no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
    ]

    def __init__(self, question: str, detail: str, *, yes: str) -> None:
        super().__init__()
        self.question, self.detail, self.yes = question, detail, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="notice"):
            yield Static(Content.styled(self.question, "bold"))
            yield Static(Content(self.detail), classes="detail")
            keys = Content.assemble(("y", "bold $primary"), f" {self.yes}   ", ("n", "bold $primary"), " No")
            yield Static(keys)

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
