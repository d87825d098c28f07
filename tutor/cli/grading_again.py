"""``tutor grade --again`` and ``--plan``: one row once more, and what more rows would take."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.amounts import counted, duration, size
from tutor.cli import console
from tutor.cli.console import clean, styled

if TYPE_CHECKING:
    from tutor.classroom.engines import Wanted
    from tutor.classroom.plan import Plan
    from tutor.classroom.remembered import LastClass
    from tutor.classroom.session import Session
    from tutor.course import Content

DIFFERS = 1


def again(place: LastClass, row: str, content: Content, wanted: Wanted, json: bool) -> int:
    """Prints the verdict of the repetition, and whether it is as before. Exit code 1 where it is not."""
    from tutor.classroom.again import grade_again

    with _session(place, content, wanted) as session:
        done = asyncio.run(grade_again(session, row))
    if json:
        console.write_json({
            "schema": "tutor.again/1",
            "student": done.found.student,
            "file": done.found.file,
            "same": not done.differences,
            "differences": list(done.differences),
            "before": dict(done.before),
            "now": dict(done.now),
        })  # fmt: skip
    else:
        from tutor.cli.verdict_text import verdict_text

        console.write(verdict_text(done.now))
        if done.differences:
            console.write(styled(f"Not as before: {clean('; '.join(done.differences))}.", "yellow"))
        else:
            console.write(f"As before, for {clean(done.found.student)}: {clean(done.found.file)}")
    return DIFFERS if done.differences else 0


def planned(
    place: LastClass, submissions: int, content: Content, wanted: Wanted, price: float, json: bool
) -> int:
    """Prints what so many submissions would take. Where nothing was measured yet, a few of the class are graded."""
    from tutor.classroom.plan import LEAST_GRADED, plan
    from tutor.cli.class_text import announce

    with _session(place, content, wanted) as session:
        if not session.journal.rates():
            tell = None if json else announce
            asyncio.run(session.grade(on_progress=tell, at_most=LEAST_GRADED))
        journal = session.journal
        made = plan(
            submissions,
            journal.rates(),
            journal.path.stat().st_size,
            len(journal),
            workers=wanted.workers,
            price=price,
            stopped=journal.stopped(),
        )
    if json:
        console.write_json(made.to_json())
        return 0

    console.write(
        f"{counted(submissions, 'submission')} on {counted(made.workers, 'worker')}: about {duration(made.seconds)}\n"
        f"  {made.service_seconds:.2f} worker seconds each, by {counted(made.measured, 'grading')} measured here\n"
        f"{_told_of_stopped(made)}"
        f"  {made.worker_hours:,.1f} worker hours"
        + (f", {made.cost:,.2f} at {price:g} an hour" if price else "")
        + "\n"
        f"  {size(made.journal_bytes)} of journal"
    )
    return 0


def _told_of_stopped(made: Plan) -> str:
    count = made.stopped.count
    if not count:
        return ""
    each = duration(made.stopped.seconds / count)
    return (
        f"  {count} more of {made.measured + count} ran to {'its' if count == 1 else 'their'} time limit ({each}): "
        f"with as many among these, about {duration(made.seconds_with_stopped)}\n"
    )


def _session(place: LastClass, content: Content, wanted: Wanted) -> Session:
    """A class that was graded before, opened again."""
    from tutor.classroom.session import Session

    return Session(
        content,
        Path(place.where),
        Path(place.journal),
        exercise=place.exercise,
        student=place.student,
        wanted=wanted,
    )
