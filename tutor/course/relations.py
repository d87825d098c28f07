"""What must hold between lessons and exercises, told from a loaded course alone.

Checked at every start, so it reads no file unless something is wrong; then it reads the file to tell where.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tutor.course.content import Content, LoadedExercise
from tutor.course.names import did_you_mean
from tutor.errors import ContentProblem

Location = tuple[str | int, ...]


def broken_relations(content: Content, *, whole: bool = True) -> Iterator[ContentProblem]:
    """Every id that is taken twice or leads nowhere, and every requirement out of order.

    With ``whole=False`` some file could not be read, and an id that is not found may be in that file:
    only what is certain is told.
    """
    yield from _lessons(content, whole)
    yield from _quiz_items(content)
    yield from _exercises(content, whole)
    cycle = _cycle(content)
    if cycle:
        yield _at(
            content.exercise(cycle[0]).folder / "exercise.yaml",
            ("requires",),
            f"These exercises require each other in a circle: {' → '.join(cycle)}.",
            code="cycle",
            next_step="Remove one of these requirements.",
        )
    else:
        yield from _order(content)


def _lessons(content: Content, whole: bool) -> Iterator[ContentProblem]:
    modules = [module.id for module in content.chapters]
    first: dict[str, Path] = {}
    for lesson in content.lessons:
        if lesson.id in first:
            yield _at(
                lesson.folder / "lesson.yaml",
                ("id",),
                f"The lesson id '{lesson.id}' is already taken by {first[lesson.id].name}.",
                code="duplicate-id",
            )
        first.setdefault(lesson.id, lesson.folder)
        if lesson.module not in modules and (whole or modules):
            yield _at(
                lesson.folder / "lesson.yaml",
                ("module",),
                f"lessons/course.yaml has no module '{lesson.module}'.",
                code="unknown-id",
                next_step=did_you_mean(lesson.module, modules, otherwise="The modules are"),
            )


def _quiz_items(content: Content) -> Iterator[ContentProblem]:
    first: dict[str, str] = {}
    for lesson in content.lessons:
        for number, item in enumerate(lesson.items):
            if first.setdefault(item, lesson.id) != lesson.id:
                yield _at(
                    lesson.folder / "quiz.yaml",
                    ("items", number, "id"),
                    f"The question id '{item}' is already taken in the lesson '{first[item]}'.",
                    code="duplicate-id",
                    next_step="Answers are recorded by id, so it must be the only one in the course.",
                )


def _exercises(content: Content, whole: bool) -> Iterator[ContentProblem]:
    lessons = [lesson.id for lesson in content.lessons]
    known_lessons = set(lessons)
    places: dict[tuple[str, int], str] = {}
    for exercise in content.exercises:
        if exercise.id != exercise.folder.name:
            yield _at(
                exercise.folder / "exercise.yaml",
                ("id",),
                f"The id '{exercise.id}' differs from the folder's name '{exercise.folder.name}'.",
                code="folder-name",
                next_step="One id ties an exercise's folders together: rename one of them.",
            )
        if exercise.lesson not in known_lessons and whole:
            yield _at(
                exercise.folder / "exercise.yaml",
                ("lesson",),
                f"There is no lesson '{exercise.lesson}'.",
                code="unknown-id",
                next_step=did_you_mean(exercise.lesson, lessons, otherwise="The lessons are"),
            )
        other = places.setdefault((exercise.lesson, exercise.order), exercise.id)
        if other != exercise.id:
            yield _at(
                exercise.folder / "exercise.yaml",
                ("order",),
                f"'{other}' has the place {exercise.order} in this lesson already.",
                code="duplicate-id",
            )
        yield from _requirements(content, exercise, whole)


def _requirements(content: Content, exercise: LoadedExercise, whole: bool) -> Iterator[ContentProblem]:
    if not exercise.requires or not whole:
        return
    known = content.exercise_ids
    for number, required in enumerate(exercise.requires):
        if required not in known:
            yield _at(
                exercise.folder / "exercise.yaml",
                ("requires", number),
                f"There is no exercise '{required}'.",
                code="unknown-id",
                next_step=did_you_mean(required, sorted(known), otherwise="The exercises are"),
            )


def _cycle(content: Content) -> list[str]:
    """The exercises of one circle of requirements, the first repeated at the end; empty without one."""
    from graphlib import CycleError, TopologicalSorter

    known = content.exercise_ids
    graph = {exercise.id: known.intersection(exercise.requires) for exercise in content.exercises}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle[::-1]
    return []


def _order(content: Content) -> Iterator[ContentProblem]:
    """Requirements that are taught later than what requires them."""
    place = {exercise.id: number for number, exercise in enumerate(content.exercises)}
    for exercise in content.exercises:
        for number, required in enumerate(exercise.requires):
            if place.get(required, -1) > place[exercise.id]:
                yield _at(
                    exercise.folder / "exercise.yaml",
                    ("requires", number),
                    f"'{required}' comes later in the course than '{exercise.id}'.",
                    code="order",
                    next_step="An exercise may require only what comes before it.",
                )


def _at(file: Path, location: Location, message: str, *, code: str, next_step: str = "") -> ContentProblem:
    from tutor.course.documents import read_document

    try:
        return read_document(file).problem(location, message, code=code, next_step=next_step)
    except ContentProblem:  # the file changed under our hands: the problem still has its file
        return ContentProblem(message, where=str(file), code=code, next_step=next_step)
