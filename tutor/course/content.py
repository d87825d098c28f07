"""A loaded course: what lists and maps need at once, and the rest when it is asked for.

Creating these reads no file. A lesson's or an exercise's ``.info``, ``.quiz`` and ``.prompts`` read and
check theirs on first use; lists should use the plain attributes instead, which come from the index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import ContentProblem, UsageProblem
from tutor.paths import ContentRoot

if TYPE_CHECKING:
    from tutor.course.models import Exercise, Lesson, Limits, Misconception, OpenQuestion, Prompts, Term
    from tutor.course.questions import Quiz
    from tutor.course.search import Text


@dataclass(frozen=True)
class LoadedModule:
    """A chapter of the course: ``models.Module`` without its cost."""

    id: str
    title: str


@dataclass(frozen=True)
class LoadedCourse:
    """The course's own name, version and order of modules: ``models.CourseInfo`` without its cost."""

    id: str
    title: str
    version: str
    modules: tuple[LoadedModule, ...]


@dataclass(frozen=True)
class LoadedLesson:
    """One lesson. ``items`` are the ids of its quiz, ``steps`` those of its steps."""

    id: str
    title: str
    module: str
    version: int
    minutes: int
    summary: str
    steps: tuple[str, ...]
    items: tuple[str, ...]
    has_demo: bool
    folder: Path
    language: str = ""  # in which its texts are read, as far as they are translated

    @property
    def demo_file(self) -> Path | None:
        """The lesson's ``demo.py``, if it has a demo."""
        return self.folder / "demo.py" if self.has_demo else None

    @cached_property
    def info(self) -> Lesson:
        """All of ``lesson.yaml``. Raises ContentProblem if it broke since it was indexed."""
        from tutor.course.models import Lesson
        from tutor.course.translations import read_in

        return read_in(self.folder, "lesson.yaml", Lesson, self.language)

    @cached_property
    def quiz(self) -> Quiz | None:
        """All of ``quiz.yaml``, or None where the lesson has no quiz. Raises ContentProblem."""
        if not self.items:
            return None
        from tutor.course.questions import Quiz
        from tutor.course.translations import read_in

        return read_in(self.folder, "quiz.yaml", Quiz, self.language)

    @cached_property
    def prompts(self) -> Prompts | None:
        """The three prompts, or None where they are not written yet. Raises ContentProblem."""
        from tutor.course.models import Prompts
        from tutor.course.translations import read_in

        try:
            return read_in(self.folder, "prompts.yaml", Prompts, self.language)
        except ContentProblem as problem:
            if problem.code == "missing-file":
                return None
            raise

    @cached_property
    def open_questions(self) -> tuple[OpenQuestion, ...]:
        """The questions to be answered in one's own words; none without ``open.yaml``. Raises ContentProblem."""
        from tutor.course.models import OpenQuestions
        from tutor.course.translations import read_in

        if not (self.folder / "open.yaml").exists():
            return ()
        return read_in(self.folder, "open.yaml", OpenQuestions, self.language).questions


@dataclass(frozen=True)
class LoadedExercise:
    """One exercise and the places of its pieces in the three content folders."""

    id: str
    title: str
    lesson: str
    order: int
    version: int
    minutes: int
    requires: tuple[str, ...]
    folder: Path
    language: str = ""  # in which its texts are read, as far as they are translated
    checks: str = ""  # a file of the grader's folder to run instead of the hidden checks

    @property
    def grader_folder(self) -> Path:
        """Where the exercise's grader lies: ``graders/ID`` of the same course."""
        return self.folder.parent.parent / "graders" / self.folder.name

    @cached_property
    def info(self) -> Exercise:
        """All of ``exercise.yaml``. Raises ContentProblem if it broke since it was indexed."""
        from tutor.course.models import Exercise
        from tutor.course.translations import read_in

        return read_in(self.folder, "exercise.yaml", Exercise, self.language)

    @property
    def stub(self) -> Path:
        """What the learner begins with."""
        return self.folder / "stub.py"

    @property
    def example(self) -> Path:
        """The public examples that ``tutor try`` runs."""
        return self.folder / "example.py"

    @property
    def reference(self) -> Path:
        """The solution that a learner is shown, and that mutants are made of."""
        return self.grader_folder / "reference.py"

    @property
    def checks_file(self) -> Path:
        """What a grading runs: the hidden checks, or the file that took their place (see ``on_the_map``)."""
        return self.grader_folder / (self.checks or f"test_{self.id.replace('-', '_')}.py")

    @property
    def on_the_map(self) -> LoadedExercise | None:
        """The same exercise with ``point.py`` to run: it measures where a solution lies on the error–memory map.

        None where the grader has no such file: what is written there is no quantizer.
        """
        return self._with_checks("point.py")

    @property
    def to_look_at(self) -> LoadedExercise | None:
        """The same exercise with ``look.py`` to run: what a solution does to public matrices. None without it."""
        return self._with_checks("look.py")

    @property
    def in_the_lab(self) -> LoadedExercise | None:
        """The same exercise with ``lab.py`` to run, which measures a solution on a whole model; None without it."""
        return self._with_checks("lab.py")

    def _with_checks(self, name: str) -> LoadedExercise | None:
        """The same exercise with another file of its grader to run in place of the hidden checks."""
        return replace(self, checks=name) if (self.grader_folder / name).is_file() else None

    def with_limits(self, limits: Limits) -> LoadedExercise:
        """The same exercise with other limits for a grading."""
        changed = replace(self)
        # As cached_property keeps it.
        changed.__dict__["info"] = self.info.model_copy(update={"limits": limits})
        return changed

    @property
    def right(self) -> tuple[Path, ...]:
        """The right solutions beside the reference, by name."""
        return tuple(sorted((self.grader_folder / "right").glob("*.py")))

    @property
    def wrong(self) -> tuple[Path, ...]:
        """The wrong solutions, by name. A stem up to ``--`` is the id of its misconception."""
        return tuple(sorted((self.grader_folder / "wrong").glob("*.py")))

    @cached_property
    def grader_hash(self) -> str:
        """What its verdicts depend on, as a sha256; see ``fingerprint``. Raises ContentProblem."""
        from tutor.course.fingerprint import fingerprint

        return fingerprint(self.folder, self.grader_folder)

    def misconception(self, id: str) -> Misconception | None:
        """The misconception of that id, if this exercise knows it."""
        return next((wrong for wrong in self.info.misconceptions if wrong.id == id), None)


