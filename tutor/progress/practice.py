"""Practice: an exercise done again from the stub. What was passed, and when, is kept, and so is the old file."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.errors import UsageProblem
from tutor.progress.workspace import start_exercise

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.progress.store import Store


def practise(store: Store, exercise: LoadedExercise) -> Path:
    """Put the stub in the place of the learner's file, which goes to the backups; the file's path.

    Until it is passed again, the exercise is being practised (``ExerciseState.practising``): that pass
    is a review, even where the code comes out as it was.

    Raises:
        EnvironmentProblem: the folder cannot be written, or has no space.
    """
    path = start_exercise(store, exercise, reset=True)
    store.record_event("practice", exercise.id)
    return path


def may_be_practised(content: Content, store: Store) -> list[str]:
    """The ids of the exercises whose solution the learner wrote or saw, in the order of the course."""
    states = store.exercise_states()
    return [
        one.id
        for one in content.exercises
        if one.id in states and (states[one.id].first_pass or states[one.id].gave_up)
    ]


def one_at_random(content: Content, store: Store) -> str:
    """The id of one of them. Raises UsageProblem where there is none yet."""
    ids = may_be_practised(content, store)
    if not ids:
        raise UsageProblem(
            "No exercise is passed yet.",
            where="tutor practice",
            next_step="Name one, or do the next of 'tutor list'.",
        )
    return random.choice(ids)
