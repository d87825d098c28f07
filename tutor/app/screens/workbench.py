"""The workbench of one exercise: what its keys do, and grading."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial

from textual import work
from textual.content import Content

from tutor.app.editing import edit, editor_command, with_terminal
from tutor.app.screens.bench_views import BenchViews
from tutor.app.screens.giving_up import show_solution
from tutor.app.screens.practising import practise
from tutor.app.widgets.code import Listing, diff, newer_sections
from tutor.app.widgets.hints_view import HintsView
from tutor.app.widgets.look_view import LookView
from tutor.app.widgets.panes import HINTS, LOOK, VERDICT
from tutor.app.widgets.verdict_view import VerdictView
from tutor.errors import TutorProblem
from tutor.progress.hints import next_hint
from tutor.progress.saves import saves


class WorkbenchScreen(BenchViews):
    """Enter writes the stub, then opens it, then grades what was made of it, then (after the pass) goes on."""

    async def _fill(self) -> None:
        await super()._fill()
        if self._practise:
            self.action_practise()

    # --- the keys -----------------------------------------------------------------------------------

    def action_explain(self) -> None:
        """A prompt for the learner's assistant: why the last attempt did not pass."""
        from tutor.app.screens.explaining import ExplainingScreen

        with self.tutor.problems_shown():
            self.app.push_screen(
                ExplainingScreen(self.exercise, self.tutor.engine.assistance.explain(self.exercise))
            )

    def action_start(self) -> None:
        """Write the stub, and say where."""
        with self.tutor.problems_shown():
            self.tutor.engine.start(self.exercise)
            self.notify("Enter opens it in your editor; w grades every save.", title="The stub is written")
        self._changed()

    def action_edit(self) -> None:
        """The learner's own editor; the one in the app where none is set, or none can have the screen."""
        self.app.clear_notifications()
        with self.tutor.problems_shown():
            path = self.tutor.engine.start(self.exercise)
            command = editor_command(self.tutor.settings.editor)
            if command is None or not edit(self.app, path, command):
                from tutor.app.screens.editor import EditorScreen

                self.app.push_screen(EditorScreen(self.exercise, path), self._edited)
        self._changed()

    action_fill_in = action_mend = action_edit

    def _changed(self) -> None:
        """The file is there now, or another: say what Enter does next."""
        self._show_status()
        if self.verdict is None and not self.grading:
            self.call_later(self.query_one(VerdictView).nothing_yet, self._first_steps())

    def _edited(self, grade: bool | None) -> None:
        self._changed()
        if grade and not self.watching:
            self.action_grade()

    def action_try(self) -> None:
        with self.tutor.problems_shown():
            with_terminal(
                self.app,
                lambda: self.tutor.engine.try_example(self.exercise),
                otherwise=f"Try it in a terminal: tutor try {self.exercise.id}",
            )

    def action_grade(self) -> None:
        """Grade the file; a grading under way begins anew. No notice of before stands over the verdict."""
        self.app.clear_notifications()
        self._grading = self.grade()

    action_grade_now = action_grade_again = action_grade

    def action_next(self) -> None:
        self.tutor.open_next()

    def action_watch(self) -> None:
        with self.tutor.problems_shown():
            self.tutor.engine.start(self.exercise)
            self._watching = self.watch_file()
        self._show_status()

    def action_unwatch(self) -> None:
        self.workers.cancel_group(self, "watch")
        self._watching = None
        self._show_status()

    async def action_hint(self) -> None:
        with self.tutor.problems_shown():
            next_hint(self.tutor.engine.store, self.exercise)
            await self.query_one(HintsView).show(self.info.hints, self.hints_shown)
        self._show_status()
        self.action_view(HINTS)

    def action_diff(self) -> None:
        from tutor.app.screens.source import SourceScreen

        with self.tutor.problems_shown():
            changes = self.tutor.engine.diff(self.exercise)
            same = Content("Your file is the stub, unchanged.")
            text = Listing(diff(changes), classes="source") if changes else same
            self.app.push_screen(SourceScreen("Your file against the stub", [("", text)]))

    def action_newer(self) -> None:
        """What changed in the stub since the learner's file began as one."""
        from tutor.app.screens.source import SourceScreen

        with self.tutor.problems_shown():
            sections = newer_sections(self.tutor.engine.stub_changes(self.exercise))
            self.app.push_screen(SourceScreen(f"Newer version: {self.exercise.title}", sections))

    def action_chat(self) -> None:
        place = f"I am at the exercise '{self.exercise.id}'."
        self.tutor.open_chat(self.exercise.lesson, place, then=self._after_chat)

    async def _after_chat(self, _: None) -> None:
        """Its model may have taken a hint, or submitted the file."""
        before = self.verdict
        if not self.grading:
            self._read_last()
        if self.verdict is not None and self.verdict != before:
            self._show_attempts()
            view = self.query_one(VerdictView)
            await view.show(self.verdict, note="your last attempt", notice=self.info.notice)
        await self.query_one(HintsView).show(self.info.hints, self.hints_shown)
        self._show_status()

    def action_lesson(self) -> None:
        self.tutor.open_lesson(self.exercise.lesson)

    def action_leave(self) -> None:
        """Cancel the grading under way; otherwise go back."""
        if self.grading:
            self.workers.cancel_group(self, "grade")
        else:
            self.dismiss()

    # --- grading ------------------------------------------------------------------------------------

    @work(exclusive=True, group="watch")
    async def watch_file(self) -> None:
        """Grade now and at each save; a save cancels the grading of the one before."""
        path = self.tutor.engine.solution_path(self.exercise)
        async with aclosing(saves(path)) as saved:
            async for _ in saved:
                self._grading = self.grade()

    @work(exclusive=True, group="grade")
    async def grade(self) -> None:
        """Grade the file as it is now. The verdict before stays until there is another."""
        engine, view = self.tutor.engine, self.query_one(VerdictView)
        before, self.verdict = self.verdict, None
        if self.view != LOOK:
            self.action_view(VERDICT)
        self.refresh_bindings()
        try:
            path = engine.solution_path(self.exercise)
            self.verdict = await view.follow(
                partial(engine.grade, self.exercise, path), notice=self.info.notice
            )
            self._show_attempts()
            if self.view == LOOK:
                self.query_one(LookView).run()
        except asyncio.CancelledError:
            self.verdict = before
            if view.is_attached:
                await view.nothing_yet("Cancelled. Enter grades again.")
            raise
        except TutorProblem as problem:
            self.verdict = before
            await view.nothing_yet(self._first_steps())
            self.tutor.show_problem(problem)
        finally:
            self._grading = None
            if view.is_attached:
                self._show_status()

    @work(group="solution")
    async def action_solution(self) -> None:
        with self.tutor.problems_shown():
            await show_solution(self.tutor, self.exercise)
            self._show_status()

    action_solution_later = action_solution

    @work(group="practice")
    async def action_practise(self) -> None:
        with self.tutor.problems_shown():
            if await practise(self.tutor, self.exercise):
                self.verdict = None
                await self.query_one(VerdictView).nothing_yet(self._first_steps())
                self._show_status()
