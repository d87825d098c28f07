"""The app for authors: the learner's own screens over a course that is read again at each save."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from textual import work
from textual.screen import ModalScreen, Screen

from tutor.app.authoring import AuthorEngine, nearest_first, saved_files
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.tutor_app import TutorApp
from tutor.app.widgets.author_panel import AuthorPanel
from tutor.app.widgets.key_bar import KeyBar
from tutor.errors import ContentProblem, TutorProblem

Reopen = Callable[[], None]


def clock() -> str:
    """The time of day, as the panel tells it."""
    return f"{datetime.now():%H:%M:%S}"


class AuthorApp(TutorApp):
    """A broken course does not end it: the last whole version stays on the screen, what is wrong below it."""

    def __init__(self, engine: AuthorEngine, *, poll: bool = False) -> None:
        super().__init__(engine)
        self.author = engine
        self.problems: list[ContentProblem] | None = None
        self.read_at = ""
        self._poll = poll

    def on_mount(self) -> None:
        super().on_mount()
        self.screen_change_signal.subscribe(self, self._screen_changed)
        self._screen_changed(self.screen)
        self._watch()

    # --- reading --------------------------------------------------------------------------------

    @work(thread=True, group="engine")
    def _open_engine(self) -> None:
        self._read()

    def _read(self) -> None:
        """In a thread: read the whole course, then show what came of it."""
        try:
            problems = self.author.read_again()
        except TutorProblem as problem:
            self.call_from_thread(self.show_problem, problem, fatal=True)
        else:
            self.call_from_thread(self._take_up, problems)

    @work(group="author")
    async def _watch(self) -> None:
        async for _ in saved_files(self.engine.root.root, poll=self._poll):
            await self.author.forget_grader()
            self._read_in_thread()

    @work(thread=True, exclusive=True, group="reading")
    def _read_in_thread(self) -> None:
        self._read()

    def _take_up(self, problems: list[ContentProblem]) -> None:
        self.problems, self.read_at = problems, clock()
        if not problems:
            if self.ready:
                self._show_anew()
            else:
                self._begin()
        self._screen_changed(self.screen)

    # --- the screens ----------------------------------------------------------------------------

    def _show_anew(self) -> None:
        """Open what is open once more, from the new files, at the same place. What is being typed is left alone."""
        ways = [self._way_back(screen) for screen in self.screen_stack[1:]]
        if all(way is not None for way in ways):
            self.back_to_map()
            for way in ways:
                if way is not None:
                    way()
        else:
            self.notify("The course was read again. Leave this screen to see it.")
        bottom = self.screen_stack[0]
        if isinstance(bottom, CourseMapScreen):
            bottom.refresh_course()

    def _way_back(self, screen: Screen[object]) -> Reopen | None:
        """How to open a screen once more; None for one that holds what its author is doing, such as an editor."""
        from tutor.app.screens.lesson import LessonScreen
        from tutor.app.screens.prompts import PromptsScreen
        from tutor.app.screens.quiz import QuizScreen
        from tutor.app.screens.workbench import WorkbenchScreen

        match screen:
            case LessonScreen():
                place = screen.pages[screen.position]
                return lambda: self.open_lesson(screen.lesson.id, place)
            case WorkbenchScreen() if not screen.grading:
                return lambda: self.open_exercise(screen.exercise.id)
            case QuizScreen() if not screen.sitting.placement:
                lessons = {item.lesson for item in screen.sitting.items.values()}
                lesson = lessons.pop() if screen.sitting.bookmark == f"quiz:{next(iter(lessons))}" else None
                return lambda: self.open_quiz(lesson)
            case PromptsScreen():
                return lambda: self.open_prompts(screen.lesson.id)
        return None

    def _screen_changed(self, screen: Screen[object]) -> None:
        """The panel stands on whatever screen is shown, above its keys."""
        if isinstance(screen, ModalScreen) or not screen.is_attached:
            return
        panels = screen.query(AuthorPanel)
        if panels:
            self._fill(panels.first())
        elif screen.is_mounted and screen.query(KeyBar):
            panel = AuthorPanel()
            screen.mount(panel, before=screen.query(KeyBar).first())
            self._fill(panel)
        else:  # not composed yet
            self.call_after_refresh(self._screen_changed, screen)

    def _fill(self, panel: AuthorPanel) -> None:
        problems = self.problems
        if problems:
            problems = nearest_first(problems, self._looked_at())
        wide = panel.screen.has_class("-wide")
        panel.show(self.engine.root.root, problems, self.read_at, wide=wide, whole_before=self.ready)

    def _looked_at(self) -> list[Path]:
        """The folders of the lessons and exercises that are open."""
        opened = [
            getattr(screen, name, None) for screen in self.screen_stack for name in ("lesson", "exercise")
        ]
        return [folder for one in opened if (folder := getattr(one, "folder", None)) is not None]
