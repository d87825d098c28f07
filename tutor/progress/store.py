"""The learner's progress: what was tried, answered and read, and what it comes to.

Records only ever grow; summaries are kept in the same transaction, so that reading costs the same
after a million attempts. Everything is of one course; one file holds the progress of all courses.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import tutor
from tutor.progress import bookmarks, clocks, records, summary
from tutor.progress.bookmarks import Bookmark
from tutor.progress.database import Clock, Database
from tutor.progress.records import GRADED, Answer, Attempt, Event, Record
from tutor.progress.spreading import DAILY_CAP
from tutor.progress.states import ExerciseState, ItemState

Kind = TypeVar("Kind", bound=Record)
Summary = TypeVar("Summary")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """The progress of one course under one home folder. A context manager; safe between threads.

    Every method may raise ``EnvironmentProblem``: no space, read-only, held by another program.
    What was recorded before stays.
    """

    def __init__(self, database: Database, course: str, content_version: str, clock: Clock) -> None:
        self.course = course
        self.content_version = content_version
        self.now = clock
        self.daily_cap = DAILY_CAP  # quiz items a day; a face that knows the learner's setting puts it here
        self.database = database
        self.origin: str = database.read(lambda sql: sql.execute("SELECT origin FROM identity").fetchone()[0])

    @classmethod
    def open(cls, home: Path, course: str, *, content_version: str = "", clock: Clock = _utc_now) -> Self:
        """Open or make ``progress.db`` under ``home``. ``clock`` gives aware UTC times.

        Raises:
            EnvironmentProblem: the folder is read-only or full, or the database is of a newer tutor.
        """
        return cls(Database(home, clock), course, content_version, clock)

    @property
    def home(self) -> Path:
        """The folder that holds the progress."""
        return self.database.home

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the learner about what was repaired; empty as a rule."""
        return self.database.notices

    def close(self) -> None:
        """Lets go of the file. A context manager does it by itself."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- recording -----------------------------------------------------------------------

    def record_attempt(
        self,
        verdict_json: Mapping[str, Any],
        *,
        source: bytes,
        content_version: str | None = None,
        grader_hash: str = "",
        own: bool = True,
    ) -> str | None:
        """Remember a graded submission; only the learner's ``own`` changes what counts as mastered.

        ``verdict_json`` is a ``tutor.verdict/1`` document, ``source`` the bytes that were graded.
        Returns the attempt's id, or ``None`` where nothing was graded (cancelled), which is no attempt.
        """
        if verdict_json["verdict"] not in GRADED:
            return None
        attempt = Attempt(
            **self._provenance(content_version, grader_hash, str(verdict_json.get("device") or "cpu")),
            exercise=str(verdict_json["exercise"]),
            own=own,
            verdict=str(verdict_json["verdict"]),
            sha256=records.sha256(source),
            worst_ratio=records.worst_ratio(verdict_json),
            verdict_json=verdict_json,
            source=source,
        )
        self.add([attempt])
        return attempt.id

    def record_answer(
        self,
        item_id: str,
        lesson: str,
        kind: str,
        seed: int,
        answer: object,
        points: float,
        of: float,
        *,
        misconception: str | None = None,
        content_version: str | None = None,
    ) -> str:
        """Remember an answer to a quiz item, and when the item comes back. Returns the answer's id."""
        record = Answer(
            **self._provenance(content_version, "", "cpu"),
            item=item_id,
            lesson=lesson,
            kind=kind,
            seed=seed,
            answer=answer,
            points=points,
            of=of,
            misconception=misconception,
        )
        self.add([record])
        return record.id

    def record_event(
        self,
        kind: str,
        subject: str,
        data: Mapping[str, Any] | None = None,
        *,
        content_version: str | None = None,
        grader_hash: str = "",
    ) -> str:
        """Remember anything else. Returns the event's id.

        Kinds in use, with their subjects and data: ``step`` (lesson; ``step``), ``guess`` (lesson;
        ``step``, ``guess``), ``demo`` (lesson; ``device``, ``output``), ``prompt`` (lesson;
        ``level``), ``placed`` (lesson that was tested out of), ``started``, ``practice``,
        ``gave-up``, ``tested-out`` (exercise), ``hint`` (exercise; ``number`` from 1, the next one
        where it is not given).
        """
        values = dict(data or {})
        if kind == "hint" and "number" not in values:
            values["number"] = self.hints_shown(subject) + 1
        event = Event(
            **self._provenance(content_version, grader_hash, str(values.get("device") or "cpu")),
            kind=kind,
            subject=subject,
            data=values,
        )
        self.add([event])
        return event.id

    def add(self, new: Sequence[Record], places: Sequence[Bookmark] = ()) -> int:
        """Append records and take over bookmarks that may be known already, all or none. How many were new."""

        def change(sql: sqlite3.Connection) -> int:
            added = [record for record in new if records.write(sql, record)]
            summary.take_in(sql, added)
            return len(added) + sum(bookmarks.take(sql, place) for place in places)

        return self.database.write(change)

    # --- reading -------------------------------------------------------------------------

    def attempts(self, exercise_id: str, *, limit: int | None = None, own: bool = True) -> list[Attempt]:
        """The learner's own attempts at an exercise, newest last; the last ``limit`` of them.

        ``own=False``: all that were made here, for others too.
        """
        where = f"exercise = ?{' AND own' if own else ''}"
        return self._newest(Attempt, where, (exercise_id,), limit)[::-1]

    def last_attempt(self, exercise_id: str) -> Attempt | None:
        """The learner's newest attempt at the exercise; None before the first."""
        return next(iter(self.attempts(exercise_id, limit=1)), None)

    def last_pass(self, exercise_id: str) -> Attempt | None:
        """The learner's newest attempt that passed."""
        where = "exercise = ? AND own AND verdict = 'passed'"
        return next(iter(self._newest(Attempt, where, (exercise_id,), 1)), None)

    def answers(self, lesson: str | None = None) -> list[Answer]:
        """The answers to a lesson's quiz, or to all, newest last."""
        where, values = ("AND lesson = ?", (lesson,)) if lesson is not None else ("", ())
        return self._select(Answer, f"WHERE log.course = ? {where} ORDER BY at, uuid", (self.course, *values))

    def events(self, kind: str | None = None, subject: str | None = None) -> list[Event]:
        """The events of a kind, about a subject, or all; newest last."""
        wanted = {"kind": kind, "subject": subject}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = "".join(f" AND {name} = ?" for name in given)
        return self._select(
            Event, f"WHERE log.course = ?{where} ORDER BY at, uuid", (self.course, *given.values())
        )

    def last_event(self, kind: str, subject: str) -> Event | None:
        """The newest event of this kind about this subject; None where there was none."""
        return next(iter(self._newest(Event, "kind = ? AND subject = ?", (kind, subject), 1)), None)

    def hints_shown(self, exercise_id: str) -> int:
        """How many hints of the ladder the learner has seen."""
        return self.exercise_state(exercise_id).hints

    def may_see_solution(self, exercise_id: str) -> bool:
        """Whether the learner passed the exercise, or gave it up."""
        state = self.exercise_state(exercise_id)
        return state.first_pass is not None or state.gave_up is not None

    def steps_read(self) -> dict[str, frozenset[str]]:
        """For each lesson the ids of the steps that were read."""
        return {lesson: frozenset(steps) for lesson, steps in self.last_times("step").items()}

    def last_times(self, kind: str) -> dict[str, dict[str, str]]:
        """When the last event of a kind came (ISO 8601, UTC), by its subject and the part it is about."""
        rows = self._rows(
            "SELECT subject, part, first_at, last_at FROM event_standing WHERE course = ? AND kind = ?",
            (self.course, kind),
        )
        now, found = self.now(), dict[str, dict[str, str]]()
        for subject, part, first, last in rows:
            found.setdefault(subject, {})[part] = clocks.last_believed(first, last, now)
        return found

    def exercise_state(self, exercise_id: str) -> ExerciseState:
        """The summary of one exercise: empty where it was never begun."""
        return self._summary(lambda sql: clocks.exercise_state(sql, self.course, exercise_id, self.now()))

    def exercise_states(self) -> dict[str, ExerciseState]:
        """The summary of each exercise that was begun, by id."""
        return self._summary(lambda sql: clocks.exercise_states(sql, self.course, self.now()))

    def item_states(self) -> dict[tuple[str, str], ItemState]:
        """The summary of each quiz item that was answered, by lesson and item."""
        return self._summary(lambda sql: clocks.item_states(sql, self.course, self.now()))

    # --- bookmarks -----------------------------------------------------------------------

    def bookmark(self, key: str) -> Any:
        """Where the learner was: what ``set_bookmark`` was last given, or ``None`` (also where it has rotted)."""
        return self.database.read(lambda sql: bookmarks.value_of(sql, self.course, key))

    def set_bookmark(self, key: str, value: object) -> None:
        """Remember a place, or something half written, as JSON."""
        self.database.write(lambda sql: bookmarks.put(sql, self.course, key, value, self.now()))

    # --- within --------------------------------------------------------------------------

    def _provenance(self, content_version: str | None, grader_hash: str, device: str) -> dict[str, Any]:
        return {
            "id": str(uuid.uuid4()),
            "at": self.now(),
            "origin": self.origin,
            "course": self.course,
            "content_version": self.content_version if content_version is None else str(content_version),
            "grader_hash": grader_hash,
            "engine_version": tutor.__version__,
            "device": device,
        }

    def _summary(self, query: Callable[[sqlite3.Connection], Summary]) -> Summary:
        """What ``query`` reads of the summaries, which are computed anew where they have rotted."""
        try:
            return self.database.read(query)
        except records.UNREADABLE:
            self.database.write(summary.rebuild)
            return self.database.read(query)

    def _newest(
        self, kind: type[Kind], where: str, values: tuple[object, ...], limit: int | None
    ) -> list[Kind]:
        """The last ``limit`` records of the course of which ``where`` is true, newest first; None: all."""
        order = "ORDER BY at DESC, uuid DESC LIMIT ?"
        wanted = (self.course, *values, -1 if limit is None else limit)
        return self._select(kind, f"WHERE log.course = ? AND {where} {order}", wanted)

    def _select(self, kind: type[Kind], where: str, values: tuple[object, ...]) -> list[Kind]:
        rows = self._rows(f"{records.select(kind)} {where}", values)
        return list(records.read(kind, rows))

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        return self.database.read(lambda sql: sql.execute(query, values).fetchall())
