"""The solution beside the learner's own, what else is right, and what to notice."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.screens.base import TutorScreen
from tutor.app.text import inline
from tutor.app.widgets.code import Listing, python
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.course import LoadedExercise


class SolutionScreen(TutorScreen):
    """Side by side where the terminal is wide, one after the other where it is not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "error_map", "Error map"),
        Binding("q,escape,enter", "dismiss", "Back", key_display="q"),
    ]

    def __init__(self, exercise: LoadedExercise) -> None:
        super().__init__()
        self.exercise = exercise

    def compose(self) -> ComposeResult:
        own = self.tutor.engine.solution_path(self.exercise)
        yield TopBar(self.exercise.title, "Solution")
        with VerticalScroll(id="page"):
            with Horizontal(classes="beside"):
                with Vertical():
                    yield Static("The reference", classes="section")
                    yield Listing(python(_source(self.exercise.reference)))
                if own.is_file():
                    with Vertical():
                        yield Static("Yours", classes="section")
                        yield Listing(python(_source(own)))
            yield Static("What to notice", classes="section")
            yield Reading(self.exercise.info.notice)
            if self.exercise.right:
                yield Static("Also right", classes="section")
                yield Static(Content("\n").join(_alternative(file) for file in self.exercise.right))
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "error_map" or self.exercise.on_the_map is not None

    def action_error_map(self) -> None:
        self.tutor.open_error_map()


def _source(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def _alternative(file: Path) -> Content:
    """The name of another right solution, and the line that says what differs in it."""
    try:
        docstring = ast.get_docstring(ast.parse(_source(file))) or ""
    except (SyntaxError, ValueError):
        docstring = ""
    return Content.assemble((file.stem, "bold"), "  ", inline(docstring.strip().partition("\n")[0]))
