"""What is remembered of an answered quiz."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.course import Content
    from tutor.progress import Store
    from tutor.quiz import Scored


def remember(store: Store, seed: int, scored: Scored) -> None:
    """Record one answer of a paper that was drawn with ``seed``."""
    item, result = scored.item, scored.result
    store.record_answer(
        item.id,
        item.lesson,
        item.kind,
        seed,
        scored.answer,
        result.points,
        result.of,
        misconception=result.misconception,
    )


def place(content: Content, store: Store, scored: Iterable[Scored]) -> list[str]:
    """Record the exercises of lessons answered without a mistake as tested out; returns their ids."""
    right: dict[str, bool] = {}
    for one in scored:
        right[one.item.lesson] = right.get(one.item.lesson, True) and one.result.correct
    exercises = [
        e.id for lesson, all_right in right.items() if all_right for e in content.exercises_of(lesson)
    ]
    for exercise in exercises:
        store.record_event("tested-out", exercise, {"by": "placement"})
    return exercises
