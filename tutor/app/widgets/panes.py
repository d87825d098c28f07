"""The views of the workbench: one at a time, and the brief beside the others where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message

from tutor.app.theme import WIDE
from tutor.app.widgets.attempts_view import AttemptsView
from tutor.app.widgets.hints_view import HintsView
from tutor.app.widgets.look_view import LookView
from tutor.app.widgets.verdict_view import VerdictView

if TYPE_CHECKING:
    from tutor.course import LoadedExercise

BRIEF, VERDICT, HINTS, ATTEMPTS, LOOK = range(5)
PANES = ("brief", "verdict", "hints", "attempts", "look")


class Panes(Horizontal, can_focus=True):
    """Turning to a view must be quick while a grading keeps the machine busy: it only shows and hides.

    No class and no focus moves, since Textual would work out the style of each paragraph inside anew. So the keys stay
    here, and scroll the view that is shown; the list of attempts alone takes them over, for its cursor.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll('up')", "Up", show=False),
        Binding("down,j", "scroll('down')", "Down", show=False),
        Binding("pageup,b", "scroll('page_up')", "A page up", show=False),
        Binding("pagedown,space", "scroll('page_down')", "A page down", show=False),
        Binding("home", "scroll('home')", "To the top", show=False),
        Binding("end", "scroll('end')", "To the end", show=False),
    ]

    @dataclass
    class Turned(Message):
        """Another pane is shown."""

        number: int

    def __init__(self, exercise: LoadedExercise) -> None:
        super().__init__(id="bench")
        self.exercise = exercise
        self.shown = BRIEF
        self.names = PANES if exercise.to_look_at is not None else PANES[:LOOK]
        """The views that this exercise has: a look only where there are pictures to draw."""

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="brief")
        with Vertical(id="side"):
            yield VerdictView(id="verdict")
            yield HintsView(id="hints")
            yield AttemptsView(id="attempts")
            yield LookView(self.exercise, id="look")

    def show(self, number: int) -> None:
        """Turn to a view, and give it the keys. A view that this exercise has not is no view."""
        if number >= len(self.names):
            return
        self.shown = number
        self._arrange()
        (self.query_one(AttemptsView) if number == ATTEMPTS else self).focus()
        if number == LOOK:
            self.query_one(LookView).run()
        self.post_message(self.Turned(number))

    def on_resize(self, event: events.Resize) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Show the view, and where the screen is wide the brief beside it; beside the brief the verdict."""
        wide = self.app.size.width >= WIDE
        beside = VERDICT if wide and self.shown == BRIEF else self.shown
        for number, name in enumerate(PANES):
            self.query_one(f"#{name}").display = number == beside or (number == BRIEF and wide)
        self.query_one("#side").display = beside != BRIEF

    def action_scroll(self, where: str) -> None:
        getattr(self.query_one(f"#{PANES[self.shown]}"), f"scroll_{where}")(animate=False)

    def turn(self, step: int) -> None:
        """Show the pane so many further, and around."""
        self.show((self.shown + step) % len(self.names))
