"""The app itself: how it starts and ends, and what every screen shares."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import ModalScreen, Screen

from tutor.app.engine import Engine
from tutor.app.opening import OpeningApp
from tutor.app.screens.course_map import CourseMapScreen
from tutor.app.signs import wants_ascii
from tutor.app.theme import DARK, WIDE
from tutor.errors import TutorProblem
from tutor.settings import settings_or_defaults

if TYPE_CHECKING:
    from tutor.course import LoadedExercise

REPAIRS_SECONDS = 60.0


def _palette() -> type[Provider]:
    from tutor.app.commands import CourseCommands

    return CourseCommands


class TutorApp(OpeningApp):
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

    def change_setting(self, key: str, word: str | None) -> None:
        """Write one setting down, or take it out for None, and follow it at once. Raises UsageProblem,
        EnvironmentProblem."""
        from tutor.app.choosing import choose

        choose(self.engine.home, key, word)
        self.settings, _ = settings_or_defaults(self.engine.home)
        signs = self.ascii_signs
        self._apply_settings()
        if self.ascii_signs is not signs:
            self.refresh_css(animate=False)  # draws all anew, which a theme does by itself

    def _remember_theme(self, theme: object) -> None:
        """A theme that was picked in the palette is the one to begin with next time."""
        if self.theme != self.settings.theme:
            with self.problems_shown():
                self.change_setting("theme", self.theme)

    async def on_unmount(self) -> None:
        await self.engine.close()

    def on_app_focus(self) -> None:
        """Back from another window, an editor perhaps: what Enter does next may be another thing now."""
        self.screen.refresh_bindings()

    # --- what is there on every screen -----------------------------------------------------------

    def action_settings(self) -> None:
        from tutor.app.screens.settings import SettingsScreen

        if self.ready and not isinstance(self.screen, SettingsScreen | ModalScreen):
            self.push_screen(SettingsScreen())

    def action_glossary(self) -> None:
        self.open_glossary()

    def action_keys(self) -> None:
        from tutor.app.screens.keys import KeysScreen

        if not isinstance(self.screen, KeysScreen):
            self.push_screen(KeysScreen(self.screen))
