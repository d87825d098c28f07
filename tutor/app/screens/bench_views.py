"""What the workbench of an exercise shows: the brief, the verdict, hints, attempts, and where it stands."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll

from tutor.app.screens.bench import Bench
from tutor.app.text import moment
from tutor.app.theme import GLYPHS, status_word
from tutor.app.widgets.attempts_view import AttemptsView
from tutor.app.widgets.file_line import FileLine
from tutor.app.widgets.hints_view import HintsView
from tutor.app.widgets.key_bar import KeyBar
from tutor.app.widgets.panes import BRIEF, VERDICT, Panes
from tutor.app.widgets.reading import Reading
from tutor.app.widgets.top_bar import TopBar
from tutor.app.widgets.verdict_view import VerdictView
from tutor.app.widgets.views import Views


class BenchViews(Bench):
    """The views of one exercise, kept in step with the store."""

    def compose(self) -> ComposeResult:
        lesson = self.tutor.engine.content.lesson(self.exercise.lesson)
        yield TopBar(lesson.title, self.exercise.title)
        yield Views()
        yield FileLine()
        yield Panes(self.exercise)
        yield KeyBar()

    @property
    def panes(self) -> Panes:
        return self.query_one(Panes)

    @property
    def view(self) -> int:
        """Which view is shown."""
        return self.panes.shown

    async def on_mount(self) -> None:
        self._read_last()
        self._show_status()
        self.action_view(VERDICT if self.verdict is not None else BRIEF)
        self.call_after_refresh(self._fill)
        self.tutor.warm_up(self.exercise)

    def _read_last(self) -> None:
        with self.tutor.problems_shown():
            last = self.tutor.engine.store.last_attempt(self.exercise.id)
            if last is not None and not (last.passed and self.practising):
                from tutor.grading import Verdict

                self.verdict = Verdict.from_json(dict(last.verdict_json))

    async def _fill(self) -> None:
        """The long texts come after the frame."""
        await self.query_one("#brief", VerticalScroll).mount(Reading(self.info.brief))
        await self.query_one(HintsView).show(self.info.hints, self.hints_shown)
        self._show_attempts()
        view = self.query_one(VerdictView)
        if self.verdict is not None:
            await view.show(self.verdict, note="your last attempt", notice=self.info.notice, older=self.newer)
        else:
            await view.nothing_yet(self._first_steps())

    def _first_steps(self) -> str:
        if self.started and self.practising:
            return "Begun again from the stub; your first pass is kept. Enter opens your file."
        if not self.started:
            return "Enter writes the stub for you to fill in."
        return "Enter opens your file." if self.untouched else "Enter grades your file."

    def _show_attempts(self) -> None:
        self.query_one(AttemptsView).show(self.tutor.engine.store.attempts(self.exercise.id))

    def _show_status(self) -> None:
        """The line of views, the line of the file, the status at the top: all that changes with the store."""
        engine, exercise = self.tutor.engine, self.exercise
        with self.tutor.problems_shown():
            standing = engine.standing()
            status, self.newer = standing.exercise(exercise.id), exercise.id in standing.newer
            self.query_one(TopBar).note = f"{GLYPHS[status]} {status_word(status)} · {exercise.minutes} min"
            views = self.query_one(Views)
            attempts = engine.store.exercise_state(exercise.id).attempts
            notes = ("", "", f"{self.hints_shown}/{len(self.info.hints)}", str(attempts or ""), "")
            views.labels = [
                (name.capitalize(), note) for name, note in zip(self.panes.names, notes, strict=False)
            ]
            views.chosen = self.view
            path = engine.solution_path(exercise)
            self.query_one(FileLine).show(path, watching=self.watching, newer=self.newer)
        self.refresh_bindings()

    def action_view(self, number: int) -> None:
        self.panes.show(number)

    def action_turn(self, step: int) -> None:
        self.panes.turn(step)

    @on(Panes.Turned)
    def turned(self, event: Panes.Turned) -> None:
        self.query_one(Views).chosen = event.number

    @on(Views.Picked)
    def picked(self, event: Views.Picked) -> None:
        self.action_view(event.number)

    @on(AttemptsView.Chosen)
    async def show_attempt(self, event: AttemptsView.Chosen) -> None:
        from tutor.grading import Verdict

        verdict = Verdict.from_json(dict(event.attempt.verdict_json))
        await self.query_one(VerdictView).show(verdict, note=f"attempt of {moment(event.attempt.at)}")
        self.action_view(VERDICT)

    @on(AttemptsView.Compared)
    def compare(self, event: AttemptsView.Compared) -> None:
        from tutor.app.screens.comparing import CompareScreen

        self.app.push_screen(CompareScreen(event.earlier, event.later, self.exercise.title))
