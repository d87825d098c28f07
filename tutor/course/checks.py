"""Every problem of a course, for its authors: each file, the relations between them, and what is absent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from tutor.course.content import Content, LoadedExercise, LoadedLesson
from tutor.course.documents import Document, Location
from tutor.course.glossary import unknown_steps
from tutor.course.index import Summary
from tutor.course.loader import assemble
from tutor.course.models import Exercise, Glossary, Lesson, OpenQuestions
from tutor.course.names import did_you_mean, nearest_or
from tutor.course.questions import Quiz
from tutor.course.relations import broken_relations
from tutor.course.summaries import MODELS, summarise
from tutor.course.translations import translation_problems
from tutor.course.validation import Reading, inspect_file
from tutor.errors import ContentProblem
from tutor.paths import ContentRoot

M = TypeVar("M", bound=BaseModel)


def check_content(root: ContentRoot) -> list[ContentProblem]:
    """All problems of the course at ``root``, by file and place. Reads every file, uses no index."""
    survey = _Survey()
    content = assemble(root, survey.summary, survey.report)
    whole = not survey.problems
    glossary = root.lessons / "glossary.yaml"
    survey.summary(str(glossary))
    problems = [*survey.problems, *broken_relations(content, whole=whole)]
    for lesson in content.lessons:
        problems.extend(_lesson_files(lesson, survey))
        problems.extend(_openings(lesson, survey, content, whole))
        problems.extend(_quiz_names(lesson, survey, whole))
        problems.extend(_open_names(lesson, survey))
    for exercise in content.exercises:
        problems.extend(_exercise_files(exercise))
    problems.extend(_redefined_misconceptions(content, survey))
    if whole and (found := survey.found(glossary, Glossary)):
        problems.extend(unknown_steps(*found, content))
    problems.extend(_graders_without_exercise(content))
    if whole:
        folders = [
            root.lessons,
            *(one.folder for one in content.lessons),
            *(one.folder for one in content.exercises),
        ]
        for folder in folders:
            problems.extend(translation_problems(folder, MODELS))
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.column or 0))


class _Survey:
    """Every content file, read once, and what was wrong with it."""

    def __init__(self) -> None:
        self.problems: list[ContentProblem] = []
        self._readings: dict[Path, Reading[Any]] = {}

    def summary(self, path: str) -> Summary | None:
        file = Path(path)
        if not os.path.lexists(file):
            return None
        reading = inspect_file(file, MODELS[file.name])
        self._readings[file] = reading
        self.problems.extend(reading.problems)
        return None if reading.model is None else summarise(reading.model)

    def report(self, problem: ContentProblem) -> None:
        """Note ``problem``, unless its file is known to be broken already."""
        if all(problem.file != known.file for known in self.problems):
            self.problems.append(problem)

    def found(self, file: Path, kind: type[M]) -> tuple[M, Document] | None:
        """The model of ``file`` and where its values stand; None if it is missing or broken."""
        reading = self._readings.get(file)
        if reading is None or reading.document is None or not isinstance(reading.model, kind):
            return None
        return reading.model, reading.document

    def models(self, kind: type[M]) -> Iterator[M]:
        """Every file of that kind that is whole."""
        return (r.model for r in self._readings.values() if isinstance(r.model, kind))

    def misconceptions_of_exercises(self) -> set[str]:
        return {wrong.id for exercise in self.models(Exercise) for wrong in exercise.misconceptions}

    def misconceptions(self) -> list[str]:
        """Every misconception that an exercise or a quiz defines."""
        of_quizzes = {id for quiz in self.models(Quiz) for id in quiz.misconceptions}
        return sorted(self.misconceptions_of_exercises() | of_quizzes)


def _lesson_files(lesson: LoadedLesson, survey: _Survey) -> Iterator[ContentProblem]:
    if not os.path.lexists(lesson.folder / "prompts.yaml"):
        yield _absent(lesson.folder / "prompts.yaml", "A lesson has three prompts for an assistant.")
    demo = lesson.folder / "demo.py"
    if lesson.has_demo and not demo.is_file():
        yield _absent(demo, "lesson.yaml declares a demo: write it, or remove the key 'demo'.")
    if not lesson.has_demo and demo.exists():
        yield ContentProblem(
            "This demo is never shown.",
            where=str(demo),
            code="stray-file",
            next_step="Declare it in lesson.yaml with the key 'demo', or remove it.",
        )


def _openings(
    lesson: LoadedLesson, survey: _Survey, content: Content, whole: bool
) -> Iterator[ContentProblem]:
    """Try-it items that open an exercise which the course does not have."""
    found = survey.found(lesson.folder / "lesson.yaml", Lesson)
    if found is None or not whole:
        return
    info, document = found
    for number, item in enumerate(info.try_it):
        kind, _, name = item.opens.partition(":")
        if kind == "exercise" and name not in content.exercise_ids:
            yield document.problem(
                ("try_it", number, "opens"),
                f"There is no exercise '{name}'.",
                code="unknown-id",
                next_step=did_you_mean(name, sorted(content.exercise_ids), otherwise="The exercises are"),
            )


def _quiz_names(lesson: LoadedLesson, survey: _Survey, whole: bool) -> Iterator[ContentProblem]:
    """Goals, steps and misconceptions that a quiz names and nobody defines."""
    found_lesson = survey.found(lesson.folder / "lesson.yaml", Lesson)
    found_quiz = survey.found(lesson.folder / "quiz.yaml", Quiz)
    if found_lesson is None or found_quiz is None:
        return
    info, (quiz, document) = found_lesson[0], found_quiz
    goals, steps = [goal.id for goal in info.goals], [step.id for step in info.steps]
    for number, item in enumerate(quiz.items):
        for key, name, known in (("goal", item.goal, goals), ("step", item.step, steps)):
            if name is not None and name not in known:
                yield _not_in_lesson(document, ("items", number, key), name, known)
    if whole:
        yield from _undefined_misconceptions(document, survey.misconceptions())


def _open_names(lesson: LoadedLesson, survey: _Survey) -> Iterator[ContentProblem]:
    """Steps that an open question names and the lesson does not have."""
    found_lesson = survey.found(lesson.folder / "lesson.yaml", Lesson)
    found_open = survey.found(lesson.folder / "open.yaml", OpenQuestions)
    if found_lesson is None or found_open is None:
        return
    steps, (open_, document) = [step.id for step in found_lesson[0].steps], found_open
    for number, question in enumerate(open_.questions):
        if question.step not in steps:
            yield _not_in_lesson(document, ("questions", number, "step"), question.step, steps)


def _not_in_lesson(document: Document, location: Location, name: str, known: Sequence[str]) -> ContentProblem:
    """``location`` ends with the kind of thing that is named there: a goal, a step."""
    kind = location[-1]
    return document.problem(
        location,
        f"'{name}' is no {kind} of this lesson.",
        code="unknown-id",
        next_step=did_you_mean(name, known, otherwise=f"Its {kind}s are"),
    )


def _undefined_misconceptions(document: Document, known: Sequence[str]) -> Iterator[ContentProblem]:
    for location in document.values:
        if location[-1:] == ("misconception",) and (name := document.text_at(location)) not in known:
            yield document.problem(
                location,
                f"'{name}' is no misconception of an exercise or a quiz.",
                code="unknown-id",
                next_step=nearest_or(
                    name, known, "Define it under 'misconceptions' at the end of this file."
                ),
            )


def _redefined_misconceptions(content: Content, survey: _Survey) -> Iterator[ContentProblem]:
    """A thought has one definition: an exercise's, shared by all that name it, or one quiz's."""
    taken = dict.fromkeys(survey.misconceptions_of_exercises(), "an exercise")
    for lesson in content.lessons:
        found = survey.found(lesson.folder / "quiz.yaml", Quiz)
        for id in found[0].misconceptions if found else ():
            if id in taken and found:
                yield found[1].problem(
                    ("misconceptions", id),
                    f"'{id}' is defined by {taken[id]} already.",
                    code="duplicate-id",
                    next_step="Remove it here: the questions may name it all the same.",
                    at_key=True,
                )
            taken.setdefault(id, f"the quiz of '{lesson.id}'")


def _exercise_files(exercise: LoadedExercise) -> Iterator[ContentProblem]:
    needed = {
        exercise.stub: "It is what the learner starts from.",
        exercise.example: "It holds the public examples that 'tutor try' runs.",
        exercise.checks_file: "It holds the hidden checks.",
        exercise.reference: "It is the solution that is shown after a pass.",
    }
    for file, why in needed.items():
        if not file.is_file():
            yield _absent(file, why)
    known = [misconception.id for misconception in exercise.info.misconceptions]
    for file in exercise.wrong:
        if (thought := file.stem.partition("--")[0]) not in known:
            yield ContentProblem(
                f"The file's name begins with '{thought}', which is no misconception of '{exercise.id}'.",
                where=str(file),
                code="unknown-id",
                next_step=did_you_mean(thought, known, otherwise="Its misconceptions are"),
            )


def _graders_without_exercise(content: Content) -> Iterator[ContentProblem]:
    known = {exercise.folder.name for exercise in content.exercises}
    if not content.root.graders.is_dir():
        return
    for folder in sorted(content.root.graders.iterdir()):
        if folder.name.startswith((".", "__")) or not folder.is_dir():
            continue
        # A broken exercise.yaml is told of already; its grader is not to blame.
        if folder.name not in known and not (content.root.exercises / folder.name).is_dir():
            yield ContentProblem(
                "This grader belongs to no exercise.",
                where=str(folder),
                code="stray-file",
                next_step=did_you_mean(folder.name, sorted(known), otherwise="The exercises are"),
            )


def _absent(file: Path, why: str) -> ContentProblem:
    return ContentProblem("This file is missing.", where=str(file), code="missing-file", next_step=why)
