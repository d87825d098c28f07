"""Proof that a lesson's quiz is fair: one right answer at every draw, and wrong ones that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.course.models import Question
from tutor.errors import ContentProblem
from tutor.quiz.build import make_item, questions_of, source_of
from tutor.quiz.drawing import draw_many, note_on
from tutor.quiz.items import Item
from tutor.quiz.kinds import KINDS

if TYPE_CHECKING:
    from tutor.course import LoadedLesson


def prove_items(lesson: LoadedLesson, draws: int = 1000) -> list[ContentProblem]:
    """What is unfair in any of ``draws`` draws (all possible ones, if fewer), each kind of flaw once.

    Proved: every template renders and every number is finite; options, pieces and wrong values
    differ from the right one and from one another; programs print their answers; answers in code
    pass their cases and wrong fillings fail. Raises EnvironmentProblem when code can't be run.
    """
    return [problem for question in questions_of(lesson) for problem in _prove(lesson, question, draws)]


def _prove(lesson: LoadedLesson, question: Question, draws: int) -> Iterator[ContentProblem]:
    source = source_of(lesson, question)
    items: list[Item] = []
    try:
        items.extend(make_item(drawn) for drawn in draw_many(question, source, draws))
    except ContentProblem as problem:
        yield problem
        return
    told: set[tuple[str, ...]] = set()
    for item, flaw in KINDS[question.kind].prove(items):  # type: ignore[attr-defined]
        shape = tuple(word for word in flaw.split() if word.isalpha())
        if shape not in told:
            told.add(shape)
            yield source.problem(f"{flaw}{note_on(item.variables)}", code="quiz-unfair")
