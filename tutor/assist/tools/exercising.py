"""Tools about exercises: the brief, the learner's file, hints, gradings and verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from tutor.assist.quoting import quoted
from tutor.assist.tools.desk import LONGEST_ID, Desk
from tutor.assist.verdicts import describe, describe_verdict
from tutor.errors import RefusedProblem

if TYPE_CHECKING:
    from tutor.course import LoadedExercise

ExerciseId = Annotated[
    str, Field(max_length=LONGEST_ID, description="The exercise's id, as list_lessons gives it.")
]
LONGEST_SOURCE = 200_000


class Exercising:
    """Everything that a learner may see of an exercise. No tool writes the learner's file."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show_brief(self, exercise: ExerciseId) -> str:
        """What an exercise asks for, and its stub."""
        loaded = self._exercise(exercise)
        stub = loaded.stub.read_text(encoding="utf-8")
        return f"# {loaded.info.title}\n\n{loaded.info.brief.strip()}\n\n## The stub\n\n```python\n{stub.strip()}\n```"

    async def read_learners_file(self, exercise: ExerciseId) -> str:
        """The learner's own file for an exercise, as it is saved."""
        from tutor.grading import read_submission

        loaded = self._exercise(exercise)
        data = read_submission(self._desk.own_file(loaded)).data
        return quoted(data.decode("utf-8", "replace"), "The learner's file.", "python")

    async def next_hint(self, exercise: ExerciseId) -> str:
        """The next hint of an exercise. It is recorded as seen, so take it only when the learner asks."""
        from tutor.progress.hints import next_hint

        loaded = self._exercise(exercise)
        number, hint = next_hint(self._desk.store, loaded, by="assistant")
        return f"Hint {number} of {len(loaded.info.hints)}: {hint.strip()}"

    async def submit(self, exercise: ExerciseId) -> str:
        """Grade the learner's own file, as 'tutor submit' does: it counts as their attempt. Ask them first."""
        from tutor.grading import submit

        loaded = self._exercise(exercise)
        path = self._desk.own_file(loaded)
        async with self._desk.grader() as grader:
            verdict = await submit(grader, self._desk.store, loaded, path, device=self._desk.device)
        return describe_verdict(verdict.to_json(), self._desk.content)

    async def try_text(
        self,
        exercise: ExerciseId,
        source: Annotated[
            str, Field(max_length=LONGEST_SOURCE, description="Python that is not the learner's file.")
        ],
    ) -> str:
        """Grade some Python that is not the learner's file. It gives a verdict and counts as nobody's attempt."""
        from tutor.grading import from_bytes

        loaded = self._exercise(exercise)
        async with self._desk.grader() as grader:
            submission = from_bytes(source.encode("utf-8", "replace"))
            verdict = await grader.grade(loaded, submission, device=self._desk.device)
        told = describe_verdict(verdict.to_json(), self._desk.content)
        return f"{told}\n\nThis text is not the learner's file: nothing was recorded."

    async def last_verdict(self, exercise: ExerciseId) -> str:
        """The verdict on the learner's last attempt at an exercise."""
        loaded = self._exercise(exercise)
        attempt = self._desk.store.last_attempt(loaded.id)
        if attempt is None:
            return f"The learner has not submitted '{loaded.id}' yet."
        return describe(attempt, self._desk.content)

    async def show_solution(self, exercise: ExerciseId) -> str:
        """The reference solution. Refused until the learner's own file has passed."""
        loaded = self._exercise(exercise)
        if self._desk.store.last_pass(loaded.id) is None:
            raise RefusedProblem(
                "The solution is shown after a pass.",
                where=loaded.id,
                next_step="Ask a question that leads on, or take next_hint.",
            )
        return quoted(loaded.reference.read_text(encoding="utf-8"), "The reference solution.", "python")

    def _exercise(self, exercise: str) -> LoadedExercise:
        return self._desk.content.exercise(exercise)
