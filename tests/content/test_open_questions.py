"""Open questions ask for what their lesson teaches, and claim nothing that the lesson does not."""

from __future__ import annotations

import pytest

from tests.content.lesson_text import FOLDERS, LESSONS, lesson, numbers, passages
from tutor.course.models import OpenQuestion, OpenQuestions
from tutor.course.validation import read_model

# Points that count as said only where a text says them need room; an answer that is read beside them does not.
SHORTEST, LONGEST = 60, 140  # words of a model answer


def questions(id: str) -> tuple[OpenQuestion, ...]:
    return read_model(LESSONS / FOLDERS[id] / "open.yaml", OpenQuestions).questions


EACH = [pytest.param(id, one, id=f"{id}-{one.id}") for id in FOLDERS for one in questions(id)]


@pytest.mark.parametrize(("id", "question"), EACH)
def test_each_number_of_an_open_question_stands_in_its_lesson(id: str, question: OpenQuestion) -> None:
    told = set().union(*(numbers(text) for text in passages(id).values()))
    asked = numbers("\n".join((question.question, *question.points, question.model_answer)))
    assert asked - told == set()


@pytest.mark.parametrize(("id", "question"), EACH)
def test_an_open_question_can_be_marked_by_the_learner(id: str, question: OpenQuestion) -> None:
    assert question.step in [step.id for step in lesson(id).steps]
    assert question.question.strip().endswith("?")
    assert 3 <= len(question.points) <= 5
    assert SHORTEST <= len(question.model_answer.split()) <= LONGEST


def test_each_lesson_asks_two_and_no_id_comes_twice() -> None:
    ids = [question.id for id in FOLDERS for question in questions(id)]
    assert len(ids) == len(set(ids)) == 2 * len(FOLDERS)
