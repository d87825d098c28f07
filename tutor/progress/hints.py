"""Hints, one by one. They cost nothing, but it is recorded which were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.course import LoadedExercise
    from tutor.progress.store import Store


def next_hint(store: Store, exercise: LoadedExercise, **data: str) -> tuple[int, str]:
    """The next hint with its number, from 1, recorded as seen with ``data``; the last one again once all were."""
    hints, shown = exercise.info.hints, store.hints_shown(exercise.id)
    if shown < len(hints):
        store.record_event("hint", exercise.id, data)
    number = min(shown + 1, len(hints))
    return number, hints[number - 1]
