"""Which items to ask: a lesson's, those due for review, or a placement test's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.quiz.build import build, questions_of
from tutor.quiz.papers import Paper

if TYPE_CHECKING:
    from tutor.course import Content, LoadedLesson
    from tutor.course.questions import AnyQuestion
    from tutor.progress import Store

REVIEW_ITEMS = 20
PLACEMENT_ITEMS = 4
# A guess gains least where something must be done, so a placement test asks that first.
DOING_FIRST = ("numeric", "code", "output", "order", "match", "multiple", "single")


@dataclass(frozen=True)
class Pick:
    """Items of one lesson, by id."""

    lesson: LoadedLesson
    items: tuple[str, ...]


def pick(
    content: Content, store: Store, *, lesson: str | None = None, due: bool = False, placement: bool = False
) -> list[Pick]:
    """What to ask; empty when nothing is to be asked.

    ``due``: what spaced repetition brings back today, longest overdue first, at most 20 items.
    ``placement``: of each lesson that is not done, an item for each goal, at most 4. ``lesson``
    narrows both; alone it gives that lesson's whole quiz. With nothing named: what is due, else
    the first lesson whose quiz has items that were never answered.

    Raises UsageProblem for an unknown lesson, ContentProblem for a broken quiz.
    """
    lessons = (content.lesson(lesson),) if lesson is not None else content.lessons
    if due:
        return _due(lessons, store)
    if placement:
        return _placement(content, lessons, store)
    if lesson is not None:
        return _whole(lessons)
    return _due(lessons, store) or _first_unanswered(lessons, store)


def draw_paper(picks: Sequence[Pick], seed: int) -> Paper:
    """The picked items with their numbers drawn. Raises ContentProblem."""
    lesson = picks[0].lesson.id if len(picks) == 1 else None
    items = (item for one in picks for item in build(one.lesson, seed, only=one.items))
    return Paper(lesson, seed, tuple(items))


def _due(lessons: Iterable[LoadedLesson], store: Store) -> list[Pick]:
    from tutor.progress.review import due_items

    known = {lesson.id: lesson for lesson in lessons}
    live = [one for one in due_items(store) if one.lesson in known and one.item in known[one.lesson].items]
    chosen: dict[str, list[str]] = {}
    for one in live[:REVIEW_ITEMS]:
        chosen.setdefault(one.lesson, []).append(one.item)
    return [Pick(known[lesson], tuple(items)) for lesson, items in chosen.items()]


def _placement(content: Content, lessons: Iterable[LoadedLesson], store: Store) -> list[Pick]:
    from tutor.progress import standing

    now = standing(content, store)
    unknown = (lesson for lesson in lessons if lesson.items and now.lesson(lesson.id) not in ("done", "due"))
    return [Pick(lesson, _one_a_goal(questions_of(lesson))) for lesson in unknown]


def _one_a_goal(questions: Sequence[AnyQuestion]) -> tuple[str, ...]:
    by_doing = sorted(questions, key=lambda question: DOING_FIRST.index(question.kind))
    goals: dict[str, str] = {}
    for question in by_doing:
        goals.setdefault(question.goal, question.id)
    return tuple(goals.values())[:PLACEMENT_ITEMS]


def _whole(lessons: Iterable[LoadedLesson]) -> list[Pick]:
    return [Pick(lesson, lesson.items) for lesson in lessons if lesson.items]


def _first_unanswered(lessons: Iterable[LoadedLesson], store: Store) -> list[Pick]:
    answered = {(answer.lesson, answer.item) for answer in store.answers()}
    for lesson in lessons:
        if any((lesson.id, item) not in answered for item in lesson.items):
            return [Pick(lesson, lesson.items)]
    return []
