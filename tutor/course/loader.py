"""Find a course's files and put them together, reading only what changed since last time."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from tutor.course.content import Content, LoadedExercise, LoadedLesson, LoadedModule
from tutor.course.index import Index, Summary, index_file
from tutor.course.relations import broken_relations
from tutor.errors import ContentProblem
from tutor.languages import chain, is_language
from tutor.paths import ContentRoot

LESSON_FOLDER = re.compile(r"([0-9]{2,4})-([a-z0-9]+(?:-[a-z0-9]+)*)")

ReadSummary = Callable[[str], Summary | None]
Report = Callable[[ContentProblem], None]


def load_content(root: ContentRoot, *, index: Path | None = None, language: str = "") -> Content:
    """The course at ``root``. The folder ``index`` keeps its summaries (default: in ``TUTOR_HOME``).

    Every file is checked against its schema when it changed; relations between files always.
    What only matters to authors (does each wrong solution name a misconception?) is left to
    ``check_content``. With ``language`` (``de``, ``pt-BR``) texts are read in it, as far as they are translated.

    Raises:
        ContentProblem: the first one found.
    """
    known = Index(index_file(root.root, index), root.root)
    content = assemble(root, lambda path: known.summary(path, _read), _raise)
    for problem in broken_relations(content):
        raise problem
    if language:
        content = _translated(content, language, lambda path: known.summary(path, _read_translation))
    known.save()
    return content


def _translated(content: Content, language: str, summary: ReadSummary) -> Content:
    """The course with its titles in another language, as far as they are translated."""

    def texts(folder: Path, name: str) -> Summary:
        found: Summary = {}
        for code in chain(language):
            found |= summary(os.path.join(folder, code, name)) or {}
        return found

    course = texts(content.root.lessons, "course.yaml")
    titles = course.get("modules", {})
    lessons = []
    for lesson in content.lessons:
        told = texts(lesson.folder, "lesson.yaml")
        title, about = told.get("title", lesson.title), told.get("summary", lesson.summary)
        lessons.append(replace(lesson, title=title, summary=about, language=language))
    exercises = []
    for exercise in content.exercises:
        told = texts(exercise.folder, "exercise.yaml")
        exercises.append(replace(exercise, title=told.get("title", exercise.title), language=language))
    return replace(
        content,
        title=course.get("title", content.title),
        chapters=tuple(LoadedModule(one.id, titles.get(one.id, one.title)) for one in content.chapters),
        lessons=tuple(lessons),
        exercises=tuple(exercises),
        language=language,
    )


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
        elif not is_language(name):
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
        summary(f"{folder}/open.yaml")
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


def _read_translation(path: Path) -> Summary:
    from tutor.course.translations import texts_of

    return texts_of(path)


def _read(path: Path) -> Summary:
    from tutor.course.summaries import read_summary

    return read_summary(path)


def _raise(problem: ContentProblem) -> NoReturn:
    raise problem
