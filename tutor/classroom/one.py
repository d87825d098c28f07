"""One job on one grader, whatever engine it belongs to."""

from __future__ import annotations

from tutor.classroom.jobs import Job, Outcome
from tutor.course import LoadedExercise
from tutor.errors import EnvironmentProblem, GraderFault
from tutor.grading import Grader

TRIES = 2


async def grade_one(grader: Grader, exercise: LoadedExercise, job: Job, device: str) -> Outcome:
    """How it ended. A fault of the grader itself is tried once more; one of the machine would be the same again."""
    fault: GraderFault | None = None
    for _ in range(TRIES):
        try:
            verdict = await grader.grade(exercise, job.submission, device=device, seed=job.seed)
            return Outcome(verdict.to_json())
        except GraderFault as problem:
            fault = problem
        except EnvironmentProblem as problem:
            return Outcome(None, str(problem), problem.exit_code)
    assert fault is not None
    return Outcome(None, str(fault), fault.exit_code)
