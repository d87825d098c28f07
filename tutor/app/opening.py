"""The way from screen to screen, and what is shown where it is barred."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tutor.app.screens.base import Keeping
from tutor.app.terminal import TerminalApp
from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.app.engine import Engine
    from tutor.app.widgets.go_on import Way

MAP_AND_ONE = 2
"""Screens on the stack while one is open above the course map."""


class OpeningApp(TerminalApp):
    """Opens every screen above the course map; each is imported when it is first opened."""

    engine: Engine
    ready: bool
    """Whether the course is read and the store open."""

    def open_lesson(self, lesson_id: str, page: str | None = None) -> None:
        """Open a lesson at ``page`` (a step's id), or where it was left."""
        from tutor.app.screens.lesson import LessonScreen

        with self.problems_shown():
            self._put_on_map(LessonScreen(self.engine.content.lesson(lesson_id), page))

    def reread(self, lesson_id: str, step: str) -> None:
        """A step above the quiz that asked about it: leaving the lesson comes back to the question."""
        from tutor.app.screens.lesson import LessonScreen

        with self.problems_shown():
            self.push_screen(LessonScreen(self.engine.content.lesson(lesson_id), step))

    def look_up(self, lesson_id: str, page: str | None = None) -> None:
        """What a finder found, in the finder's place: leaving the lesson comes back to what was shown before.

        One look at a time: a lesson that was itself looked up gives way.
        """
        from tutor.app.screens.finder import FinderScreen
        from tutor.app.screens.lesson import LessonScreen

        with self.problems_shown():
            lesson = self.engine.content.lesson(lesson_id)
            if isinstance(self.screen, FinderScreen):
                self.pop_screen()
            if isinstance(self.screen, LessonScreen) and len(self.screen_stack) > MAP_AND_ONE:
                self.pop_screen()
            self.push_screen(LessonScreen(lesson, page))

    def open_quiz(self, lesson_id: str | None) -> None:
        """A lesson's quiz, or (None) the review of what is due. Above a quiz that waits: back to that one."""
        from tutor.app.screens.quiz import QuizScreen

        waits = [one for one in self.screen_stack if isinstance(one, QuizScreen) and one.state != "summary"]
        if waits:
            while self.screen is not waits[-1]:
                if isinstance(self.screen, Keeping):
                    self.screen.keep()
                self.pop_screen()
            return
        with self.problems_shown():
            sitting = self.engine.quiz(lesson_id)
            if sitting is None:
                self.notify(self._nothing_due() if lesson_id is None else "This lesson has no quiz.")
                return
            title = self.engine.content.lesson(lesson_id).title if lesson_id else "Review"
            self.push_screen(QuizScreen(sitting, title))

    def _nothing_due(self) -> str:
        waiting = self.engine.standing().waiting
        if not waiting:
            return "Nothing is due."
        return f"Today's {self.engine.store.daily_cap} are done; {waiting} wait for tomorrow."

    def open_placement(self) -> None:
        """The placement test: first a page that says what it does."""
        from tutor.app.screens.placement import PlacementScreen

        with self.problems_shown():
            if self.ready and not isinstance(self.screen, PlacementScreen):
                sitting = self.engine.placement()
                if sitting is None:
                    self.notify("Every lesson is done or tested out: there is nothing left to place.")
                else:
                    self.push_screen(PlacementScreen(sitting))

    def open_exercise(self, exercise_id: str, *, practise: bool = False) -> None:
        """An exercise's workbench; with ``practise`` it asks at once whether to begin again from the stub."""
        from tutor.app.screens.workbench import WorkbenchScreen

        with self.problems_shown():
            self.push_screen(WorkbenchScreen(self.engine.content.exercise(exercise_id), practise=practise))

    def practise_at_random(self) -> None:
        """Begin an exercise that was passed again from its stub, whichever chance picks."""
        from random import choice

        with self.problems_shown():
            if ids := self.engine.may_be_practised():
                self.open_exercise(choice(ids), practise=True)
            else:
                self.notify("No exercise is passed yet.")

    def open_own_words(self, lesson_id: str, question_id: str) -> None:
        """Open a question of a lesson to be answered in one's own words."""
        from tutor.app.screens.own_words import OwnWordsScreen

        with self.problems_shown():
            lesson = self.engine.content.lesson(lesson_id)
            question = next(one for one in lesson.open_questions if one.id == question_id)
            self.push_screen(OwnWordsScreen(lesson, question))

    def open_prompts(self, lesson_id: str) -> None:
        """Open the prompts of a lesson."""
        from tutor.app.screens.prompts import PromptsScreen

        with self.problems_shown():
            self.push_screen(PromptsScreen(self.engine.content.lesson(lesson_id)))

    def open_chat(
        self, lesson_id: str, place: str = "", then: Callable[[None], Awaitable[None]] | None = None
    ) -> None:
        """The chat about a lesson. ``place`` tells its model what the learner has before them."""
        from tutor.app.screens.chat import ChatScreen

        for screen in self.screen_stack:
            if isinstance(screen, ChatScreen) and screen.lesson.id == lesson_id:  # one at a time can answer
                while self.screen is not screen:
                    self.pop_screen()
                return
        with self.problems_shown():
            self.push_screen(ChatScreen(self.engine.content.lesson(lesson_id), place), then)

    def open_error_map(self) -> None:
        """Open the error–memory map."""
        from tutor.app.screens.error_map import ErrorMapScreen

        self.push_screen(ErrorMapScreen())

    def open_glossary(self, term: str | None = None) -> None:
        """The glossary above whatever is shown, with the cursor on ``term``."""
        from tutor.app.screens.glossary import GlossaryScreen

        if self.ready:
            self.push_screen(GlossaryScreen(term))

    def open_search(self) -> None:
        """Open the search through lessons and exercises, once the course is loaded."""
        from tutor.app.screens.search import SearchScreen

        if self.ready:
            self.push_screen(SearchScreen())

    def open_way(self, way: Way, lesson_id: str = "") -> None:
        """What a line of a lesson's or a quiz's last page leads to; ``lesson_id`` is whose page it is."""
        kind, _, rest = way.opens.partition(":")
        match kind:
            case "lesson":
                self.open_lesson(rest)
            case "step":
                lesson, _, step = rest.partition(":")
                self.open_lesson(lesson, step)
            case "exercise":
                self.open_exercise(rest)
            case "quiz":
                self.open_quiz(lesson_id)
            case "own-words":
                self.open_own_words(lesson_id, rest)
            case "prompts":
                self.open_prompts(lesson_id)
            case "chat":
                self.open_chat(lesson_id)
            case _:
                self.open_next()

    def open_next(self) -> None:
        """Whatever the learner's standing says comes next."""
        with self.problems_shown():
            step = self.engine.standing().next
            self.back_to_map()
            match step.kind:
                case "lesson":
                    self.open_lesson(step.id, step.step or None)
                case "exercise":
                    self.open_exercise(step.id)
                case "quiz":
                    self.open_quiz(step.id)
                case "review":
                    self.open_quiz(None)
                case "done":
                    self.notify(step.why)

    def back_to_map(self) -> None:
        """Close all screens above the course map; each keeps its place first."""
        while len(self.screen_stack) > 1:
            if isinstance(self.screen, Keeping):
                self.screen.keep()
            self.pop_screen()

    def _put_on_map(self, screen: Screen[Any]) -> None:
        """Lessons don't pile up: a lesson opened from another one replaces it."""
        self.back_to_map()
        self.push_screen(screen)

    # --- problems -------------------------------------------------------------------------------

    @contextmanager
    def problems_shown(self) -> Iterator[None]:
        """A named problem inside becomes one notice; the app goes on."""
        try:
            yield
        except TutorProblem as problem:
            self.show_problem(problem)

    def show_problem(self, problem: TutorProblem, *, fatal: bool = False) -> None:
        """Tell what went wrong, where, and what to do; the app ends after a ``fatal`` one."""
        from tutor.app.screens.problem import ProblemScreen

        self.push_screen(ProblemScreen(problem, fatal=fatal))
