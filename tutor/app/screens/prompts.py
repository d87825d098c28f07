"""Three prompts for the learner's AI assistant, in the order in which they build on one another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.app.screens.base import TutorScreen
from tutor.app.text import shown_path, untrusted
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar
from tutor.app.widgets.views import Views

if TYPE_CHECKING:
    from tutor.course import LoadedLesson

LEVELS = ("beginner", "intermediate", "advanced")


class PromptsScreen(TutorScreen):
    """Enter copies the prompt that is shown; the next time it shows the next one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,enter", "copy", "Copy", key_display="c"),
        Binding("o", "open", "Open an assistant"),
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
        return self.tutor.engine.prompt(self.lesson, LEVELS[self.level])

    def action_level(self, number: int) -> None:
        self.level = number
        views = self.query_one(Views)
        views.labels = [(level.capitalize(), "") for level in LEVELS]
        views.chosen = number
        with self.tutor.problems_shown():
            self.query_one("#prompt", Reading).update(untrusted(self.text).plain)
        self.query_one("#told", Static).update("")
        self.query_one("#page", VerticalScroll).scroll_home(animate=False)

    def action_turn(self, step: int) -> None:
        self.action_level((self.level + step) % len(LEVELS))

    @on(Views.Picked)
    def picked(self, event: Views.Picked) -> None:
        self.action_level(event.number)

    @work(exclusive=True, group="copy")
    async def action_copy(self) -> None:
        """Copy by every way there is, and say which of them worked."""
        engine = self.tutor.engine
        with self.tutor.problems_shown():
            text = self.text
            self.app.copy_to_clipboard(text)
            attempts = await asyncio.to_thread(engine.copy, text)
            engine.store.record_event("prompt", self.lesson.id, {"level": LEVELS[self.level]})
            lines = [
                Content.assemble(
                    ("✓ " if attempt.ok else "– ", "$success" if attempt.ok else "$quiet"),
                    f"{attempt.way}: ",
                    (attempt.detail, "$quiet"),
                )
                for attempt in attempts
            ]
            self.query_one("#told", Static).update(Content("\n").join(lines))
            self.call_after_refresh(self.query_one("#page", VerticalScroll).scroll_end, animate=False)
            self.notify("Copied. Paste it into your assistant.")

    @work(exclusive=True, group="copy")
    async def action_open(self) -> None:
        """Open one of the known assistants with the prompt, or with the prompt copied."""
        from tutor.app.screens.assistants import AssistantsScreen

        engine = self.tutor.engine
        chosen = await self.app.push_screen_wait(AssistantsScreen(engine.assistants()))
        if chosen is None:
            return
        with self.tutor.problems_shown():
            text = self.text
            handover = await asyncio.to_thread(engine.hand_over, chosen, text)
            engine.store.record_event("prompt", self.lesson.id, {"level": LEVELS[self.level]})
            self.app.copy_to_clipboard(text)
            if handover.opened and handover.filled:
                told = f"{chosen.name} is open in your browser, with the prompt filled in."
            elif handover.opened:
                told = f"{chosen.name} is open in your browser. The prompt is copied: paste it there."
            else:
                told = f"Open {chosen.page} in a browser. The prompt is copied: paste it there."
            self.query_one("#told", Static).update(Content(told))
            self.call_after_refresh(self.query_one("#page", VerticalScroll).scroll_end, animate=False)

    def action_pack(self) -> None:
        with self.tutor.problems_shown():
            path = self.tutor.engine.write_pack(self.lesson)
            self.query_one("#told", Static).update(
                Content.assemble(("✓ ", "$success"), f"written: {shown_path(path)}")
            )
            self.notify(
                f"One file for your assistant:\n{shown_path(path)}",
                title="The lesson pack is written",
                markup=False,
            )
