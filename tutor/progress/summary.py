"""Summaries of the logs, kept in step with them, so that reading them costs the same at any length.

Each summary is a fold over records in the order ``(at, id)``. A new record that comes last is
folded in; one that comes earlier (an import, a clock set back) makes the fold start over for that
one exercise or item. Both ways give the same, on every machine, in whatever order records came.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tutor.progress import records
from tutor.progress.records import Answer, Attempt, Event, Record, timestamp
from tutor.progress.states import (
    EXERCISE_EVENTS,
    ExerciseState,
    ItemState,
    after,
    after_answer,
    dump,
    load_exercise,
    load_item,
    place,
)

State = TypeVar("State")


def take_in(connection: sqlite3.Connection, added: Sequence[Record]) -> None:
    """Bring the summaries up to date with records that were just written."""
    exercises: dict[tuple[str, str], list[Record]] = defaultdict(list)
    items: dict[tuple[str, str, str], list[Answer]] = defaultdict(list)
    for record in added:
        if isinstance(record, Attempt) and record.own:
            exercises[record.course, record.exercise].append(record)
        elif isinstance(record, Answer):
            items[record.course, record.lesson, record.item].append(record)
        elif isinstance(record, Event):
            _count_event(connection, record)
            if record.kind in EXERCISE_EVENTS:
                exercises[record.course, record.subject].append(record)
    for exercise, of_exercise in exercises.items():
        _take_in_exercise(connection, exercise, of_exercise)
    for item, of_item in items.items():
        _take_in_item(connection, item, of_item)


def rebuild(connection: sqlite3.Connection) -> None:
    """Compute every summary again from the logs."""
    for table in ("exercise_standing", "item_standing", "event_standing"):
        connection.execute(f"DELETE FROM {table}")
    for event in records.read(Event, connection.execute(records.select(Event)).fetchall()):
        _count_event(connection, event)
    kinds = ", ".join("?" * len(EXERCISE_EVENTS))
    for course, exercise in connection.execute(
        "SELECT course, exercise FROM attempts WHERE own UNION "
        f"SELECT course, subject FROM events WHERE kind IN ({kinds})",
        EXERCISE_EVENTS,
    ).fetchall():
        _save_exercise(connection, course, exercise, _exercise_from_log(connection, course, exercise))
    for course, lesson, item in connection.execute(
        "SELECT DISTINCT course, lesson, item FROM answers"
    ).fetchall():
        _save_item(connection, course, lesson, item, _item_from_log(connection, course, lesson, item))


def exercise_states(connection: sqlite3.Connection, course: str) -> dict[str, ExerciseState]:
    """The kept summaries by exercise. Raises one of ``records.UNREADABLE`` where they have rotted."""
    rows = connection.execute("SELECT exercise, state FROM exercise_standing WHERE course = ?", (course,))
    return {exercise: load_exercise(text) for exercise, text in rows}


def exercise_state(connection: sqlite3.Connection, course: str, exercise: str) -> ExerciseState:
    """The kept summary of one exercise; an empty one where it was never begun."""
    row = connection.execute(
        "SELECT state FROM exercise_standing WHERE course = ? AND exercise = ?", (course, exercise)
    ).fetchone()
    return load_exercise(row[0]) if row else ExerciseState()


def item_states(connection: sqlite3.Connection, course: str) -> dict[tuple[str, str], ItemState]:
    """The kept summaries by lesson and item."""
    rows = connection.execute("SELECT lesson, item, state FROM item_standing WHERE course = ?", (course,))
    return {(lesson, item): load_item(text) for lesson, item, text in rows}


def part(event: Event) -> tuple[str, str]:
    """The subject of an event and the part of it that it is about.

    A step of a lesson is told as ``subject="bits", data={"step": "why"}`` or ``subject="bits/why"``.
    """
    subject, _, step = event.subject.partition("/")
    return subject, str(event.data.get("step") or step)


def _still_readable(load: Callable[[], State]) -> State | None:
    """A summary, or ``None`` where its text has rotted on the disk."""
    try:
        return load()
    except records.UNREADABLE:
        return None


# --- exercises -------------------------------------------------------------------------------


def _take_in_exercise(
    connection: sqlite3.Connection, exercise: tuple[str, str], added: Sequence[Record]
) -> None:
    state = _still_readable(lambda: exercise_state(connection, *exercise))
    if state is not None and len(added) == 1 and place(added[0]) > state.latest:
        (record,) = added
        known = isinstance(record, Attempt) and record.passed and _passed_before(connection, record)
        state = after(state, record, known_source=known)
    else:
        state = _exercise_from_log(connection, *exercise)
    _save_exercise(connection, *exercise, state)


def _exercise_from_log(connection: sqlite3.Connection, course: str, exercise: str) -> ExerciseState:
    return fold_exercise(log_of_exercise(connection, course, exercise))


def fold_exercise(found: Iterable[Record]) -> ExerciseState:
    """What the records of one exercise, in order, come to."""
    state, passed = ExerciseState(), set[str]()
    for record in found:
        known = isinstance(record, Attempt) and record.sha256 in passed
        state = after(state, record, known_source=known)
        if isinstance(record, Attempt) and record.passed:
            passed.add(record.sha256)
    return state


def log_of_exercise(connection: sqlite3.Connection, course: str, exercise: str) -> list[Record]:
    """The learner's own attempts and the events that count, in order."""
    attempts = connection.execute(
        f"{records.select(Attempt)} WHERE log.course = ? AND exercise = ? AND own", (course, exercise)
    )
    kinds = ", ".join("?" * len(EXERCISE_EVENTS))
    events = connection.execute(
        f"{records.select(Event)} WHERE log.course = ? AND kind IN ({kinds}) AND subject = ?",
        (course, *EXERCISE_EVENTS, exercise),
    )
    found: list[Record] = [*records.read(Attempt, attempts), *records.read(Event, events)]
    return sorted(found, key=place)


