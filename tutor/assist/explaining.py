"""A prompt from a failed verdict: the brief, the learner's code as graded, and what they were told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.assist.quoting import quoted
from tutor.assist.verdicts import describe
from tutor.errors import RefusedProblem, UsageProblem

if TYPE_CHECKING:
    from tutor.course import Content, LoadedExercise
    from tutor.progress import Store

ASK = """\
I am taking the course '{course}' and write code that hidden checks grade. My file did not pass.
Help me to understand why, without solving it:

1. Say in your own words what the verdict measured, and what my code does instead.
2. Point to the line where the two part, and ask me one question that lets me see it myself.
3. Wait for my answer. Write no corrected function and no line to paste.

Work only from what follows. You can't see the checks or their inputs, so don't guess at them."""


def explain_prompt(exercise: LoadedExercise, store: Store, content: Content) -> str:
    """The prompt for the learner's last attempt at ``exercise``. No hidden input is in it.

    Raises:
        UsageProblem: nothing was submitted yet.
        RefusedProblem: the last attempt passed.
    """
    attempt = store.last_attempt(exercise.id)
    if attempt is None:
        raise UsageProblem(
            "There is no verdict to explain yet.",
            where=exercise.id,
            next_step=f"'tutor submit {exercise.id}' gives one.",
        )
    if attempt.passed:
        raise RefusedProblem(
            "The last attempt passed: there is no failure to explain.",
            where=exercise.id,
            next_step=f"'tutor solution {exercise.id}' shows other right solutions.",
        )
    code = attempt.source.decode("utf-8", "replace")
    parts = (
        ASK.format(course=content.title),
        f"## The exercise: {exercise.info.title}\n\n{exercise.info.brief.strip()}",
        f"## My code\n\n{quoted(code, 'As it was graded.', 'python')}",
        f"## The verdict\n\n{describe(attempt, content)}",
    )
    return "\n\n".join(parts) + "\n"
