"""One step of a lesson as a page: its title, its text, its question, its demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.app.text import with_superscripts
from tutor.app.widgets.demo_panel import DemoPanel
from tutor.app.widgets.prediction import Prediction
from tutor.app.widgets.reading import Reading
from tutor.progress.rereading import RULE

if TYPE_CHECKING:
    from tutor.course import LoadedLesson
    from tutor.course.models import Step

KINDS = {
    "why": "Why it matters",
    "idea": "The idea",
    "worked": "Worked by hand",
    "demo": "Demo",
    "notice": "What to notice",
    "limits": "What it can't do",
}


class StepPage(Vertical):
    """Mounted when its step is shown; ``guess`` is what the learner guessed before, if anything.

    ``again``: it was read before and is to be read once more. ``sources`` are the id and the words of
    each source that the step's text cites.
    """

    def __init__(
        self,
        lesson: LoadedLesson,
        step: Step,
        *,
        sources: Sequence[tuple[str, str]] = (),
        guess: int | None = None,
        values: Mapping[str, str] | None = None,
        again: bool = False,
    ) -> None:
        super().__init__()
        self.lesson = lesson
        self.step = step
        self.sources = sources
        self._guess = guess
        self._values = values
        self._again = again

    def compose(self) -> ComposeResult:
        yield Static(Content(self.step.title), classes="title")
        if self._again:
            yield Static(Content.styled(f"↻ To be read once more. {RULE}", "$accent"), classes="again")
        yield Reading(with_superscripts(self.step.markdown, [id for id, _ in self.sources]))
        if self.step.predict is not None:
            prediction = Prediction(self.step.predict)
            prediction.set_reactive(Prediction.guess, self._guess)
            yield prediction
        if self.step.kind == "demo" and self.lesson.info.demo is not None:
            yield DemoPanel(self.lesson, self._values)

    @property
    def prediction(self) -> Prediction | None:
        return next(iter(self.query(Prediction)), None)

    @property
    def demo(self) -> DemoPanel | None:
        return next(iter(self.query(DemoPanel)), None)
