"""One question of a chat and all that came of it, in the order in which it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tutor.app.text import colourless
from tutor.app.widgets.answer import Answer
from tutor.assist.chat.events import Called, Event, Failed, Noted, Returned, Said

if TYPE_CHECKING:
    from tutor.assist.chat.history import Turn
    from tutor.errors import TutorProblem


class TurnView(Vertical):
    """Drawn from what is kept of a turn, or (``take``, ``flush``) event by event while it is answered."""

    def __init__(self, question: str, turn: Turn | None = None) -> None:
        super().__init__()
        self._question = question
        self._turn = turn
        self._answer: Answer | None = None
        self._call: ToolLine | None = None
        self._last = ""  # the kind of what was shown last

    def compose(self) -> ComposeResult:
        yield Static(Content(colourless(self._question)), classes="asked")
        if self._turn is not None:
            for part in self._turn.parts:
                if (widget := self._widget(part)) is not None:
                    yield widget
            if not self._turn.ended:
                yield self._below(_stopped(), "told")

    def _widget(self, event: Event) -> Widget | None:
        """What shows an event; None where it changes what is shown already, or is not shown."""
        match event:
            case Said(text):
                self._answer = Answer(text)
                return self._below(self._answer, "answer")
            case Called(tool, told):
                self._answer, self._call = None, ToolLine(tool, told)
                return self._below(self._call, "told")
            case Returned(ok=ok):
                if self._call is not None:
                    self._call.end(ok=ok)
            case Noted(text):
                self._answer = None
                line = Static(
                    Content.assemble(("! ", "bold $accent"), Content(colourless(text))), classes="told"
                )
                return self._below(line, "told")
            case Failed(problem, kept):
                failure = Static(_failure(problem, kept=kept), classes="told failure")
                return self._below(failure, "failure")
        return None

    def _below(self, widget: Widget, kind: str) -> Widget:
        """A widget with an empty line above it, where what is above is of another kind."""
        widget.set_class(self._last not in ("", kind), "-after")
        self._last = kind
        return widget

    async def take(self, event: Event) -> None:
        """Show what happened; text is only collected."""
        if isinstance(event, Said) and self._answer is not None:
            self._answer.feed(event.text)
            return
        if not isinstance(event, Said):
            await self.flush(now=True)
        if (widget := self._widget(event)) is not None:
            await self.mount(widget)

    async def flush(self, *, now: bool = False) -> None:
        """Show what has come of the answer so far; ``now``: without waiting for more."""
        if self._answer is not None:
            await self._answer.flush(now=now)

    async def stop(self) -> None:
        """The learner stopped it: what came stays."""
        await self.flush(now=True)
        await self.mount(self._below(_stopped(), "told"))


class ToolLine(Static):
    """A tool that the model uses: which, on what, and how it ended."""

    def __init__(self, tool: str, told: str) -> None:
        super().__init__(classes="told")
        self._name, self._about = tool, f"  {told}" if told else ""
        self._sign, self._end = ("◌ ", "$primary"), ""

    def on_mount(self) -> None:
        self._show()

    def end(self, *, ok: bool) -> None:
        """Mark the tool's call as done, or as not done."""
        self._sign, self._end = (("✓ ", "$success"), "") if ok else (("– ", "$quiet"), "  not done")
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        self.update(Content.assemble(self._sign, (f"{self._name}{self._about}{self._end}", "$quiet")))


def _failure(problem: TutorProblem, *, kept: bool) -> Content:
    where = f" ({problem.where})" if problem.where else ""
    step = f"{'What came of it is kept. ' if kept else ''}{problem.next_step}"
    head = Content.assemble(("✗ ", "bold $error"), Content(colourless(f"{problem.message}{where}")))
    return Content("\n").join([head, Content.styled(colourless(step), "$quiet")])


def _stopped() -> Static:
    return Static(Content.styled("– stopped", "$quiet"), classes="told")
