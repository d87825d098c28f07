"""A failed verdict as a prompt for the learner's AI assistant."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tutor.app.screens.handing_over import HandingOverScreen
from tutor.app.text import colourless
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.course import LoadedExercise


class ExplainingScreen(HandingOverScreen):
    """The brief, the learner's code and the public verdict, with the plea to explain and not to solve."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *HandingOverScreen.BINDINGS,
        Binding("q,escape", "dismiss", "Back", key_display="q"),
    ]

    def __init__(self, exercise: LoadedExercise, prompt: str) -> None:
        super().__init__()
        self.exercise, self._prompt = exercise, prompt

    @property
    def text(self) -> str:
        return self._prompt

    def compose(self) -> ComposeResult:
        yield TopBar(self.exercise.info.title, "Explain this failure")
        with VerticalScroll(id="page"):
            yield Reading(colourless(self._prompt), id="prompt")
            yield Static(id="told")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()
