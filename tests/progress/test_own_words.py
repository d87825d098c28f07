"""Answers in one's own words are kept with their ticks, and never count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tutor.progress.own_words import LONGEST, draft, keep_draft, keep_own_words, own_words


@dataclass(frozen=True)
class Question:
    id: str
    points: tuple[str, ...]


@dataclass(frozen=True)
class Lesson:
    id: str
    open_questions: tuple[Question, ...]


def lesson(points: int = 3) -> Any:
    return Lesson("bits", (Question("who-pays", tuple("abc"[:points])),))


def test_the_last_answer_counts_and_the_draft_goes(store) -> None:
    one = lesson()
    (question,) = one.open_questions
    keep_draft(store, one, question, "half")
    assert draft(store, one, question) == "half"
    keep_own_words(store, one, question, "first", {2, 0})
    keep_own_words(store, one, question, "second", {1})
    assert draft(store, one, question) == ""
    assert (own_words(store, one)["who-pays"].text, own_words(store, one)["who-pays"].made) == (
        "second",
        (1,),
    )


def test_a_question_that_lost_a_point_or_went_leaves_no_trace(store) -> None:
    keep_own_words(store, lesson(), lesson().open_questions[0], "all", {0, 1, 2})
    assert own_words(store, lesson(2))["who-pays"].made == (0, 1)
    assert own_words(store, Lesson("bits", ())) == {}  # type: ignore[arg-type]


def test_a_novel_is_cut(store) -> None:
    one = lesson()
    keep_own_words(store, one, one.open_questions[0], "x" * (LONGEST + 5), set())
    assert len(own_words(store, one)["who-pays"].text) == LONGEST