@dataclass(frozen=True)
class Content:
    """One course. ``lessons`` and ``exercises`` are in the order in which they are taught."""

    root: ContentRoot
    id: str
    title: str
    version: str
    chapters: tuple[LoadedModule, ...]
    lessons: tuple[LoadedLesson, ...]
    exercises: tuple[LoadedExercise, ...]
    language: str = ""

    @property
    def info(self) -> LoadedCourse:
        """All that ``course.yaml`` says, by the names that it has there."""
        return LoadedCourse(self.id, self.title, self.version, self.chapters)

    def lesson(self, id: str) -> LoadedLesson:
        """The lesson of that id. Raises UsageProblem that names the nearest."""
        try:
            return self._lessons[id]
        except KeyError:
            raise _unknown("lesson", id, self._lessons, other=("exercise", self._exercises)) from None

    def exercise(self, id: str) -> LoadedExercise:
        """The exercise of that id. Raises UsageProblem that names the nearest."""
        try:
            return self._exercises[id]
        except KeyError:
            raise _unknown("exercise", id, self._exercises, other=("lesson", self._lessons)) from None

    def exercises_of(self, lesson_id: str) -> tuple[LoadedExercise, ...]:
        """The lesson's exercises, in order; empty for a lesson without any."""
        return self._exercises_of.get(lesson_id, ())

    def modules(self) -> tuple[tuple[LoadedModule, tuple[LoadedLesson, ...]], ...]:
        """The modules in the course's order, each with its lessons; a module may have none yet."""
        lessons: dict[str, list[LoadedLesson]] = {}
        for lesson in self.lessons:
            lessons.setdefault(lesson.module, []).append(lesson)
        return tuple((module, tuple(lessons.get(module.id, ()))) for module in self.chapters)

    @cached_property
    def glossary(self) -> tuple[Term, ...]:
        """The terms of ``glossary.yaml`` by the alphabet; none where there is no such file. Raises ContentProblem."""
        from tutor.course.glossary import read_glossary

        return read_glossary(self)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """All that a search looks through. Reads every lesson and exercise. Raises ContentProblem."""
        from tutor.course.search import prepare

        return prepare(self)

    @cached_property
    def exercise_ids(self) -> frozenset[str]:
        """The ids of all exercises."""
        return frozenset(self._exercises)

    @cached_property
    def _lessons(self) -> dict[str, LoadedLesson]:
        return {lesson.id: lesson for lesson in self.lessons}

    @cached_property
    def _exercises(self) -> dict[str, LoadedExercise]:
        return {exercise.id: exercise for exercise in self.exercises}

    @cached_property
    def _exercises_of(self) -> dict[str, tuple[LoadedExercise, ...]]:
        groups: dict[str, list[LoadedExercise]] = {}
        for exercise in self.exercises:
            groups.setdefault(exercise.lesson, []).append(exercise)
        return {lesson: tuple(exercises) for lesson, exercises in groups.items()}


def _unknown(kind: str, id: str, known: Iterable[str], *, other: tuple[str, Iterable[str]]) -> UsageProblem:
    from tutor.course.names import nearest, printable

    message = f"There is no {kind} '{printable(id)}'."
    other_kind, other_ids = other
    if id in other_ids:
        return UsageProblem(message, next_step=f"'{id}' is the id of {_article(other_kind)}.")
    typed = Path(id).stem.replace("_", "-")  # a file's name, or its path, where its exercise's id should be
    match = nearest(typed, list(known))
    step = f"Did you mean '{match}'?" if match else "'tutor list' shows all ids."
    return UsageProblem(message, next_step=step)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
