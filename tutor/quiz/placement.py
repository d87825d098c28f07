"""The placement test: a few questions of each lesson, to find where to begin.

A lesson whose questions are all answered right is *tested out*: its exercises are marked so, and
the learner begins at the first lesson that is not. Everything stays open to be read, done and reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.progress import Store
    from tutor.quiz.sitting import Sitting

SECONDS_A_QUESTION = 45


@dataclass(frozen=True)
class Plan:
    """What a placement test would ask now. ``answered`` questions of ``questions`` lie behind the learner."""

    lessons: int
    questions: int
    answered: int

    @property
    def minutes(self) -> int:
        """The longest it can take, at three quarters of a minute a question."""
        return max(1, round((self.questions - self.answered) * SECONDS_A_QUESTION / 60))

    @property
    def says(self) -> tuple[str, ...]:
        """What the test does, sentence by sentence, said before it begins by every face."""
        lessons = "one lesson" if self.lessons == 1 else f"each of {self.lessons} lessons"
        return (
            f"It asks a few questions of {lessons}, {self.questions} in all, in the order of the course.",
            "A lesson whose questions you all answer right is marked tested out, with its exercises. You begin "
            "at the first lesson that is not.",
            "The first question of a lesson that you miss or skip ends its questions: that lesson is yours to "
            "learn. Any question may be skipped.",
            "Nothing is locked and nothing is lost by it: what is tested out stays open to be read, done and "
            "reviewed.",
            f"It takes at most about {self.minutes} minutes, much less where much is new. You may leave at any "
            "time; it goes on where you left.",
        )


@dataclass(frozen=True)
class Placed:
    """What a placement test came to so far. ``open`` lessons were asked about and are still to be learned."""

    tested_out: tuple[LoadedLesson, ...]
    open: tuple[LoadedLesson, ...]
    exercises: tuple[str, ...]


def plan(sitting: Sitting) -> Plan:
    """How many lessons and questions the test is about, and how many of these are answered or skipped."""
    lessons = {item.lesson for item in sitting.items.values()}
    return Plan(len(lessons), len(sitting.items), len(sitting.items) - len(sitting.open))


def outcomes(sitting: Sitting) -> list[tuple[str, bool]]:
    """Each question's lesson, and whether it was answered right; what was skipped or is open was not."""
    points = sitting.points
    return [
        (item.lesson, key in points and points[key][0] >= points[key][1])
        for key, item in sitting.items.items()
    ]


def place(content: Content, store: Store, outcomes: Iterable[tuple[str, bool]]) -> Placed:
    """Mark the lessons whose questions were all answered right as tested out, and their exercises.

    ``outcomes`` are of every question of the test: its lesson, and whether it was answered right. What
    was passed stays passed. Called again with the same, it records nothing new.
    """
    right: dict[str, bool] = {}
    for asked_of, correct in outcomes:
        right[asked_of] = right.get(asked_of, True) and correct
    asked = [lesson for lesson in content.lessons if lesson.id in right]
    out = [lesson for lesson in asked if right[lesson.id]]
    placed = store.last_times("placed")
    for lesson in out:
        if lesson.id not in placed:
            store.record_event("placed", lesson.id, {"by": "placement"})
    return Placed(
        tested_out=tuple(out),
        open=tuple(lesson for lesson in asked if not right[lesson.id]),
        exercises=tuple(_tested_out(content, store, out)),
    )


def _tested_out(content: Content, store: Store, lessons: Sequence[LoadedLesson]) -> list[str]:
    """Mark the lessons' exercises; the ids of all that are."""
    exercises = [exercise.id for lesson in lessons for exercise in content.exercises_of(lesson.id)]
    states = store.exercise_states()
    for exercise in exercises:
        if exercise not in states or states[exercise].tested_out is None:
            store.record_event("tested-out", exercise, {"by": "placement"})
    return exercises
