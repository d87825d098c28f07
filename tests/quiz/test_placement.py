"""The placement test: what settles a lesson, what is marked, what comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.quiz.test_selection import quiz
from tutor.course.content import Content, LoadedExercise, LoadedLesson, LoadedModule
from tutor.paths import ContentRoot
from tutor.progress import Store, standing
from tutor.quiz import pick
from tutor.quiz.placement import outcomes, place, plan
from tutor.quiz.sitting import Sitting, sit_down


@pytest.fixture
def content(tmp_path: Path, lesson_of: Callable[[str, str], LoadedLesson]) -> Content:
    first = lesson_of(quiz(("a1", "numeric", "g1"), ("a2", "numeric", "g2")), "first")
    second = lesson_of(
        quiz(("b1", "numeric", "g1"), ("b2", "numeric", "g2"), ("b3", "numeric", "g3")), "second"
    )
    exercise = LoadedExercise(
        id="e",
        title="E",
        lesson="first",
        order=1,
        version=1,
        minutes=1,
        requires=(),
        folder=tmp_path,
        checks="",
    )
    return Content(
        ContentRoot(tmp_path),
        "course",
        "",
        "1",
        (LoadedModule("m", "M"),),
        lessons=(first, second),
        exercises=(exercise,),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "home", "course")


@pytest.fixture
def sitting(content: Content, store: Store) -> Sitting:
    found = sit_down(content, store, placement=True, seed=1)
    assert found is not None
    return found


def answer(sitting: Sitting, text: str) -> None:
    sitting.answered(sitting.item.score(text))
    sitting.to_next_open()


def test_the_plan_says_all_that_the_learner_must_know_first(sitting: Sitting) -> None:
    planned = plan(sitting)
    assert (planned.lessons, planned.questions, planned.answered) == (2, 5, 0)
    said = " ".join(planned.says)
    for part in (
        "each of 2 lessons",
        "5 in all",
        "tested out",
        "may be skipped",
        "nothing is lost",
        "reviewed",
    ):
        assert part in said
    assert f"at most about {planned.minutes} minutes" in said
    answer(sitting, "1")
    assert plan(sitting).answered == 1


def test_a_lesson_all_right_is_tested_out_with_its_exercises_at_once(
    content: Content, store: Store, sitting: Sitting
) -> None:
    answer(sitting, "1")
    assert place(content, store, outcomes(sitting)).tested_out == ()
    answer(sitting, "1")
    placed = place(content, store, outcomes(sitting))
    assert [lesson.id for lesson in placed.tested_out] == ["first"]
    assert placed.exercises == ("e",)
    assert [lesson.id for lesson in placed.open] == ["second"]
    assert standing(content, store).exercise("e") == "tested-out"


def test_a_lesson_without_exercises_can_be_tested_out_too(content: Content, store: Store) -> None:
    place(content, store, [("second", True)])
    now = standing(content, store)
    assert now.tested_out == {"second"}
    store.record_event("placed", "first")
    assert standing(content, store).next.id not in ("first", "second"), "what comes next lies behind them"


def test_called_again_it_records_nothing_new(content: Content, store: Store) -> None:
    for _ in range(3):
        place(content, store, [("first", True), ("second", False)])
    assert len(store.events("tested-out")) == len(store.events("placed")) == 1


def test_the_first_miss_ends_the_questions_of_its_lesson_and_of_no_other(sitting: Sitting) -> None:
    answer(sitting, "2")
    assert sitting.open == ["b1", "b2", "b3"]
    assert sitting.marks == ["failed", "skipped", "new", "new", "new"]
    answer(sitting, "1")
    sitting.skip()
    assert sitting.complete
    assert [item.id for item in sitting.missed] == ["a1"], "what was skipped was not missed"


def test_a_test_that_was_left_goes_on_with_what_was_answered_and_skipped(
    content: Content, store: Store, sitting: Sitting
) -> None:
    answer(sitting, "2")
    answer(sitting, "1")
    sitting.keep(store)
    again = sit_down(content, store, placement=True)
    assert again is not None
    assert again.seed == sitting.seed
    assert again.placement
    assert again.open == ["b2", "b3"]
    assert again.marks == sitting.marks
    answer(again, "1")
    answer(again, "1")
    assert [lesson.id for lesson in place(content, store, outcomes(again)).tested_out] == ["second"]


def test_what_is_tested_out_is_not_asked_again_and_stays_reviewable(content: Content, store: Store) -> None:
    place(content, store, [("first", True)])
    assert [one.lesson.id for one in pick(content, store, placement=True)] == ["second"]
    assert [one.lesson.id for one in pick(content, store, lesson="first")] == ["first"]
    store.record_event("step", "first", {"step": "why"})
    assert standing(content, store).tested_out == frozenset(), "who begins to read it is learning it"


def test_questions_left_in_an_older_tutor_go_on_in_their_order(content: Content, store: Store) -> None:
    kept = {
        "seed": 4,
        "asked": {"second": ["b2", "b1"]},
        "position": 0,
        "points": {"b2": [1, 1]},
        "drafts": {},
    }
    store.set_bookmark("quiz:due", kept)
    sitting = sit_down(content, store, due=True)
    assert sitting is not None
    assert sitting.keys == ["b2", "b1"]
    assert sitting.key == "b1"


def test_a_review_asks_the_most_at_risk_first_across_lessons(
    content: Content, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    begin = store.now()
    for days, lesson, item in ((0, "first", "a2"), (1, "second", "b1"), (2, "first", "a1")):
        monkeypatch.setattr(store, "now", lambda days=days: begin + timedelta(days=days))
        store.record_answer(item, lesson, "numeric", 1, "2", 0, 1)
    monkeypatch.setattr(store, "now", lambda: begin + timedelta(days=5))
    sitting = sit_down(content, store, due=True)
    assert sitting is not None
    assert sitting.keys == ["a2", "b1", "a1"]
    store.daily_cap = 2
    assert [item for one in pick(content, store, due=True) for item in one.items] == ["a2", "b1"]
