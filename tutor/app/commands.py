"""The command palette: every lesson, exercise, command, theme and term, and what lessons say.

Titles are matched fuzzily; steps of lessons by the words of their text, once enough is typed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.markup import escape

from tutor.errors import TutorProblem

if TYPE_CHECKING:
    from tutor.app.tutor_app import TutorApp
    from tutor.course.models import Term
    from tutor.course.search import Hit as Found

TYPED = 3  # characters, from which on the text of lessons is searched
STEPS = 10  # at most, of those that hold what is typed


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
        app = cast("TutorApp", self.app)
        if not app.ready:
            return
        try:  # the first time files are read; in a thread, since the keyboard goes on
            terms = await asyncio.to_thread(app.engine.glossary)
            found = await asyncio.to_thread(app.engine.search, query) if len(query.strip()) >= TYPED else ()
        except TutorProblem:
            return  # a course file that broke meanwhile is told of where it is opened
        for term in terms:
            if hit := _term(app, term, matcher):
                yield hit
        for number, step in enumerate([one for one in found if one.kind == "step"][:STEPS]):
            yield _step(app, step, matcher, number)

    def _commands(self) -> Iterator[Command]:
        app = cast("TutorApp", self.app)
        if app.ready:
            yield from _course(app)
            yield Command("Glossary", app.open_glossary, "What each term of the field means", early=True)
            yield Command("Search", app.open_search, "By the words of lessons and exercises", early=True)
        yield Command("Settings", app.action_settings, "Theme, editor, device, reviews a day", early=True)
        yield Command("All keys", app.action_keys, "What every key does here", early=True)
        for theme in sorted(app.available_themes):
            yield Command(f"Theme: {theme}", partial(setattr, app, "theme", theme), "Change the colours")
        yield Command("Quit", app.action_quit, "Leave the tutor; everything is kept", early=True)


def _course(app: TutorApp) -> Iterator[Command]:
    content = app.engine.content
    yield Command("Next thing", app.open_next, app.engine.standing().next.why, early=True)
    yield Command("Review what is due", partial(app.open_quiz, None), "Questions that come back", early=True)
    yield Command("Placement test", app.open_placement, "Find where to begin, by a few questions", early=True)
    yield Command("Practise at random", app.practise_at_random, "One you have passed, again from the stub")
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
        yield Command(
            f"Chat: {lesson.title}", partial(app.open_chat, lesson.id), "Ask a model of your choice"
        )
    practised = set(app.engine.may_be_practised())
    for exercise in content.exercises:
        title = f"Exercise: {exercise.title}"
        yield Command(title, partial(app.open_exercise, exercise.id), exercise.id, early=True)
        if exercise.id in practised:
            again = partial(app.open_exercise, exercise.id, practise=True)
            yield Command(f"Practise: {exercise.title}", again, "Again from the stub; your pass is kept")


def _term(app: TutorApp, term: Term, matcher: Matcher) -> Hit | None:
    """A term that is called, in part at least, as was typed."""
    title = f"Term: {' · '.join((term.term, *term.also))}"
    if matcher.query.casefold().strip() not in title.casefold():
        return None
    score = matcher.match(title)
    return Hit(
        score, _shown(title, matcher), partial(app.open_glossary, term.term), help=escape(term.definition)
    )


def _step(app: TutorApp, step: Found, matcher: Matcher, number: int) -> Hit:
    """A step that holds what was typed: below titles that hold it, above those that only hold its letters."""
    title = f"Step: {step.title}"
    score = max(matcher.match(step.title) if step.in_title else 0.0, 1.5 * len(matcher.query) - number / 100)
    lesson = app.engine.content.lesson(step.lesson)
    return Hit(
        score,
        Content(title),
        partial(app.open_lesson, step.lesson, step.id),
        help=escape(f"{lesson.title}: {step.snippet}"),
    )


def _shown(title: str, matcher: Matcher) -> Content:
    """``title`` with what was typed marked in it; one that could be taken for markup stays plain."""
    return Content(title) if "[" in title else matcher.highlight(title)
