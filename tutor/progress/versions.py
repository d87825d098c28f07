"""Exercises that changed since the learner worked on them: which, and what is different in the stub.

A newer version takes nothing away: the file, the pass and its date stay, until the learner grades again.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.errors import ContentProblem

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.progress.states import ExerciseState
    from tutor.progress.store import Store

STUB_UNCHANGED = "The stub is as it was when you began; what changed is the text or the grading."
NO_STUB_KEPT = "The stub that you began with was not kept."


def is_newer(exercise: LoadedExercise, state: ExerciseState) -> bool:
    """Whether the exercise changed since it was last begun from its stub, or graded."""
    with suppress(ContentProblem):  # told where the exercise is opened
        return bool(state.grader) and state.grader != exercise.grader_hash
    return False


def newer_exercises(content: Content, states: Mapping[str, ExerciseState]) -> frozenset[str]:
    """The ids of those that changed."""
    return frozenset(
        one.id for one in content.exercises if one.id in states and is_newer(one, states[one.id])
    )


def stub_changes(store: Store, exercise: LoadedExercise) -> str | None:
    """What changed in the stub since the learner's file began as one, as a unified diff; empty where nothing.

    None where that stub was not kept.
    """
    begun = next(
        (
            one
            for one in reversed(store.events("started", exercise.id))
            if isinstance(one.data.get("stub"), str)
        ),
        None,
    )
    if begun is None:
        return None
    before = str(begun.data["stub"]).splitlines()
    after = exercise.stub.read_bytes().decode(errors="replace").splitlines()
    lines = difflib.unified_diff(before, after, "stub.py, as you began", "stub.py, now", lineterm="")
    return "".join(f"{line}\n" for line in lines)
