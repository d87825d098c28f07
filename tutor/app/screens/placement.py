"""The page before the placement test: what it does, and that nothing is lost by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.screens.base import TutorScreen
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar
from tutor.quiz.placement import plan

if TYPE_CHECKING:
    from tutor.quiz.sitting import Sitting

TITLE = "Placement test"


class PlacementScreen(TutorScreen):
    """Enter begins, or goes on where the test was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin"),
        Binding("q", "dismiss", "Not now"),
        Binding("escape", "dismiss", "Not now", show=False),
    ]

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting

    def compose(self) -> ComposeResult:
        planned = plan(self.sitting)
        yield TopBar(self.app.title, TITLE)
        with VerticalScroll(id="page"):
            yield Static("Find where to begin", classes="title")
            yield Reading("\n".join(f"- {sentence}" for sentence in planned.says), classes="question")
            if planned.answered:
                done = f"{planned.answered} of {planned.questions} questions lie behind you; Enter goes on."
                yield Static(Content.styled(done, "$accent"))
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#page").focus()

    def action_begin(self) -> None:
        from tutor.app.screens.quiz import QuizScreen

        self.app.switch_screen(QuizScreen(self.sitting, self.tutor.engine.content.title, TITLE))
