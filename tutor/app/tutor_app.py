"""The app itself: the way from screen to screen, and what every screen shares."""

from __future__ import annotations

import gc
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import ModalScreen, Screen

from tutor.app.engine import Engine
from tutor.app.screens.base import Keeping
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.signs import wants_ascii
from tutor.app.terminal import TerminalApp
from tutor.app.theme import DARK, WIDE
from tutor.errors import TutorProblem, UsageProblem
from tutor.settings import settings_or_defaults

if TYPE_CHECKING:
    from tutor.course import LoadedExercise

REPAIRS_SECONDS = 60.0


def _palette() -> type[Provider]:
    from tutor.app.commands import CourseCommands

    return CourseCommands


class TutorApp(TerminalApp):
    """The course map at the bottom of the stack; lessons, quizzes and workbenches above it."""

    TITLE = "Quantization tutor"
    CSS_PATH = "tutor.tcss"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    COMMAND_PALETTE_DISPLAY = "^p"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]  # noqa: RUF012 - as the next
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it without ClassVar
        (0, "-narrow"),
        (WIDE, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "keys", "All keys", key_display="?"),
        Binding("f1", "keys", "All keys", show=False),
        Binding("comma", "settings", "Settings", show=False),
        Binding("ctrl+g", "glossary", "Glossary", show=False),
        Binding("ctrl+z", "suspend_process", "To the shell; fg comes back", show=False),
        Binding("ctrl+q", "quit", "Quit the tutor", show=False, priority=True),
    ]

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.home)
        self.engine = engine
        self.ready = False
        self._told: set[str] = set()  # what was repaired, as far as the learner knows of it
        self.settings, self._settings_problem = settings_or_defaults(engine.home)
        self._apply_settings()

    # --- start and end ------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        return CourseMapScreen()

    def on_mount(self) -> None:
        self.call_after_refresh(self._open_engine)

    @work(thread=True, group="engine")
    def _open_engine(self) -> None:
        try:
            self.engine.open()
        except TutorProblem as problem:
            self.call_from_thread(self.show_problem, problem, fatal=True)
        else:
            self.call_from_thread(self._begin)

    def _begin(self) -> None:
        """The first frame stands and the course is loaded: fill the map, then warm up the grader."""
        self.ready = True
        self.engine.store.daily_cap = self.settings.daily_cap
        self.theme_changed_signal.subscribe(self, self._remember_theme)
        self.tell_repairs()
        if self._settings_problem is not None:
            self.show_problem(self._settings_problem)
        for screen in self.screen_stack:
            if isinstance(screen, CourseMapScreen):
                screen.refresh_course()
        self._get_ahead()
        if self.engine.content.exercises:
            self.warm_up(self.engine.content.exercises[0])

    def tell_repairs(self) -> None:
        """Say what the store had to repair, such as a damaged database that its backup took the place of."""
        for sentence in self.engine.store.notices:
            if sentence not in self._told:
                self._told.add(sentence)
                self.notify(sentence, title="Your progress", severity="warning", timeout=REPAIRS_SECONDS)

    @work(thread=True, exit_on_error=False, group="engine")
    def _get_ahead(self) -> None:
        """The first frame waits for no other screen, and the first lesson not for its modules or the sources."""
        for name in ("app.screens.lesson", "app.screens.workbench", "app.screens.quiz", "assist"):
            import_module(f"tutor.{name}")
        self.engine.cited("")
        if not self.is_headless:  # a test begins many apps in one process, and each must go again
            gc.freeze()  # what is there by now stays: no collection need walk through it while a key waits

    @work(exit_on_error=False, group="engine")
    async def warm_up(self, exercise: LoadedExercise) -> None:
        """Have the grader ready for an exercise before it is needed; if that fails, the grading will say why."""
        with suppress(TutorProblem):
            await self.engine.warm_up(exercise)

    # --- settings -------------------------------------------------------------------------------

    def _apply_settings(self) -> None:
        """Look and move as the settings say; a theme that is not there counts as not set."""
        settings = self.settings
        self.animation_level = "full" if settings.motion else "none"
        self.ascii_signs = wants_ascii(settings.glyphs, os.environ)
        self.theme = settings.theme if settings.theme in self.available_themes else DARK.name
        self.engine.device = settings.device
        self._speak(settings.language)
        if self.ready:
            self.engine.store.daily_cap = settings.daily_cap

    def _speak(self, language: str) -> None:
        """Read the course in another language; the screens that are open already stay as they are."""
        if language != self.engine.language:
            self.engine.language = language
            if self.ready:
                with self.problems_shown():
                    self.engine.read_course()

    def change_setting(self, key: str, word: str) -> None:
        """Write one setting down and follow it at once. Raises UsageProblem, EnvironmentProblem."""
        from tutor.settings import change

        if key == "theme" and word not in self.available_themes:
            raise UsageProblem(f"There is no theme '{word[:40]}'.")
        change(self.engine.home, key, word)
        self.settings, _ = settings_or_defaults(self.engine.home)
        self._apply_settings()
        self.refresh_css(animate=False)

    def _remember_theme(self, theme: object) -> None:
        """A theme that was picked in the palette is the one to begin with next time."""
        if self.theme != self.settings.theme:
            with self.problems_shown():
                self.change_setting("theme", self.theme)

    async def on_unmount(self) -> None:
        await self.engine.close()

    # --- the way from screen to screen ----------------------------------------------------------

    def on_app_focus(self) -> None:
        """Back from another window, an editor perhaps: what Enter does next may be another thing now."""
        self.screen.refresh_bindings()

    def open_lesson(self, lesson_id: str, page: str | None = None) -> None:
        from tutor.app.screens.lesson import LessonScreen

        with self.problems_shown():
            self._put_on_map(LessonScreen(self.engine.content.lesson(lesson_id), page))

    def open_quiz(self, lesson_id: str | None) -> None:
        """A lesson's quiz, or (None) the review of what is due."""
        from tutor.app.screens.quiz import QuizScreen

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
        from random import choice

        with self.problems_shown():
            if ids := self.engine.may_be_practised():
                self.open_exercise(choice(ids), practise=True)
            else:
                self.notify("No exercise is passed yet.")

    def open_own_words(self, lesson_id: str, question_id: str) -> None:
        from tutor.app.screens.own_words import OwnWordsScreen

        with self.problems_shown():
            lesson = self.engine.content.lesson(lesson_id)
            question = next(one for one in lesson.open_questions if one.id == question_id)
            self.push_screen(OwnWordsScreen(lesson, question))

    def open_prompts(self, lesson_id: str) -> None:
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

    def action_settings(self) -> None:
        from tutor.app.screens.settings import SettingsScreen

        if self.ready and not isinstance(self.screen, SettingsScreen | ModalScreen):
            self.push_screen(SettingsScreen())

    def open_error_map(self) -> None:
        from tutor.app.screens.error_map import ErrorMapScreen

        self.push_screen(ErrorMapScreen())

    def open_glossary(self, term: str | None = None) -> None:
        """The glossary above whatever is shown, with the cursor on ``term``."""
        from tutor.app.screens.glossary import GlossaryScreen

        if self.ready:
            self.push_screen(GlossaryScreen(term))

    def open_search(self) -> None:
        from tutor.app.screens.search import SearchScreen

        if self.ready:
            self.push_screen(SearchScreen())

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
        while len(self.screen_stack) > 1:
            if isinstance(self.screen, Keeping):
                self.screen.keep()
            self.pop_screen()

    def _put_on_map(self, screen: Screen[Any]) -> None:
        """Lessons don't pile up: a lesson opened from another one replaces it."""
        self.back_to_map()
        self.push_screen(screen)

    def action_glossary(self) -> None:
        self.open_glossary()

    def action_keys(self) -> None:
        from tutor.app.screens.keys import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(self.screen))

    # --- problems -------------------------------------------------------------------------------

    @contextmanager
    def problems_shown(self) -> Iterator[None]:
        """A named problem inside becomes one notice; the app goes on."""
        try:
            yield
        except TutorProblem as problem:
            self.show_problem(problem)

    def show_problem(self, problem: TutorProblem, *, fatal: bool = False) -> None:
        from tutor.app.screens.problem import ProblemScreen

        self.push_screen(ProblemScreen(problem, fatal=fatal))
