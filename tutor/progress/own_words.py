"""Answers in the learner's own words: what they wrote, and which points they found in it. Never part of a score."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.course import LoadedLesson
    from tutor.course.models import OpenQuestion
    from tutor.progress.store import Store

KIND = "own-words"
LONGEST = 20_000  # characters that are kept of one answer


@dataclass(frozen=True)
class OwnWords:
    """One answer, and the places (from 0) of the points that the learner found in it."""

    text: str
    made: tuple[int, ...]


def keep_own_words(
    store: Store, lesson: LoadedLesson, question: OpenQuestion, text: str, made: Collection[int]
) -> None:
    """Record an answer that the learner has marked; the draft goes."""
    data = {"question": question.id, "text": text[:LONGEST], "made": sorted(made)}
    store.record_event(KIND, lesson.id, data)
    keep_draft(store, lesson, question, "")


def own_words(store: Store, lesson: LoadedLesson) -> dict[str, OwnWords]:
    """The last answer to each open question of a lesson, by the question's id."""
    points = {question.id: len(question.points) for question in lesson.open_questions}
    found = {}
    for event in store.events(KIND, lesson.id):
        id = str(event.data.get("question"))
        made = event.data.get("made")
        if id in points and isinstance(made, list):  # a question may have fewer points by now
            kept = tuple(n for n in made if isinstance(n, int) and n < points[id])
            found[id] = OwnWords(str(event.data.get("text", "")), kept)
    return found


def draft(store: Store, lesson: LoadedLesson, question: OpenQuestion) -> str:
    """What was written and not marked yet."""
    kept = store.bookmark(_place(lesson, question))
    return kept if isinstance(kept, str) else ""


def keep_draft(store: Store, lesson: LoadedLesson, question: OpenQuestion, text: str) -> None:
    """Remember what is half written, its first ``LONGEST`` characters; an empty text forgets it."""
    store.set_bookmark(_place(lesson, question), text[:LONGEST] or None)


def _place(lesson: LoadedLesson, question: OpenQuestion) -> str:
    return f"{KIND}:{lesson.id}/{question.id}"
