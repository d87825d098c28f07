"""A lesson, talked over with a model of the learner's choice."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TextArea
from textual.worker import Worker

from tutor.app.screens.base import TutorScreen
from tutor.app.widgets.chat_notice import ChatNotice
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.top_bar import TopBar
from tutor.app.widgets.turn_view import TurnView
from tutor.assist.chat import Called, Failed, Returned, Said, Thinking
from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.assist.chat import Endpoint, Event
    from tutor.course import LoadedLesson

FLUSH_SECONDS = 0.1
LONGEST_NAME = 24
NEAR = 2  # lines from the end that still count as at the end


class Question(TextArea):
    """What is being typed; it grows with its lines. The screen's keys send it and begin a new line."""


class ChatScreen(TutorScreen):
    """Questions and answers about a lesson. What was said stays in memory until the app ends.

    ``place``: what the learner had before them when they opened it, in a sentence to the model.
    """

    AUTO_FOCUS = ""  # the field gets it where there is somebody to ask
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "Ask", priority=True),
        Binding("enter", "look_again", "Look again", priority=True),
        Binding("escape", "stop", "Stop", priority=True),
        Binding("escape", "leave", "Back", priority=True),
        Binding("ctrl+j,shift+enter", "new_line", "New line", key_display="^j", priority=True),
        Binding("pageup", "scroll(-1)", "A page up", show=False, priority=True),
        Binding("pagedown", "scroll(1)", "A page down", show=False, priority=True),
        Binding("ctrl+l", "begin_anew", "Begin anew", priority=True),
        Binding("f1", "all_keys", "All keys", key_display="F1", priority=True),  # ? is typed
    ]

    def __init__(self, lesson: LoadedLesson, place: str = "") -> None:
        super().__init__()
        self.lesson, self.place = lesson, place
        self.endpoint: Endpoint | None = None
        self._answering: Worker[None] | None = None
        self._view: TurnView | None = None
        self._doing = ""
        self._since = 0.0

    def compose(self) -> ComposeResult:
        yield TopBar(self.lesson.title, "Chat")
        with VerticalScroll(id="talk", can_focus=False):
            yield ChatNotice()
        yield Static(id="chat-state")
        with Vertical(id="asking"):
            yield Question(
                compact=True,
                show_line_numbers=False,
                highlight_cursor_line=False,
                tab_behavior="focus",
                placeholder="Ask about this lesson",
            )
        yield KeyBar()

    @property
    def field(self) -> Question:
        return self.query_one(Question)

    @property
    def talk(self) -> VerticalScroll:
        return self.query_one("#talk", VerticalScroll)

    @property
    def answering(self) -> bool:
        """Whether the model is being asked, or still answers."""
        return self._answering is not None and self._answering.is_running

    # --- what is shown ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.conversation = self.tutor.engine.assistance.chat(self.lesson)
        self.field.text = self.conversation.draft
        self.field.move_cursor(self.field.document.end)
        self._look()
        self._show_turns()
        self.set_interval(FLUSH_SECONDS, self._tick)

    def on_screen_resume(self) -> None:
        """Back from the settings, perhaps."""
        if self.is_mounted and not self.answering:
            self._look()

    def _look(self) -> None:
        """Which model there is; where there is none, what to do about it."""
        notice = self.query_one(ChatNotice)
        try:
            self.endpoint = self.tutor.engine.assistance.chat_endpoint()
        except TutorProblem as problem:
            self.endpoint = None
            notice.show_missing(problem)
        else:
            notice.show(self.endpoint)
        ready = self.endpoint is not None
        name = self.endpoint.model.rpartition("/")[2] if self.endpoint else ""
        self.query_one(TopBar).note = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        self.field.display = ready
        self.set_focus(self.field if ready else None)
        self.refresh_bindings()

    @work(exclusive=True, group="turns")
    async def _show_turns(self) -> None:
        """What was said before, the newest first, since drawing much of it takes a while."""
        above = self.query_one(ChatNotice)
        for turn in reversed(self.conversation.turns):
            await self.talk.mount(TurnView(turn.question, turn), after=above)
            self._to_end()
            await asyncio.sleep(0)

    @contextmanager
    def _in_sight(self) -> Iterator[None]:
        """Keep the end in sight while it grows, unless the learner reads elsewhere."""
        at_end = self.talk.max_scroll_y - self.talk.scroll_y <= NEAR
        yield
        if at_end:
            self._to_end()

    def _to_end(self) -> None:
        self.call_after_refresh(self.talk.scroll_end, animate=False)

    async def _tick(self) -> None:
        """Ten times a second: draw what came, and say what goes on."""
        if self.answering and self._view is not None:
            with self._in_sight():
                await self._view.flush()
        self._show_state()

    def _show_state(self) -> None:
        state = Content()
        if self.answering:
            seconds = int(monotonic() - self._since)
            state = Content.assemble(
                ("◌ ", "$primary"), f"{seconds} s · ", ("esc", "bold $primary"), f" stops it · {self._doing}"
            )
        self.query_one("#chat-state", Static).update(state)

    # --- the keys -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        ready = self.endpoint is not None
        match action:
            case "ask" | "new_line" | "all_keys":
                return ready
            case "look_again":
                return not ready
            case "stop":
                return self.answering
            case "leave":
                return not self.answering
            case "begin_anew":
                return ready and not self.answering and bool(self.conversation.turns)
        return True

    def keep(self) -> None:
        """Keep what is typed and not sent yet."""
        if self.query(Question):
            self.conversation.draft = self.field.text

    @on(TextArea.Changed)
    def remember_draft(self) -> None:
        self.keep()

    def action_ask(self) -> None:
        if self.answering:
            self.notify("Esc stops the answer; then ask on.")
        elif self.field.text.strip():
            self._answering = self.answer(self.field.text)
            self.field.text = ""
            self.refresh_bindings()

    def action_look_again(self) -> None:
        self._look()
        if self.endpoint is None:
            self.notify("Still not set up.")

    def action_all_keys(self) -> None:
        self.tutor.action_keys()

    def action_new_line(self) -> None:
        self.field.insert("\n")

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "answer")

    def action_leave(self) -> None:
        self.keep()
        self.dismiss()

    def action_scroll(self, direction: int) -> None:
        (self.talk.scroll_page_down if direction > 0 else self.talk.scroll_page_up)(animate=False)

    async def action_begin_anew(self) -> None:
        self.conversation.begin_anew()
        await self.talk.query(TurnView).remove()
        self.refresh_bindings()

    # --- one answer ---------------------------------------------------------------------------------

    @work(exclusive=True, group="answer")
    async def answer(self, question: str) -> None:
        """Ask, and show the answer as it comes; what failed without a word is put back to be asked again."""
        self._look()
        if self.endpoint is None:
            self._put_back(question)
            return
        self._doing = ""
        self._now(f"waiting for {self.endpoint.model}")
        view = self._view = TurnView(question.strip())
        place, self.place = self.place, ""  # told once
        try:
            events = self.conversation.ask(question, self.endpoint, place=place)
            await self.talk.mount(view)
            self._to_end()
            async with aclosing(events):
                async for event in events:
                    self._follow(event)
                    with self._in_sight():
                        await view.take(event)
                    await asyncio.sleep(0)  # a quick server leaves the keyboard its turn
                    if isinstance(event, Failed) and not event.kept:
                        self.place = place
                        self._put_back(question)
        except asyncio.CancelledError:
            if view.is_attached:
                with self._in_sight():
                    await view.stop()
            raise
        except TutorProblem as problem:
            self._put_back(question)
            self.tutor.show_problem(problem)
        finally:
            self._answering = self._view = None
            if self.is_attached:
                self._show_state()
                self.refresh_bindings()

    def _follow(self, event: Event) -> None:
        """Say what goes on."""
        assert self.endpoint is not None
        if isinstance(event, Said):
            self._now("answering")
        elif isinstance(event, Thinking):
            self._now(f"{self.endpoint.model} is thinking")
        elif isinstance(event, Called):
            self._now(f"running {event.tool}")
        elif isinstance(event, Returned):
            self._now(f"waiting for {self.endpoint.model}")

    def _now(self, doing: str) -> None:
        if doing != self._doing:
            self._doing, self._since = doing, monotonic()

    def _put_back(self, question: str) -> None:
        if self.is_attached and not self.field.text.strip():
            self.field.text = question
            self.field.move_cursor(self.field.document.end)
