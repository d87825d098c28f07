"""The pages of a lesson: which one is shown, and the place that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from tutor.app.screens.base import TutorScreen
from tutor.app.ways import ways_on
from tutor.app.widgets.demo_panel import DemoPanel
from tutor.app.widgets.go_on import GoOn
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.rail import Rail
from tutor.app.widgets.step_dots import StepDots
from tutor.app.widgets.step_frame import StepFrame
from tutor.app.widgets.step_page import KINDS, StepPage
from tutor.app.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from tutor.course import LoadedLesson

GO_ON = "go-on"
KEEP_SECONDS = 0.5


class LessonPages(TutorScreen):
    """The steps and, behind the last of them, the ways on. The lesson's screen says what the keys do."""

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
        """The demo of the page that is shown, if it has one."""
        return self.page.demo if self.page else None

    def on_mount(self) -> None:
        store = self.tutor.engine.store
        self._seen = set(store.steps_read().get(self.lesson.id, ()))
        self._look_up_again()
        kept = store.bookmark(f"lesson:{self.lesson.id}")
        kept = kept if isinstance(kept, dict) else {}
        page, scroll = self._asked_for or kept.get("page"), kept.get("scroll")
        self.position = self.pages.index(page) if page in self.pages else 0
        scroll = scroll if isinstance(scroll, int) and not self._asked_for else 0
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
        """Remember the page and how far it is scrolled."""
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
        """The ways on are no step: the steps are counted as on the map, and behind the last stands no number."""
        marks = [
            "reread" if step.id in self._again else "done" if step.id in self._seen else "new"
            for step in self.steps
        ]
        dots, last = self.query_one(StepDots), self.pages[self.position] == GO_ON
        dots.marks = marks
        dots.position = -1 if last else self.position
        dots.caption = "Go on" if last else KINDS[self.steps[self.position].kind]
        self.query_one("#rail", Rail).show(
            [*(step.title for step in self.steps), "Go on"], [*marks, "new"], self.position
        )
