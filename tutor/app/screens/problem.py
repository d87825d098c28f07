"""A problem told clearly: what happened, where, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.app.text import colourless

if TYPE_CHECKING:
    from tutor.errors import TutorProblem


class ProblemScreen(ModalScreen[None]):
    """One notice. Where the app can't go on without it, closing the notice ends the app."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,escape,q", "close", "Close")]

    def __init__(self, problem: TutorProblem, *, fatal: bool = False) -> None:
        super().__init__()
        self.problem = problem
        self.fatal = fatal

    def compose(self) -> ComposeResult:
        problem = self.problem
        with Vertical(classes="notice problem"):
            yield Static(
                Content.styled("✗ ", "bold $error") + Content(colourless(problem.message)).stylize("bold")
            )
            if problem.where:
                yield Static(Content(colourless(problem.where)).stylize("$quiet"), classes="detail")
            if problem.next_step:
                yield Static(
                    Content.styled("Next  ", "bold $accent") + Content(colourless(problem.next_step)),
                    classes="detail",
                )
            close = " leaves the tutor" if self.fatal else " closes this"
            yield Static(Content.assemble(("enter", "bold $primary"), (close, "$quiet")))

    def action_close(self) -> None:
        if self.fatal:
            self.app.exit(return_code=self.problem.exit_code)
        else:
            self.dismiss()
