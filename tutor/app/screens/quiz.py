"""A quiz: one question a screen, explained at once, and a summary at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tutor.amounts import counted
from tutor.app.quiz_lines import KINDS, how_to_answer, result_line, verdict_line
from tutor.app.screens.base import TutorScreen
from tutor.app.text import colourless
from tutor.app.ways import after_placement, after_quiz
from tutor.app.widgets.go_on import GoOn
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.questions import widget_for
from tutor.app.widgets.questions.base import QuestionWidget
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.step_dots import StepDots
from tutor.app.widgets.top_bar import TopBar
from tutor.errors import TutorProblem, UsageProblem

if TYPE_CHECKING:
    from tutor.quiz import Item, Result
    from tutor.quiz.sitting import Sitting

KEEP_SECONDS = 0.3


class QuizScreen(TutorScreen):
    """Enter answers, Enter goes on. Leaving keeps everything, a half-written answer included."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", "Answer"),
        Binding("enter", "go_on", "Next question"),
        Binding("ctrl+n", "later", "Later"),
        Binding("ctrl+n", "skip", "Skip"),
        Binding("l", "reread", "Reread the step"),
        Binding("escape", "leave", "Leave"),
        Binding("q", "leave", "Leave", show=False),
    ]

    def __init__(self, sitting: Sitting, title: str, name: str = "Quiz") -> None:
        super().__init__()
        self.sitting = sitting
        self.subject = title
        self.what = name
        self._kept: object = None  # the draft as it was last kept
        self.state: Literal["asking", "judging", "scored", "summary"] = "asking"

    def compose(self) -> ComposeResult:
        yield TopBar(self.subject, self.what)
        yield StepDots()
        yield VerticalScroll(id="page")
        yield KeyBar()

    @property
    def question(self) -> QuestionWidget | None:
        """The widget of the question that is asked; None while there is none."""
        return next(iter(self.query(QuestionWidget)), None)

    def on_mount(self) -> None:
        self.set_interval(KEEP_SECONDS, self.keep)
        if self.sitting.complete:
            self.show_summary()
        else:
            self.show_question()

    # --- one question -------------------------------------------------------------------------------

    @work(exclusive=True, group="page")
    async def show_question(self) -> None:
        """Put the current question on the page, with what was left of an answer."""
        if not self.query("#page"):  # left meanwhile
            return
        item = self.sitting.item
        self._set_state("asking")
        question = widget_for(item)
        page = self.query_one("#page", VerticalScroll)
        with self.app.batch_update():
            await page.remove_children()
            await page.mount(
                Reading(item.question, classes="question"),
                question,
                Static(how_to_answer(question), classes="how"),
            )
            page.scroll_to(y=0, animate=False)
            self._tell_place()
        if self.sitting.key in self.sitting.drafts:
            question.restore(self.sitting.drafts[self.sitting.key])
        self._kept = question.draft
        question.focus()

    def _set_state(self, state: Literal["asking", "judging", "scored", "summary"]) -> None:
        self.state = state
        self.refresh_bindings()

    def _tell_place(self) -> None:
        dots = self.query_one(StepDots)
        dots.marks = self.sitting.marks
        dots.position = self.sitting.position
        points = self.sitting.item.points
        kind = KINDS[self.sitting.item.kind]
        dots.caption = f"{kind} · {counted(points, 'point')}" if points > 1 else kind
        got, of = self.sitting.total
        self.query_one(TopBar).note = f"{got:g} of {of:g} points" if of else ""

    @on(QuestionWidget.Submitted)
    def action_answer(self) -> None:
        if self.state != "asking" or self.question is None:
            return
        self.app.clear_notifications()  # of an answer before, which said what was wrong with that one
        answer = self.question.answer
        if answer is None:
            self.notify(self.question.MISSING)
        else:
            self.judge(self.question, answer)

    @work(exclusive=True, group="judge")
    async def judge(self, question: QuestionWidget, answer: object) -> None:
        """Score an answer in a thread, write it down, and explain it."""
        engine, item = self.tutor.engine, question.item
        self._set_state("judging")
        how = self.query_one(".how", Static)
        if item.kind == "code":
            how.update(Content.assemble(("◌ ", "$primary"), "running your line"))
        try:
            result = await asyncio.to_thread(engine.score, item, answer)
            engine.remember_answer(self.sitting.seed, item, answer, result)
            notes = self._taken_in(item, result)
        except TutorProblem as problem:
            self._set_state("asking")
            how.update(how_to_answer(question))
            if isinstance(problem, UsageProblem):
                self.notify(f"{problem.message} {problem.next_step}", severity="warning", markup=False)
                question.focus()
            else:
                self.tutor.show_problem(problem)
            return
        self.keep_place()
        await self.explain(question, result, notes)

    def _taken_in(self, item: Item, result: Result) -> list[str]:
        """Count the answer; what it changes beside the points, in sentences."""
        engine, notes = self.tutor.engine, []
        open_before = len(self.sitting.open)
        self.sitting.answered(result)
        if self.sitting.placement:
            engine.place(self.sitting)
            if skipped := open_before - len(self.sitting.open) - 1:
                more = counted(skipped, "more question")
                notes.append(f"– This lesson is yours to learn: {more} of it will not be asked.")
        if not result.points and engine.reopened(item):
            notes.append(
                "↻ Missed three times since you read its step: the step is open again. l rereads it."
            )
        return notes

    async def explain(self, question: QuestionWidget, result: Result, notes: Sequence[str]) -> None:
        """Show at once whether it was right, and why."""
        page = self.query_one("#page", VerticalScroll)
        page.focus()
        question.mark(result.correct)
        await self.query_one(".how").remove()
        tone = "right" if result.correct else "partly" if result.points else "wrong"
        await page.mount(
            Static(verdict_line(result), classes=f"headline {tone}"),
            Reading(colourless(result.explanation), classes=f"explanation {tone}"),
            *(Static(Content(note), classes="note") for note in notes),
        )
        self._tell_place()
        self._set_state("scored")
        self.call_after_refresh(self._show_result, page)

    def _show_result(self, page: VerticalScroll) -> None:
        """To the end of the explanation, but never past the line that says whether it was right."""
        headline = self.query_one(".headline").virtual_region.y
        page.scroll_to(y=min(headline, page.max_scroll_y), animate=False)

    # --- the keys -----------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "answer":
                return self.state == "asking"
            case "go_on":
                return self.state == "scored"
            case "later":
                return self.state == "asking" and not self.sitting.placement and len(self.sitting.open) > 1
            case "skip":
                return self.state == "asking" and self.sitting.placement
            case "reread":
                return self.state == "scored" and self.sitting.item.step is not None
        return True

    def action_go_on(self) -> None:
        if self.sitting.to_next_open():
            self.keep_place()
            self.show_question()
        else:
            self.show_summary()

    def action_later(self) -> None:
        self.keep()
        self.action_go_on()

    def action_skip(self) -> None:
        """Pass on this question for good, and with it on the lesson's others."""
        self.sitting.skip()
        with self.tutor.problems_shown():
            self.tutor.engine.place(self.sitting)
        self.keep_place()
        self.action_go_on()

    def action_reread(self) -> None:
        item = self.sitting.item
        self.keep_place()
        self.tutor.reread(item.lesson, item.step or "")

    def action_leave(self) -> None:
        self.app.clear_notifications()
        self.keep()
        self.dismiss()

    # --- keeping --------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep a half-written answer; called again and again, it writes only when something changed."""
        question = self.question
        if self.state != "asking" or question is None or question.item is not self.sitting.item:
            return  # the page still shows the question before
        if question.draft != self._kept:
            self._kept = self.sitting.drafts[self.sitting.key] = question.draft
            self.keep_place()

    def keep_place(self) -> None:
        """Write the bookmark: the quiz goes on from here whenever it is opened again."""
        with self.tutor.problems_shown():
            self.sitting.keep(self.tutor.engine.store)

    # --- the end --------------------------------------------------------------------------------------

    @work(exclusive=True, group="page")
    async def show_summary(self) -> None:
        self._set_state("summary")
        with self.tutor.problems_shown():
            self.sitting.close(self.tutor.engine.store)
        page = self.query_one("#page", VerticalScroll)
        engine, placement = self.tutor.engine, self.sitting.placement
        ways = GoOn((after_placement if placement else after_quiz)(engine, self.sitting))
        with self.app.batch_update():
            self._tell_place()
            self.query_one(StepDots).position = -1
            self.query_one(StepDots).caption = "Summary"
            await page.remove_children()
            await page.mount(Static(self._result(), classes="title"), ways)
        ways.focus()

    def _result(self) -> Content:
        """The line above the ways on."""
        if self.sitting.placement:
            lessons = len({item.lesson for item in self.sitting.items.values()})
            out = len(self.tutor.engine.place(self.sitting).tested_out)
            return Content.styled(f"{out} of {counted(lessons, 'lesson')} tested out", "bold")
        got, of = self.sitting.total
        return result_line(got, of, len(self.sitting.missed), self.tutor.engine.standing().waiting)

    @on(GoOn.Chosen)
    def open_way(self, event: GoOn.Chosen) -> None:
        self.tutor.open_way(event.way)
