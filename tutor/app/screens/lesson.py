"""A lesson, one step at a time: what its keys do, and what its pages report."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.app.screens.lesson_pages import LessonPages
from tutor.app.widgets.demo_panel import DemoPanel
from tutor.app.widgets.go_on import GoOn
from tutor.app.widgets.knobs import Knobs


class LessonScreen(LessonPages):
    """Enter reads on, runs the demo, then turns the page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "read_on", "Read on"),
        Binding("enter", "run", "Run the demo"),
        Binding("enter", "go_on", "Next"),
        Binding("r", "run_again", "Run again"),
        Binding("x", "stop", "Stop"),
        Binding("k", "knobs", "Knobs"),
        Binding("right,n", "turn(1)", "Next step", show=False),
        Binding("left,p", "turn(-1)", "Back", key_display="←"),
        *(Binding(str(key), f"guess({key - 1})", f"Guess {key}", show=False) for key in range(1, 6)),
        Binding("c", "sources", "Sources"),
        Binding("u", "quiz", "Quiz"),
        Binding("i", "prompts", "Prompts", show=False),
        Binding("a", "chat", "Ask in a chat", show=False),
        Binding("t", "try_list", "What to try", show=False),
        Binding("space,pagedown", "scroll(1)", "A page down", show=False),
        Binding("b,pageup", "scroll(-1)", "A page up", show=False),
        Binding("q", "leave", "Leave"),
        Binding("escape", "leave", "Leave", show=False),
    ]

    # --- what Enter and the other keys do ---------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        demo, page = self.demo, self.page
        running = demo is not None and demo.state == "running"
        unrun = demo is not None and demo.state == "ready" and demo.runs == 0
        unread = page is not None and not running and self.frame is not None and self.frame.below_fold
        match action:
            case "read_on":
                return unread
            case "run":
                return unrun and not unread
            case "go_on":
                return page is not None and not unread and not unrun and not running
            case "run_again":
                return demo is not None and not running and not unrun
            case "knobs":
                return demo is not None
            case "stop":
                return running
            case "guess":
                asked = page.prediction if page else None
                return asked is not None and asked.guess is None and parameters[0] in range(asked.choices)
            case "sources":
                return page is not None and bool(page.sources)
            case "quiz":
                return bool(self.lesson.items)
            case "turn" if parameters == (-1,):
                return self.position > 0
        return True

    def action_read_on(self) -> None:
        if self.frame is not None:
            self.frame.read_on()

    def action_run(self) -> None:
        """Run the demo; a first Enter without a guess asks for one."""
        prediction = self.page.prediction if self.page else None
        if prediction is not None and prediction.guess is None and not prediction.nudged:
            prediction.nudged = True
            prediction.scroll_visible(animate=False)
            self.notify("Guess first, by its number. Enter again runs without a guess.")
            return
        self.action_run_again()

    def action_run_again(self) -> None:
        self.app.clear_notifications()
        if self.demo is not None:
            self.demo.start()

    def action_stop(self) -> None:
        if self.demo is not None:
            self.demo.stop()

    def action_knobs(self) -> None:
        for knobs in self.query(Knobs):
            knobs.focus_first()

    def action_go_on(self) -> None:
        self.action_turn(1)

    def action_turn(self, step: int) -> None:
        target = self.position + step
        if 0 <= target < len(self.pages):
            self.position = target
            self.show_page()

    async def action_guess(self, number: int) -> None:
        if self.page is None or (prediction := self.page.prediction) is None:
            return
        prediction.guess = number
        with self.tutor.problems_shown():
            guess = {"step": self.page.step.id, "guess": number}
            self.tutor.engine.store.record_event("guess", self.lesson.id, guess)
        if self.demo is None:
            await prediction.reply()
            self.call_after_refresh(prediction.scroll_visible, animate=False)
        self.refresh_bindings()

    def action_scroll(self, direction: int) -> None:
        if self.frame is not None:
            self.frame.turn_page(direction)

    def action_sources(self) -> None:
        """Where the figures of this step come from."""
        from tutor.app.screens.source import SourceScreen

        if self.page is not None:
            sections = [
                (f"{n}  {id}", Content(words)) for n, (id, words) in enumerate(self.page.sources, start=1)
            ]
            self.app.push_screen(SourceScreen("Where the figures come from", sections))

    def action_quiz(self) -> None:
        self.tutor.open_quiz(self.lesson.id)

    def action_prompts(self) -> None:
        self.tutor.open_prompts(self.lesson.id)

    def action_chat(self) -> None:
        step = f"I have the step '{self.page.step.title}' before me." if self.page else ""
        self.tutor.open_chat(self.lesson.id, step)

    def action_try_list(self) -> None:
        self.position = len(self.pages) - 1
        self.show_page()

    def action_leave(self) -> None:
        """Out of a running demo first, then out of the lesson."""
        if self.demo is not None and self.demo.state == "running":
            self.demo.stop()
        else:
            self.keep()
            self.dismiss()

    # --- what the page reports ----------------------------------------------------------------------

    @on(DemoPanel.Changed)
    async def follow_demo(self, event: DemoPanel.Changed) -> None:
        """Keep the newest output in sight, and answer the guess when the demo has ended."""
        frame, demo = self.frame, self.demo
        self.refresh_bindings()
        if frame is None or demo is None or self.page is None or not demo.runs:
            return
        if demo.state == "running" and not event.printed:
            frame.focus()
        reading_elsewhere = (
            demo.state == "running" and event.printed and frame.max_scroll_y - frame.scroll_y > 3
        )
        if demo.state == "done" and self.page.prediction is not None:
            await self.page.prediction.reply(after=demo)
        if not reading_elsewhere:
            self.call_after_refresh(frame.scroll_end, animate=False)

    @on(Knobs.Done)
    def back_to_text(self) -> None:
        if self.frame is not None:
            self.frame.focus()

    @on(GoOn.Chosen)
    def open_way(self, event: GoOn.Chosen) -> None:
        """Follow one of the lesson's ways on: its demo with values, or a screen of its own."""
        kind, _, rest = event.way.opens.partition(":")
        if kind == "demo":
            values = dict(part.split("=", 1) for part in rest.split(",") if part)
            self.position = next(n for n, step in enumerate(self.steps) if step.kind == "demo")
            self.show_page(values=values)
        else:
            self.tutor.open_way(event.way, self.lesson.id)
