"""Three prompts for the learner's AI assistant, in the order in which they build on one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.screens.handing_over import HandingOverScreen
from tutor.app.text import colourless, shown_path
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar
from tutor.app.widgets.views import Views

if TYPE_CHECKING:
    from tutor.course import LoadedLesson

LEVELS = ("beginner", "intermediate", "advanced")


class PromptsScreen(HandingOverScreen):
    """Enter copies the prompt that is shown; the next time it shows the next one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *HandingOverScreen.BINDINGS,
        Binding("p", "pack", "Lesson pack"),
        Binding("right,n,tab", "turn(1)", "Next prompt", key_display="→"),
        Binding("left,shift+tab", "turn(-1)", "The prompt before", show=False),
        *(
            Binding(str(n + 1), f"level({n})", f"The {level} prompt", show=False)
            for n, level in enumerate(LEVELS)
        ),
        Binding("q,escape", "dismiss", "Back", key_display="q"),
    ]

    def __init__(self, lesson: LoadedLesson) -> None:
        super().__init__()
        self.lesson = lesson
        self.level = 0

    def compose(self) -> ComposeResult:
        yield TopBar(self.lesson.title, "Prompts for your AI assistant")
        yield Views()
        with VerticalScroll(id="page"):
            yield Reading("", id="prompt")
            yield Static(id="told")
        yield KeyBar()

    def on_mount(self) -> None:
        used = {
            str(event.data.get("level")) for event in self.tutor.engine.store.events("prompt", self.lesson.id)
        }
        unused = [number for number, level in enumerate(LEVELS) if level not in used]
        self.action_level(unused[0] if unused else 0)
        self.query_one("#page").focus()

    @property
    def text(self) -> str:
        return self.tutor.engine.assistance.prompt(self.lesson, LEVELS[self.level])

    def used(self) -> None:
        """Remember that a prompt of this level was taken along."""
        self.tutor.engine.store.record_event("prompt", self.lesson.id, {"level": LEVELS[self.level]})

    def action_level(self, number: int) -> None:
        self.level = number
        views = self.query_one(Views)
        views.labels = [(level.capitalize(), "") for level in LEVELS]
        views.chosen = number
        with self.tutor.problems_shown():
            self.query_one("#prompt", Reading).update(colourless(self.text))
        self.query_one("#told", Static).update("")
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def action_turn(self, step: int) -> None:
        self.action_level((self.level + step) % len(LEVELS))

    @on(Views.Picked)
    def picked(self, event: Views.Picked) -> None:
        self.action_level(event.number)

    def action_pack(self) -> None:
        with self.tutor.problems_shown():
            path = self.tutor.engine.assistance.write_pack(self.lesson)
            self.query_one("#told", Static).update(
                Content.assemble(("✓ ", "$success"), f"written: {shown_path(path)}")
            )
            self.notify(
                f"One file for your assistant:\n{shown_path(path)}",
                title="The lesson pack is written",
                markup=False,
            )
