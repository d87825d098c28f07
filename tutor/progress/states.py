"""What an exercise's attempts and a quiz item's answers come to: folds over records.

A fold takes records in the order ``(at, id)``, so that two machines that hold the same records
come to the same state, whatever order the records arrived in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tutor.progress.records import Answer, Attempt, Event, Record, timestamp
from tutor.progress.review import Memory, after_review, rating

# What an event says about an exercise; other kinds leave its summary alone.
EXERCISE_EVENTS = ("started", "hint", "gave-up", "tested-out")


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
    misconceptions: Mapping[str, int] = field(default_factory=dict)
    memory: Memory | None = None
    latest: tuple[str, str] = ("", "")

    @property
    def cpu_only(self) -> bool:
        return self.first_pass is not None and self.first_full_pass is None


@dataclass(frozen=True)
class ItemState:
    """What the answers to one quiz item come to; ``points`` and ``of`` are the last answer's."""

    answers: int = 0
    right: int = 0
    points: float = 0
    of: float = 0
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
        misconceptions=_counted(state.misconceptions, record.misconceptions),
    )
    if not record.passed:
        return state
    return replace(
        state,
        first_pass=state.first_pass or at,
        first_full_pass=state.first_full_pass or (None if record.cpu_only else at),
        memory=_after_pass(state.memory, record.at, known_source=known_source),
    )


def _after_event(state: ExerciseState, event: Event, at: str) -> ExerciseState:
    if event.kind == "started":
        return replace(state, started=state.started or at)
    if event.kind == "hint":
        number = event.data.get("number")
        return replace(state, hints=max(state.hints, number if isinstance(number, int) else state.hints + 1))
    if event.kind == "gave-up":
        return replace(
            state, gave_up=state.gave_up or at, memory=after_review(state.memory, event.at, "again")
        )
    return replace(state, tested_out=state.tested_out or at)


def _after_pass(memory: Memory | None, at: datetime, *, known_source: bool) -> Memory:
    """A pass is a review when the code was written anew: not the same bytes again, and not
    within a day of the last one (nor of having read the solution)."""
    if memory is not None and (known_source or at - memory.reviewed < timedelta(days=1)):
        return memory
    return after_review(memory, at, "easy")


def after_answer(state: ItemState, answer: Answer) -> ItemState:
    named = (answer.misconception,) if answer.misconception else ()
    return ItemState(
        answers=state.answers + 1,
        right=state.right + answer.right,
        points=float(answer.points),
        of=float(answer.of),
        misconceptions=_counted(state.misconceptions, named),
        memory=after_review(state.memory, answer.at, rating(answer.points, answer.of)),
        latest=place(answer),
    )


def place(record: Record) -> tuple[str, str]:
    return timestamp(record.at), record.id


def _counted(counts: Mapping[str, int], names: Iterable[str]) -> dict[str, int]:
    return {**counts, **{name: counts.get(name, 0) + 1 for name in names}}


def dump(state: ExerciseState | ItemState) -> str:
    return json.dumps(asdict(state), default=timestamp, separators=(",", ":"))


def load_exercise(text: str) -> ExerciseState:
    return ExerciseState(**_plain(json.loads(text)))


def load_item(text: str) -> ItemState:
    return ItemState(**_plain(json.loads(text)))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    memory = values["memory"]
    if memory is not None:
        times = {name: datetime.fromisoformat(memory[name]) for name in ("reviewed", "due")}
        memory = Memory(**{**memory, **times})
    return {**values, "memory": memory, "latest": tuple(values["latest"])}
