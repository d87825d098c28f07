"""What is remembered of an answer, whoever asked the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.progress import Store
    from tutor.quiz.items import Item, Result


def remember(store: Store, seed: int, item: Item, answer: object, result: Result) -> None:
    """Record an answer to an item that was drawn with ``seed``; it comes back by how well it went."""
    store.record_answer(
        item.id,
        item.lesson,
        item.kind,
        seed,
        answer,
        result.points,
        result.of,
        misconception=result.misconception,
    )
