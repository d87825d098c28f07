"""``tutor author``: what is saved is seen at once, and what is wrong with it is told in place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.conftest import shown, until
from tests.app.pictures import looks
from tutor.app.author_app import AuthorApp
from tutor.app.authoring import AuthorEngine
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.workbench import WorkbenchScreen
from tutor.app.widgets.author_panel import AuthorPanel
from tutor.course.scaffold import plan
from tutor.grading import GradingEvent
from tutor.paths import ContentRoot
from tutor.progress.files import write_new

Authoring = Callable[..., AbstractAsyncContextManager[Pilot[int]]]
LESSON = "lessons/01-introduction/lesson.yaml"


@pytest.fixture
def course(home: Path) -> Path:
    """A course as 'tutor new' begins it."""
    folder = home / "my-course"
    begin(folder, "first-mean")
    return folder


def begin(course: Path, exercise: str) -> None:
    for name, data in plan(course, "exercise", exercise).files.items():
        write_new(course / name, data)


@pytest.fixture
def authoring(course: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Authoring:
    monkeypatch.setattr("tutor.app.author_app.clock", lambda: "11:02:03")

    @asynccontextmanager
    async def run(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[int]]:
        async with author_app(course, home).run_test(size=size) as pilot:
            await until(pilot, lambda: app_of(pilot).problems is not None, 20)
            await quiet(pilot)
            yield pilot

    return run


def author_app(course: Path, home: Path) -> AuthorApp:
    return AuthorApp(AuthorEngine(ContentRoot(course), home))


def app_of(pilot: Pilot[int]) -> AuthorApp:
    assert isinstance(pilot.app, AuthorApp)
    return pilot.app


async def quiet(pilot: Pilot[int]) -> None:
    """Until what was set off is shown; the watching itself never ends."""
    for _ in range(8):
        await pilot.pause(0.05)


async def keys(pilot: Pilot[int], *names: str) -> None:
    for name in names:
        await pilot.press(name)
        await quiet(pilot)


def edit(course: Path, name: str, old: str, new: str) -> None:
    text = (course / name).read_text()
    assert old in text
    (course / name).write_text(text.replace(old, new))


async def test_a_saved_lesson_is_shown_at_once_at_the_same_step(authoring: Authoring, course: Path) -> None:
    async with authoring() as pilot:
        assert "read at 11:02:03" in shown(pilot)
        await keys(pilot, "enter")
        await until(pilot, lambda: "1 of 4" in shown(pilot), 10)
        await keys(pilot, "n")
        await until(pilot, lambda: "The sum, shared out" in shown(pilot), 10)
        edit(course, LESSON, "The sum, shared out", "Shared out evenly")
        await until(pilot, lambda: "Shared out evenly" in shown(pilot), 10)
        screen = pilot.app.screen
        assert isinstance(screen, LessonScreen)
        assert screen.position == 1
        assert len(pilot.app.screen_stack) == 2


async def test_a_mistake_is_told_with_its_place_and_fix_and_the_last_whole_version_stays(
    authoring: Authoring, course: Path
) -> None:
    async with authoring((120, 40)) as pilot:
        await keys(pilot, "enter")
        edit(course, LESSON, "summary:", "sumary:")
        await until(pilot, lambda: "1 problem" in shown(pilot), 10)
        assert f"{LESSON}:7:1" in shown(pilot)
        assert "Unknown key 'sumary'" in shown(pilot)
        assert "Did you mean 'summary'?" in shown(pilot)
        assert "One number for many" in shown(pilot)
        await keys(pilot, "q")
        assert "1 problem" in shown(pilot)
        assert "shown is the last version without any" in shown(pilot)
        edit(course, LESSON, "sumary:", "summary:")
        await until(pilot, lambda: "read at" in shown(pilot), 10)
        assert "problem" not in shown(pilot)


async def test_problems_of_what_is_looked_at_come_first(authoring: Authoring, course: Path) -> None:
    async with authoring() as pilot:
        app_of(pilot).open_exercise("first-mean")
        await quiet(pilot)
        assert isinstance(pilot.app.screen, WorkbenchScreen)
        edit(course, LESSON, "summary:", "sumary:")
        edit(course, "exercises/first-mean/exercise.yaml", "minutes: 10", "minutes: ten")
        (course / "exercises" / "first-mean" / "example.py").unlink()
        await until(pilot, lambda: "3 problems" in shown(pilot) or "2 problems" in shown(pilot), 10)
        panel = str(pilot.app.screen.query_one(AuthorPanel).render())
        assert panel.index("exercises/first-mean") < panel.index(LESSON)


async def test_a_course_that_is_broken_at_the_start_opens_once_it_is_mended(
    course: Path, home: Path, authoring: Authoring
) -> None:
    edit(course, "lessons/course.yaml", "modules:", "chapters:")
    async with authoring() as pilot:
        assert "Unknown key 'chapters'" in shown(pilot)
        assert "mend them, and the course appears" in shown(pilot)
        assert not app_of(pilot).ready
        edit(course, "lessons/course.yaml", "chapters:", "modules:")
        await until(pilot, lambda: app_of(pilot).ready and "Introduction" in shown(pilot), 10)


async def test_a_new_exercise_appears_and_one_that_is_gone_leaves_the_map(
    authoring: Authoring, course: Path
) -> None:
    async with authoring() as pilot:
        begin(course, "another-one")
        await until(pilot, lambda: "another-one" in shown(pilot), 10)


async def test_what_an_author_does_is_kept_apart_from_their_own_progress(
    authoring: Authoring, course: Path, home: Path
) -> None:
    async with authoring() as pilot:
        await keys(pilot, "enter")
        path = app_of(pilot).engine.start(app_of(pilot).engine.content.exercise("first-mean"))
        assert path.is_relative_to(home / "authoring")
    assert not (home / "progress.db").exists()
    assert (home / "authoring" / "progress.db").exists()


async def at_map(pilot: Pilot[int], course: Path) -> None:
    await keys(pilot, "down")


async def broken_lesson(pilot: Pilot[int], course: Path) -> None:
    await keys(pilot, "enter", "n")
    edit(course, LESSON, "summary:", "sumary:")
    edit(course, "exercises/first-mean/exercise.yaml", "minutes: 10", "minutes: ten")
    await until(pilot, lambda: "2 problems" in shown(pilot), 10)


@pytest.mark.parametrize(("scene", "size", "theme"), looks(at_map, broken_lesson))
def test_the_authors_screens_look_as_they_did(
    looks_as_it_did: Callable[..., bool],
    monkeypatch: pytest.MonkeyPatch,
    course: Path,
    home: Path,
    scene: Callable[[Pilot[int], Path], Awaitable[None]],
    size: tuple[int, int],
    theme: str,
) -> None:
    monkeypatch.setattr("tutor.app.author_app.clock", lambda: "11:02:03")

    async def run(pilot: Pilot[int]) -> None:
        await until(pilot, lambda: app_of(pilot).problems is not None, 20)
        await quiet(pilot)
        await scene(pilot, course)
        await quiet(pilot)

    assert looks_as_it_did(
        lambda: author_app(course, home), run, quiet, f"author-{scene.__name__}", size, theme
    )


@pytest.mark.alone
async def test_a_grading_goes_on_over_a_save_and_the_next_one_uses_the_new_checks(
    course: Path, home: Path
) -> None:
    engine = AuthorEngine(ContentRoot(course), home)
    assert engine.read_again() == []
    exercise = engine.content.exercise("first-mean")
    path = engine.start(exercise)
    path.write_bytes(exercise.reference.read_bytes())
    try:
        begun = asyncio.Event()

        def heard(event: GradingEvent) -> None:
            if event.kind == "loaded":  # the checks are collected by then
                begun.set()

        grading = asyncio.create_task(engine.grade(exercise, path, heard))
        await begun.wait()
        checks = "graders/first-mean/test_first_mean.py"
        edit(course, checks, "abs(came - right) / right", "abs(came - right) / right + 1")
        await engine.forget_grader()
        assert (await grading).passed
        assert engine.read_again() == []
        assert not (
            await engine.grade(engine.content.exercise("first-mean"), path, lambda event: None)
        ).passed
    finally:
        await engine.close()
