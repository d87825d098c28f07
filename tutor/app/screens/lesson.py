"""A lesson, one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from tutor.app.screens.base import TutorScreen
from tutor.app.ways import ways_on
from tutor.app.widgets.demo_panel import DemoPanel
from tutor.app.widgets.go_on import GoOn
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.knobs import Knobs
from tutor.app.widgets.rail import Rail
from tutor.app.widgets.step_dots import StepDots
from tutor.app.widgets.step_frame import StepFrame
from tutor.app.widgets.step_page import KINDS, StepPage
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.course import LoadedLesson

GO_ON = "go-on"
KEEP_SECONDS = 0.5


class LessonScreen(TutorScreen):
    """The steps of a lesson and, behind the last of them, the ways on. The place is kept."""

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

    def __init__(self, lesson: LoadedLesson, page: str | None = None) -> None:
        super().__init__()
        self.lesson = lesson
        self.steps = lesson.info.steps
        self.pages = [*(step.id for step in self.steps), GO_ON]
        self.position = 0
        self._asked_for = page
        self._seen: set[str] = set()
        self._kept_scroll = 0
        self._page: Widget | None = None
        self._again: frozenset[str] = frozenset()  # read before, and to be read once more

    def compose(self) -> ComposeResult:
        yield TopBar(self.tutor.engine.content.info.title, self.lesson.title)
        with Horizontal(id="lesson"):
            yield Rail(id="rail")
            with Vertical():
                yield StepDots()
                yield StepFrame(id="page")
        yield KeyBar()

    @property
    def frame(self) -> StepFrame | None:
        """None where nothing is shown yet, or another lesson took this one's place meanwhile."""
        frames = self.query(StepFrame)
        return frames.first() if frames else None

    @property
    def page(self) -> StepPage | None:
        """The step that is shown; kept, since each key of the screen asks for it."""
        return self._page if isinstance(self._page, StepPage) and self._page.is_attached else None

    @property
    def demo(self) -> DemoPanel | None:
        return self.page.demo if self.page else None

    # --- the place in the lesson --------------------------------------------------------------------

    def on_mount(self) -> None:
        store = self.tutor.engine.store
        self._seen = set(store.steps_read().get(self.lesson.id, ()))
        self._look_up_again()
        kept = store.bookmark(f"lesson:{self.lesson.id}") or {}
        page = self._asked_for or kept.get("page")
        self.position = self.pages.index(page) if page in self.pages else 0
        scroll = 0 if self._asked_for else int(kept.get("scroll") or 0)
        self.show_page(scroll=scroll)
        self.set_interval(KEEP_SECONDS, self._keep_scroll)

    def _keep_scroll(self) -> None:
        """Called again and again; it writes only when the page was scrolled."""
        frame = self.frame
        if frame is not None and round(frame.scroll_y) != self._kept_scroll:
            self.keep()

    def on_screen_resume(self) -> None:
        """Back from an exercise or the quiz: the ways on may stand differently now."""
        self._look_up_again()
        if self.query(GoOn):
            self.show_page()

    def _look_up_again(self) -> None:
        with self.tutor.problems_shown():
            self._again = frozenset(self.tutor.engine.standing().reread.get(self.lesson.id, ()))

    def keep(self) -> None:
        if self.frame is None:
            return
        self._kept_scroll = round(self.frame.scroll_y)
        place = {"page": self.pages[self.position], "scroll": self._kept_scroll}
        with self.tutor.problems_shown():
            self.tutor.engine.store.set_bookmark(f"lesson:{self.lesson.id}", place)

    @work(exclusive=True, group="page")
    async def show_page(self, *, scroll: int = 0, values: Mapping[str, str] | None = None) -> None:
        """Put the page at ``position`` on the screen; with knob ``values`` its demo runs at once."""
        if (frame := self.frame) is None:
            return
        page = self._new_page(values)
        with self.app.batch_update():
            await frame.remove_children()
            self._mark_step()
            if isinstance(page, StepPage):
                frame.focus()  # while it is empty: Textual works out the style of all that is inside anew
            self._page = page
            await frame.mount(page)
            frame.scroll_to(y=0, animate=False)
        if isinstance(page, GoOn):
            page.focus()
        else:
            self._remember_step()
        if isinstance(page, StepPage) and page.prediction is not None and page.demo is None:
            await page.prediction.reply()
        if scroll:
            self.call_after_refresh(frame.scroll_to, y=scroll, animate=False)
        if values is not None and self.demo is not None:
            self.demo.start()
        self.refresh_bindings()
        self.keep()

    def _new_page(self, values: Mapping[str, str] | None) -> Widget:
        if self.pages[self.position] == GO_ON:
            return GoOn(ways_on(self.tutor.engine, self.lesson))
        step = self.steps[self.position]
        sources = self.tutor.engine.cited(step.markdown)
        guess = self.tutor.engine.last_guess(self.lesson.id, step.id)
        again = step.id in self._again
        return StepPage(self.lesson, step, sources=sources, guess=guess, values=values, again=again)

    def _remember_step(self) -> None:
        step = self.pages[self.position]
        if step not in self._seen or step in self._again:
            self._seen.add(step)
            self._again -= {step}
            with self.tutor.problems_shown():
                self.tutor.engine.store.record_event("step", self.lesson.id, {"step": step})

    def _mark_step(self) -> None:
        dots = self.query_one(StepDots)
        dots.marks = [
            "reread" if page in self._again else "done" if page in self._seen else "new"
            for page in self.pages
        ]
        dots.position = self.position
        last = self.pages[self.position] == GO_ON
        dots.caption = "Go on" if last else KINDS[self.steps[self.position].kind]
        self.query_one("#rail", Rail).show(
            [*(step.title for step in self.steps), "Go on"], dots.marks, self.position
        )

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
        kind, _, rest = event.way.opens.partition(":")
        if kind == "demo":
            values = dict(part.split("=", 1) for part in rest.split(",") if part)
            self.position = next(n for n, step in enumerate(self.steps) if step.kind == "demo")
            self.show_page(values=values)
        else:
            self.tutor.open_way(event.way, self.lesson.id)
