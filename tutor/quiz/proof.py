"""Proof that a lesson's quiz is fair: one right answer at every draw, and wrong ones that are wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.course.questions import AnyQuestion, Question, SingleQuestion
from tutor.errors import ContentProblem
from tutor.quiz.build import make_item, questions_of, source_of
from tutor.quiz.drawing import draw_many, note_on
from tutor.quiz.items import Item
from tutor.quiz.kinds import KINDS

if TYPE_CHECKING:
    from tutor.course import LoadedLesson

MANY_CHOICES = 3
LARGEST_SHARE = 0.6


def prove_items(lesson: LoadedLesson, draws: int = 1000) -> list[ContentProblem]:
    """What is unfair in any of ``draws`` draws (all possible ones, if fewer), each kind of flaw once.

    Proved: every template renders and every number is finite; options, pieces and wrong values
    differ from the right one and from one another; ids give nothing away; programs print their
    answers; answers in code pass their cases and wrong fillings fail.

    Raises ContentProblem when ``quiz.yaml`` itself is broken.
    """
    questions = questions_of(lesson)
    problems = [problem for question in questions for problem in _prove(lesson, question, draws)]
    return [*problems, *_always_the_same_id(lesson, questions)]


def _always_the_same_id(lesson: LoadedLesson, questions: Sequence[AnyQuestion]) -> Iterator[ContentProblem]:
    """Ids such as ``a`` that are right in nearly every single choice: who sees them needs no knowledge."""
    single = [question for question in questions if isinstance(question, SingleQuestion)]
    ids = {option.id for question in single for option in question.options}
    for id in sorted(ids):
        offered = [question for question in single if any(option.id == id for option in question.options)]
        right = [question for question in offered if any(o.id == id and o.right for o in question.options)]
        if len(offered) >= MANY_CHOICES and len(right) > LARGEST_SHARE * len(offered):
            message = f"the id '{id}' is right in {len(right)} of {len(offered)} single choices"
            remedy = "which gives the answer away; give the right option another id in some"
            yield source_of(lesson, right[-1]).problem(f"{message}, {remedy}", code="quiz-unfair")


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
