"""A demo inside a lesson: guess first, turn its knobs, watch it print, run it again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Literal, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from tutor.amounts import duration, size
from tutor.app.text import untrusted_content
from tutor.app.widgets.knobs import Knobs
from tutor.app.widgets.output_view import OutputView
from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp
    from tutor.course import LoadedLesson

State = Literal["ready", "running", "done", "stopped", "failed"]
FLUSH_SECONDS = 0.1


class DemoPanel(Vertical):
    """Knobs, one line of state, and the output of every run so far.

    The demo runs in a process of its own; stopping it, or leaving the step, ends that process.
    """

    state: reactive[State] = reactive("ready", init=False)

    @dataclass
    class Changed(Message):
        """The demo began or ended, or it printed something."""

        printed: bool = False

    def __init__(self, lesson: LoadedLesson, values: Mapping[str, str] | None = None) -> None:
        super().__init__()
        assert lesson.info.demo is not None
        self.lesson = lesson
        self.demo = lesson.info.demo
        self.knobs = Knobs(self.demo.knobs)
        self.line = Static(classes="state")
        self.output = OutputView()
        self.runs = 0
        self._values = values
        self._started = 0.0
        self._seconds = 0.0
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield self.knobs
        yield self.line
        yield self.output

    def on_mount(self) -> None:
        if self._values is not None:
            self.knobs.set_values(self._values)
        self._tell()

    def watch_state(self) -> None:
        self._tell()
        self.post_message(self.Changed())

    def on_unmount(self) -> None:
        self.stop()

    # --- running --------------------------------------------------------------------------------

    @on(Knobs.Run)
    def start(self) -> None:
        """Run with the knobs as they stand; a run under way is ended first."""
        if problem := self.knobs.problem():
            self.app.notify(problem, severity="warning")
            return
        self.run_demo(self.knobs.values())

    def stop(self) -> None:
        """End the demo that runs, if one does, with all its processes."""
        self.workers.cancel_group(self, "demo")

    @work(exclusive=True, group="demo")
    async def run_demo(self, values: Mapping[str, str]) -> None:
        """Run the demo with these values of its knobs; its output streams in, and a run before is ended."""
        app = cast("TutorApp", self.app)
        engine = app.engine
        if self.runs:
            self.output.heading(Text(f"\n── run {self.runs + 1} · {_described(values)}", style="bold"))
        self.runs += 1
        self._started = monotonic()
        self.state = "running"
        from tutor.sandbox import DemoFailed

        timer = self.set_interval(FLUSH_SECONDS, self._flush)
        outcome: State = "stopped"
        try:
            arguments = [part for name, value in values.items() for part in (f"--{name}", value)]
            async with aclosing(engine.demo(self.lesson, arguments)) as chunks:
                async for chunk in chunks:
                    self.output.feed(chunk)
                    await asyncio.sleep(0)
            outcome = "done"
        except (DemoFailed, TutorProblem) as problem:
            outcome, self._problem = "failed", str(problem)
        finally:
            timer.stop()
            self.output.flush()
            self._seconds = monotonic() - self._started
            self.state = outcome
        with app.problems_shown():
            engine.remember_demo(self.lesson, values, self.output.text)

    def _flush(self) -> None:
        if self.output.flush():
            self.post_message(self.Changed(printed=True))
        self._tell()

    # --- the line of state ------------------------------------------------------------------------

    def _tell(self) -> None:
        self.line.update(self._told())

    def _told(self) -> Content:
        if self.state == "ready":
            about = f"{self.demo.title}, about {duration(self.demo.seconds)}"
            about += f", up to {size(self.demo.memory_mib << 20)}" if self.demo.memory_mib else ""
            return Content.assemble(("○ ", "$quiet"), (about, "$quiet"))
        if self.state == "running":
            seconds = int(monotonic() - self._started)
            return Content.assemble(
                ("◌ ", "$primary"), f"running · {seconds} s · ", ("x", "bold $primary"), " stops it"
            )
        if self.state == "done":
            return Content.assemble(("✓ ", "$success"), f"ended after {duration(self._seconds)}")
        if self.state == "stopped":
            return Content.assemble(("– ", "$quiet"), f"stopped after {duration(self._seconds)}")
        return Content.assemble(("✗ ", "$error"), untrusted_content(self._problem))


def _described(values: Mapping[str, str]) -> str:
    return " · ".join(f"{name} {value}" for name, value in values.items())
