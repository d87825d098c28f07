"""Find a course's files and put them together, reading only what changed since last time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from tutor.course.content import Content, LoadedExercise, LoadedLesson, LoadedModule
from tutor.course.index import Index, Summary, index_file
from tutor.course.relations import broken_relations
from tutor.errors import ContentProblem
from tutor.paths import ContentRoot

LESSON_FOLDER = re.compile(r"([0-9]{2,4})-([a-z0-9]+(?:-[a-z0-9]+)*)")

ReadSummary = Callable[[str], Summary | None]
Report = Callable[[ContentProblem], None]


def load_content(root: ContentRoot, *, index: Path | None = None) -> Content:
    """The course at ``root``. The folder ``index`` keeps its summaries (default: in ``TUTOR_HOME``).

    Every file is checked against its schema when it changed; relations between files always.
    What only matters to authors (does each wrong solution name a misconception?) is left to
    ``check_content``.

    Raises:
        ContentProblem: the first one found.
    """
    known = Index(index_file(root.root, index), root.root)
    content = assemble(root, lambda path: known.summary(path, _read), _raise)
    for problem in broken_relations(content):
        raise problem
    known.save()
    return content


def assemble(root: ContentRoot, summary: ReadSummary, report: Report) -> Content:
    """Put the course together from ``summary(path)``, which returns None for a missing file.

    ``report`` is told of what is missing or misnamed; it may raise.
    """
    course_file = os.path.join(root.lessons, "course.yaml")
    course = summary(course_file)
    if course is None:
        report(_missing(course_file, "A course has a name, a version and modules."))
        course = {"id": "", "title": "", "version": "", "modules": []}
    lessons = _lessons(root, summary, report)
    place = {lesson.id: number for number, lesson in enumerate(lessons)}
    exercises = _exercises(root, summary, report)
    exercises.sort(key=lambda exercise: (place.get(exercise.lesson, len(place)), exercise.order, exercise.id))
    return Content(
        root=root,
        id=course["id"],
        title=course["title"],
        version=course["version"],
        chapters=tuple(LoadedModule(id, title) for id, title in course["modules"]),
        lessons=tuple(lessons),
        exercises=tuple(exercises),
    )


def _lessons(root: ContentRoot, summary: ReadSummary, report: Report) -> list[LoadedLesson]:
    parent = os.fspath(root.lessons)
    numbered: list[tuple[int, str]] = []
    for name in _folders(parent, report):
        if match := LESSON_FOLDER.fullmatch(name):
            numbered.append((int(match[1]), name))
        else:
            report(
                ContentProblem(
                    "This folder is not named like a lesson.",
                    where=f"{parent}/{name}",
                    code="folder-name",
                    next_step="Name it NN-words, such as 03-measuring; NN orders the lessons.",
                )
            )
    lessons: list[LoadedLesson] = []
    for _, name in sorted(numbered):
        folder = f"{parent}/{name}"
        lesson = summary(f"{folder}/lesson.yaml")
        quiz = summary(f"{folder}/quiz.yaml")
        summary(f"{folder}/prompts.yaml")
        if lesson is None:
            if not _is_leftover(folder):
                report(_missing(f"{folder}/lesson.yaml", "Each folder in lessons/ holds one lesson."))
            continue
        lessons.append(
            LoadedLesson(
                id=lesson["id"],
                title=lesson["title"],
                module=lesson["module"],
                version=lesson["version"],
                minutes=lesson["minutes"],
                summary=lesson["summary"],
                steps=tuple(lesson["steps"]),
                items=tuple(quiz["items"]) if quiz else (),
                has_demo=lesson["demo"],
                folder=Path(folder),
            )
        )
    return lessons


def _exercises(root: ContentRoot, summary: ReadSummary, report: Report) -> list[LoadedExercise]:
    exercises: list[LoadedExercise] = []
    parent = os.fspath(root.exercises)
    for name in _folders(parent, report):
        folder = f"{parent}/{name}"
        exercise = summary(f"{folder}/exercise.yaml")
        if exercise is None:
            if not _is_leftover(folder):
                report(_missing(f"{folder}/exercise.yaml", "Each folder in exercises/ holds one exercise."))
            continue
        exercises.append(
            LoadedExercise(
                id=exercise["id"],
                title=exercise["title"],
                lesson=exercise["lesson"],
                order=exercise["order"],
                version=exercise["version"],
                minutes=exercise["minutes"],
                requires=tuple(exercise["requires"]),
                folder=Path(folder),
            )
        )
    return exercises


def _folders(parent: str, report: Report) -> list[str]:
    """The names of the folders in ``parent`` that are content; none if ``parent`` is missing."""
    try:
        with os.scandir(parent) as entries:
            return sorted(e.name for e in entries if not e.name.startswith((".", "__")) and e.is_dir())
    except FileNotFoundError:
        return []
    except OSError as error:
        message = f"This folder cannot be read: {error.strerror}."
        report(ContentProblem(message, where=parent, code="unreadable"))
        return []


def _is_leftover(folder: str) -> bool:
    """Whether nothing but caches is left of a folder, as after switching to another version."""
    return all(name.startswith((".", "__")) for name in os.listdir(folder))


def _missing(file: str, next_step: str) -> ContentProblem:
    return ContentProblem("This file is missing.", where=file, code="missing-file", next_step=next_step)


def _read(path: Path) -> Summary:
    from tutor.course.summaries import read_summary

    return read_summary(path)


def _raise(problem: ContentProblem) -> NoReturn:
    raise problem
