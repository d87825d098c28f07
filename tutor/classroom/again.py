"""One row graded again, exactly: the same bytes, the same checks, the same seed. For an appeal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.classroom.archives import Unreadable
from tutor.classroom.engines import engine
from tutor.classroom.finding import Found
from tutor.classroom.jobs import Job, Key, Outcome
from tutor.errors import GraderFault, UsageProblem

if TYPE_CHECKING:
    from tutor.classroom.session import Session


@dataclass(frozen=True)
class Again:
    """What came of it. ``differences``: in which it is not as before; times and memory aside."""

    found: Found
    before: Mapping[str, Any]
    now: Mapping[str, Any]
    differences: tuple[str, ...]


async def grade_again(session: Session, row: str) -> Again:
    """Grades the row of a gradebook once more, and changes nothing in the journal.

    Args:
        row: its number, the first below the header being 1, or its file as the gradebook calls it.

    Raises:
        UsageProblem: there is no such row, or it was not graded, or its file or its checks are others now.
        GraderFault: the grader failed again.
    """
    found = _row(session, row)
    if found.place is None:
        raise _not_graded(found, found.reason)
    try:
        submission = found.place.read()
    except Unreadable as refused:
        raise _not_graded(found, str(refused)) from None
    exercise = session.content.exercise(found.exercise)
    async with engine("local", session.content.root, [exercise], session.wanted) as running:
        key = Key(exercise.id, submission.sha256, exercise.grader_hash, running.device)
        before = session.journal.outcome(key)
        if before is None or before.verdict is None:
            raise UsageProblem(
                "The journal has no verdict on this file by these checks on this kind of device.",
                where=found.file,
                next_step="The file or the course has changed since, or it was never graded: grade the class.",
            )
        outcome = await running.grade(Job(key, submission.data, submission.size, session.journal.seed(key)))
    if outcome.verdict is None:
        raise GraderFault(outcome.message, where=found.file)
    return Again(found, before.verdict, outcome.verdict, tuple(_differences(before, outcome)))


def _not_graded(found: Found, reason: str) -> UsageProblem:
    return UsageProblem(
        f"This row was not graded: {reason}",
        where=found.file,
        next_step="There is nothing to repeat: once the file is another, grade the class again.",
    )


def _row(session: Session, row: str) -> Found:
    rows = session.found.submissions
    if row.isdecimal() and 1 <= int(row) <= len(rows):
        return rows[int(row) - 1]
    named = [found for found in rows if found.file == row]
    if len(named) == 1:
        return named[0]
    files = [found.file for found in rows if found.student == row]
    theirs = f" Of {row[:80]}: {', '.join(files[:5])}." if files else ""
    raise UsageProblem(
        f"There is no row '{row[:80]}'.",
        where="--again",
        next_step=f"Rows are 1 to {len(rows)}, the first below the header being 1, or a file as the gradebook "
        f"calls it.{theirs}",
    )


def _differences(before: Outcome, now: Outcome) -> list[str]:
    assert before.verdict is not None
    assert now.verdict is not None
    told = []
    if before.verdict["verdict"] != now.verdict["verdict"]:
        told.append(f"the verdict was {before.verdict['verdict']} and is {now.verdict['verdict']}")
    then = {check["id"]: check for check in before.verdict["checks"]}
    for check in now.verdict["checks"]:
        earlier = then.get(check["id"])
        for what in ("outcome", "misconception"):
            if earlier is not None and earlier[what] != check[what]:
                told.append(f"{check['id']}: its {what} was {earlier[what]} and is {check[what]}")
    return told
