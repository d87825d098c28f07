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

    ``due``: today's share of what spaced repetition brings back, the most at risk first.
    ``placement``: of each lesson that is neither done nor tested out of, an item for each goal, at
    most 4. ``lesson`` narrows both; alone it gives that lesson's whole quiz. With nothing named: what
    is due, else the first lesson whose quiz has items that were never answered.

    Raises UsageProblem for an unknown lesson, ContentProblem for a broken quiz.
    """
    lessons = (content.lesson(lesson),) if lesson is not None else content.lessons
    if due:
        return _due(content, lessons, store)
    if placement:
        return _placement(content, lessons, store)
    if lesson is not None:
        return _whole(lessons)
    return _due(content, lessons, store) or _first_unanswered(lessons, store)


def draw_paper(picks: Sequence[Pick], seed: int) -> Paper:
    """The picked items with their numbers drawn. Raises ContentProblem."""
    lessons = {one.lesson.id for one in picks}
    lesson = picks[0].lesson.id if len(lessons) == 1 else None
    items = (item for one in picks for item in build(one.lesson, seed, only=one.items))
    return Paper(lesson, seed, tuple(items))


def _due(content: Content, lessons: Sequence[LoadedLesson], store: Store) -> list[Pick]:
    """One item a pick, so that a paper keeps the order of risk across lessons."""
    from tutor.progress.spreading import spread
    from tutor.progress.standing import asked

    known = {lesson.id: lesson for lesson in lessons}
    states = {key: state for key, state in asked(content, store.item_states()).items() if key[0] in known}
    (today,) = spread(states, store.now(), cap=store.daily_cap, days=1)
    return [Pick(known[one.lesson], (one.item,)) for one in today.share]


def _placement(content: Content, lessons: Iterable[LoadedLesson], store: Store) -> list[Pick]:
    from tutor.progress import standing

    now = standing(content, store)
    unknown = (
        lesson
        for lesson in lessons
        if lesson.items and now.lesson(lesson.id) not in ("done", "due") and lesson.id not in now.tested_out
    )
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
