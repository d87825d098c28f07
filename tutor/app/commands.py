"""The command palette: every lesson, exercise, command and theme, by fuzzy search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp


@dataclass(frozen=True)
class Command:
    """One line of the palette. ``early`` ones are offered before anything is typed."""

    title: str
    run: Callable[[], object]
    help: str = ""
    early: bool = False


class CourseCommands(Provider):
    """Go anywhere, from anywhere."""

    async def discover(self) -> Hits:
        for command in self._commands():
            if command.early:
                yield DiscoveryHit(command.title, command.run, help=command.help or None)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(score, matcher.highlight(command.title), command.run, help=command.help or None)

    def _commands(self) -> Iterator[Command]:
        app = cast("TutorApp", self.app)
        if app.ready:
            yield from _course(app)
        yield Command("Settings", app.action_settings, "Theme, editor, device, reviews a day", early=True)
        yield Command("All keys", app.action_keys, "What every key does here", early=True)
        for theme in sorted(app.available_themes):
            yield Command(f"Theme: {theme}", partial(setattr, app, "theme", theme), "Change the colours")
        yield Command("Quit", app.action_quit, "Leave the tutor; everything is kept", early=True)


def _course(app: TutorApp) -> Iterator[Command]:
    content = app.engine.content
    yield Command("Next thing", app.open_next, app.engine.standing().next.why, early=True)
    yield Command("Review what is due", partial(app.open_quiz, None), "Questions that come back", early=True)
    yield Command("Course map", app.back_to_map, "Where everything stands", early=True)
    yield Command(
        "Error map",
        app.open_error_map,
        "Your quantizers among the known schemes: error against bits",
        early=True,
    )
    for lesson in content.lessons:
        yield Command(f"Lesson: {lesson.title}", partial(app.open_lesson, lesson.id), lesson.id, early=True)
        if lesson.items:
            yield Command(
                f"Quiz: {lesson.title}", partial(app.open_quiz, lesson.id), f"{len(lesson.items)} questions"
            )
        yield Command(
            f"Prompts: {lesson.title}", partial(app.open_prompts, lesson.id), "For your AI assistant"
        )
    for exercise in content.exercises:
        title = f"Exercise: {exercise.title}"
        yield Command(title, partial(app.open_exercise, exercise.id), exercise.id, early=True)