def _passed_before(connection: sqlite3.Connection, attempt: Attempt) -> bool:
    row = connection.execute(
        "SELECT 1 FROM attempts WHERE course = ? AND exercise = ? AND sha256 = ? AND verdict = 'passed' "
        "AND own AND uuid <> ? LIMIT 1",
        (attempt.course, attempt.exercise, attempt.sha256, attempt.id),
    ).fetchone()
    return row is not None


# --- quiz items ------------------------------------------------------------------------------


def _take_in_item(
    connection: sqlite3.Connection, item: tuple[str, str, str], added: Sequence[Answer]
) -> None:
    state = _still_readable(lambda: _item_state(connection, *item))
    if state is not None and len(added) == 1 and place(added[0]) > state.latest:
        state = after_answer(state, added[0])
    else:
        state = _item_from_log(connection, *item)
    _save_item(connection, *item, state)


def _item_state(connection: sqlite3.Connection, course: str, lesson: str, item: str) -> ItemState:
    row = connection.execute(
        "SELECT state FROM item_standing WHERE course = ? AND lesson = ? AND item = ?", (course, lesson, item)
    ).fetchone()
    return load_item(row[0]) if row else ItemState()


def _item_from_log(connection: sqlite3.Connection, course: str, lesson: str, item: str) -> ItemState:
    return fold_item(log_of_item(connection, course, lesson, item))


def fold_item(answers: Iterable[Answer]) -> ItemState:
    """What the answers to one item, in order, come to."""
    state = ItemState()
    for answer in answers:
        state = after_answer(state, answer)
    return state


def log_of_item(connection: sqlite3.Connection, course: str, lesson: str, item: str) -> list[Answer]:
    """The answers to an item, in order."""
    rows = connection.execute(
        f"{records.select(Answer)} WHERE log.course = ? AND lesson = ? AND item = ? ORDER BY at, uuid",
        (course, lesson, item),
    )
    return list(records.read(Answer, rows))


# --- events ----------------------------------------------------------------------------------


def _count_event(connection: sqlite3.Connection, event: Event) -> None:
    connection.execute(
        "INSERT INTO event_standing VALUES (:course, :kind, :subject, :part, 1, :at, :at) "
        "ON CONFLICT DO UPDATE SET count = count + 1, "
        "first_at = min(first_at, :at), last_at = max(last_at, :at)",
        dict(zip(("subject", "part"), part(event), strict=True))
        | {"course": event.course, "kind": event.kind, "at": timestamp(event.at)},
    )


def _save_exercise(connection: sqlite3.Connection, course: str, exercise: str, state: ExerciseState) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO exercise_standing VALUES (?, ?, ?)", (course, exercise, dump(state))
    )


def _save_item(connection: sqlite3.Connection, course: str, lesson: str, item: str, state: ItemState) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO item_standing VALUES (?, ?, ?, ?)", (course, lesson, item, dump(state))
    )
