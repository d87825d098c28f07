"""Records from when a clock ran ahead: dated on days that are yet to come.

They are kept as they are, and everything in them counts. But what was reviewed in seventy years would not come back
before, and nothing done today would come after it. So, as long as its day is ahead, a record counts as made before
all others of its course: what it was about is soon asked once more, and goes on from there. This hangs on the records
and on today alone, so that two machines that hold the same records say the same. A clock that ran behind needs
nothing: its records are the first by their dates.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from tutor.progress import summary
from tutor.progress.records import Record, timestamp
from tutor.progress.schema import LOGS
from tutor.progress.states import ExerciseState, ItemState

BELIEVED = timedelta(days=2)
"""A clock that is wrong by less, or set to another zone, is believed."""

_LONG_AGO = timedelta(days=365)  # where no record of the course is believed

Kind = TypeVar("Kind", bound=Record)


def exercise_states(sql: sqlite3.Connection, course: str, now: datetime) -> dict[str, ExerciseState]:
    """The summary of each exercise, by id."""
    states = summary.exercise_states(sql, course)
    return {exercise: _exercise(sql, course, exercise, state, now) for exercise, state in states.items()}


def exercise_state(sql: sqlite3.Connection, course: str, exercise: str, now: datetime) -> ExerciseState:
    """The summary of one exercise; an empty one where it was never begun."""
    return _exercise(sql, course, exercise, summary.exercise_state(sql, course, exercise), now)


def item_states(sql: sqlite3.Connection, course: str, now: datetime) -> dict[tuple[str, str], ItemState]:
    """The summary of each quiz item, by lesson and item."""
    states = summary.item_states(sql, course)
    horizon = timestamp(now + BELIEVED)
    for key, state in states.items():
        if state.latest[0] > horizon:
            answers = summary.log_of_item(sql, course, *key)
            states[key] = summary.fold_item(_put_first(sql, course, answers, now))
    return states


def last_believed(first: str, last: str, now: datetime) -> str:
    """When something came last, of its first and its last time (ISO 8601, UTC); '' where both are ahead."""
    horizon = timestamp(now + BELIEVED)
    return next((at for at in (last, first) if at <= horizon), "")


def _exercise(
    sql: sqlite3.Connection, course: str, exercise: str, state: ExerciseState, now: datetime
) -> ExerciseState:
    if state.latest[0] <= timestamp(now + BELIEVED):
        return state
    log = summary.log_of_exercise(sql, course, exercise)
    return summary.fold_exercise(_put_first(sql, course, log, now))


def _put_first(sql: sqlite3.Connection, course: str, log: Iterable[Kind], now: datetime) -> list[Kind]:
    """The records, of which those that are ahead come first, as of the first record of the course."""
    horizon = now + BELIEVED
    times = " UNION ALL ".join(f"SELECT min(at) AS at FROM {table} WHERE course = :course" for table in LOGS)
    (text,) = sql.execute(f"SELECT min(at) FROM ({times})", {"course": course}).fetchone()
    first = datetime.fromisoformat(text)
    first = first if first <= horizon else now - _LONG_AGO
    log = list(log)
    ahead = [replace(record, at=first) for record in log if record.at > horizon]
    return [*ahead, *(record for record in log if record.at <= horizon)]
