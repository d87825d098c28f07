"""The items of a lesson's quiz for a seed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from tutor.course.questions import AnyQuestion, Question
from tutor.quiz.drawing import Drawn, Source, draw_one
from tutor.quiz.items import Item
from tutor.quiz.kinds import KINDS

if TYPE_CHECKING:
    from tutor.course import LoadedLesson


def build(lesson: LoadedLesson, seed: int, only: Collection[str] | None = None) -> list[Item]:
    """The lesson's items, or ``only`` those ids, in the lesson's order.

    Numbers are drawn, texts rendered and options shuffled by the seed and the item's id: the same
    on every machine. A lesson without a quiz has none. Raises ContentProblem.
    """
    return [
        make_item(draw_one(question, source_of(lesson, question), seed))
        for question in questions_of(lesson)
        if only is None or question.id in only
    ]


def make_item(drawn: Drawn) -> Item:
    """The item of a draw, by its kind. Raises ContentProblem."""
    return KINDS[drawn.question.kind].draw(drawn)


def questions_of(lesson: LoadedLesson) -> tuple[AnyQuestion, ...]:
    """The questions as written, before numbers are drawn; reads ``quiz.yaml`` on first use."""
    return lesson.quiz.items if lesson.quiz else ()


def source_of(lesson: LoadedLesson, question: Question) -> Source:
    """Where a question is written, for the problems that it may have."""
    return Source(lesson.id, lesson.folder / "quiz.yaml", question.id)
