"""What an exercise's attempts and a quiz item's answers come to: folds over records.

A fold takes records in the order ``(at, id)``, so that two machines that hold the same records
come to the same state, whatever order the records arrived in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from tutor.progress.records import Answer, Attempt, Event, Record, timestamp
from tutor.progress.review import Memory, after_review, rating

# What an event says about an exercise; other kinds leave its summary alone.
EXERCISE_EVENTS = ("started", "hint", "gave-up", "tested-out", "practice")
KEPT_MISSES = 3


@dataclass(frozen=True)
class ExerciseState:
    """What the learner's own attempts at one exercise come to. Times are ISO 8601, UTC."""

    attempts: int = 0
    started: str | None = None
    first_pass: str | None = None
    first_full_pass: str | None = None  # the first that skipped nothing for want of a GPU
    last_attempt: str | None = None
    last_verdict: str | None = None
    hints: int = 0
    gave_up: str | None = None
    tested_out: str | None = None
    practising: bool = False  # begun again from the stub, and not passed since
    misconceptions: Mapping[str, int] = field(default_factory=dict)
    memory: Memory | None = None
    grader: str = ""  # the grader's hash as the learner last began from the stub or was graded
    latest: tuple[str, str] = ("", "")

    @property
    def cpu_only(self) -> bool:
        """Passed, but never with its GPU checks."""
        return self.first_pass is not None and self.first_full_pass is None


@dataclass(frozen=True)
class ItemState:
    """What the answers to one quiz item come to; ``points`` and ``of`` are the last answer's.

    ``misses`` are the times of the last answers without a point, at most ``KEPT_MISSES`` of them;
    ``was_due`` is when the item was due as it was last answered. Times are ISO 8601, UTC.
    """

    answers: int = 0
    right: int = 0
    points: float = 0
    of: float = 0
    misses: tuple[str, ...] = ()
    was_due: str | None = None
    misconceptions: Mapping[str, int] = field(default_factory=dict)
    memory: Memory | None = None
    latest: tuple[str, str] = ("", "")


def after(state: ExerciseState, record: Record, *, known_source: bool) -> ExerciseState:
    """The state after one more record. ``known_source``: the same bytes have passed before."""
    at = timestamp(record.at)
    state = replace(state, latest=place(record))
    if isinstance(record, Event):
        return _after_event(state, record, at)
    assert isinstance(record, Attempt)
    state = replace(
        state,
        attempts=state.attempts + 1,
        started=state.started or at,
        last_attempt=at,
        last_verdict=record.verdict,
        grader=record.grader_hash or state.grader,
        misconceptions=_counted(state.misconceptions, record.misconceptions),
    )
    if not record.passed:
        return state
    again = known_source and not state.practising
    return replace(
        state,
        first_pass=state.first_pass or at,
        first_full_pass=state.first_full_pass or (None if record.cpu_only else at),
        practising=False,
        memory=_after_pass(state.memory, record.at, known_source=again),
    )


def _after_event(state: ExerciseState, event: Event, at: str) -> ExerciseState:
    if event.kind == "started":
        return replace(state, started=state.started or at, grader=event.grader_hash or state.grader)
    if event.kind == "hint":
        number = event.data.get("number")
        return replace(state, hints=max(state.hints, number if isinstance(number, int) else state.hints + 1))
    if event.kind == "gave-up":
        return replace(
            state, gave_up=state.gave_up or at, memory=after_review(state.memory, event.at, "again")
        )
    if event.kind == "practice":
        return replace(state, practising=True)
    return replace(state, tested_out=state.tested_out or at)


def _after_pass(memory: Memory | None, at: datetime, *, known_source: bool) -> Memory:
    """A pass is a review when the code was written anew: not the same bytes again (unless it was begun
    again from the stub), and not within a day of the last one (nor of having read the solution)."""
    if memory is not None and (known_source or at - memory.reviewed < timedelta(days=1)):
        return memory
    return after_review(memory, at, "easy")


def after_answer(state: ItemState, answer: Answer) -> ItemState:
    """The summary with one more answer, which comes after all that it holds."""
    named = (answer.misconception,) if answer.misconception else ()
    missed = () if answer.points > 0 else (timestamp(answer.at),)
    return ItemState(
        answers=state.answers + 1,
        right=state.right + answer.right,
        points=float(answer.points),
        of=float(answer.of),
        misses=(*state.misses, *missed)[-KEPT_MISSES:],
        was_due=timestamp(state.memory.due) if state.memory is not None else None,
        misconceptions=_counted(state.misconceptions, named),
        memory=after_review(state.memory, answer.at, rating(answer.points, answer.of)),
        latest=place(answer),
    )


def place(record: Record) -> tuple[str, str]:
    """Where a record stands in its log: by time (ISO 8601, UTC), then by id."""
    return timestamp(record.at), record.id


def _counted(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return {**counts, **{name: counts.get(name, 0) + 1 for name in names}}


def dump(state: ExerciseState | ItemState) -> str:
    """The state as JSON, which ``load_exercise`` or ``load_item`` reads."""
    return json.dumps(asdict(state), default=timestamp, separators=(",", ":"))


def load_exercise(text: str) -> ExerciseState:
    """Raises KeyError where another version of the tutor wrote it: it is then computed anew."""
    return ExerciseState(**_plain(ExerciseState, json.loads(text)))


def load_item(text: str) -> ItemState:
    """Raises KeyError where another version of the tutor wrote it: it is then computed anew."""
    values = _plain(ItemState, json.loads(text))
    return ItemState(**{**values, "misses": tuple(values["misses"])})


def _plain(kind: type[ExerciseState | ItemState], values: dict[str, Any]) -> dict[str, Any]:
    if set(values) != {field.name for field in fields(kind)}:
        raise KeyError(kind.__name__)
    memory = values["memory"]
    if memory is not None:
        times = {name: datetime.fromisoformat(memory[name]) for name in ("reviewed", "due")}
        memory = Memory(**{**memory, **times})
    return {**values, "memory": memory, "latest": tuple(values["latest"])}
