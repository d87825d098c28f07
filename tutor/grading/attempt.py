"""Submitting: read the learner's file, grade it, and write the attempt down."""

from __future__ import annotations

from pathlib import Path

from tutor.course import LoadedExercise
from tutor.grading.grader import EventHandler, Grader
from tutor.grading.submission import Submission, read_submission
from tutor.grading.verdict import Verdict
from tutor.progress import Store


async def submit(
    grader: Grader,
    store: Store,
    exercise: LoadedExercise,
    path: Path,
    *,
    device: str = "auto",
    on_event: EventHandler | None = None,
) -> Verdict:
    """Grades the learner's own file and records the attempt.

    Raises:
        UsageProblem: there is no file to read.
        EnvironmentProblem: no such device, or the store can't be written.
        GraderFault: the grader failed; nothing is recorded.
    """
    submission = read_submission(path)
    verdict = await grader.grade(exercise, submission, device=device, on_event=on_event)
    record(store, exercise, submission, verdict)
    return verdict


def record(store: Store, exercise: LoadedExercise, submission: Submission, verdict: Verdict) -> None:
    """Writes a verdict on the learner's own file into the store."""
    store.record_attempt(
        verdict.to_json(),
        source=submission.data,
        content_version=str(exercise.info.version),
        grader_hash=exercise.grader_hash,
    )
