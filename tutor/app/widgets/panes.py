"""The views of the workbench: one at a time, and the brief beside the others where there is room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message

from tutor.app.widgets.attempts_view import AttemptsView
from tutor.app.widgets.hints_view import HintsView
from tutor.app.widgets.look_view import LookView
from tutor.app.widgets.verdict_view import VerdictView

if TYPE_CHECKING:
    from tutor.course import LoadedExercise

BRIEF, VERDICT, HINTS, ATTEMPTS, LOOK = range(5)
PANES = ("brief", "verdict", "hints", "attempts", "look")


class Panes(Horizontal):
    """Which view is shown is a class of this widget, and the style sheet does the rest."""

    @dataclass
    class Turned(Message):
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
        for one, name in enumerate(PANES):
            self.set_class(one == number, f"view-{name}")
        self.query_one(f"#{PANES[number]}").focus()
        if number == LOOK:
            self.query_one(LookView).run()
        self.post_message(self.Turned(number))

    def turn(self, step: int) -> None:
        self.show((self.shown + step) % len(self.names))
