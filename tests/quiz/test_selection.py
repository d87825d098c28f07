from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tutor.course.content import Content, LoadedLesson, LoadedModule
from tutor.errors import UsageProblem
from tutor.paths import ContentRoot
from tutor.progress import Store
from tutor.quiz import draw_paper, pick

ITEM = """
  - id: {id}
    kind: {kind}
    goal: {goal}
    question: q
"""
SINGLE = "    options: [{id: x, text: x, right: true, why: w}, {id: y, text: y, why: w}]\n"
NUMERIC = "    answer: '1'\n    why: w\n    wrong: [{value: '2', why: w}]\n"


def quiz(*items: tuple[str, str, str]) -> str:
    bodies = {"single": SINGLE, "numeric": NUMERIC}
    return "items:" + "".join(
        ITEM.format(id=id, kind=kind, goal=goal) + bodies[kind] for id, kind, goal in items
    )


@pytest.fixture
def content(tmp_path: Path, lesson_of: Callable[[str, str], LoadedLesson]) -> Content:
    first = lesson_of(quiz(("a1", "single", "g1"), ("a2", "numeric", "g1"), ("a3", "single", "g2")), "first")
    second = lesson_of(quiz(("b1", "single", "g"), ("b2", "single", "g")), "second")
    return Content(
        ContentRoot(tmp_path),
        "course",
        "",
        "1",
        (LoadedModule("m", "M"),),
        lessons=(first, second),
        exercises=(),
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "home", "course")


def ids(picks: list[object]) -> list[str]:
    return [f"{one.lesson.id}/{item}" for one in picks for item in one.items]  # type: ignore[attr-defined]


def miss(store: Store, lesson: str, item: str) -> None:
    store.record_answer(item, lesson, "single", 1, "x", 0, 1)


def test_a_lesson_gives_its_whole_quiz(content: Content, store: Store) -> None:
    assert ids(pick(content, store, lesson="second")) == ["second/b1", "second/b2"]


def test_an_unknown_lesson_names_the_nearest(content: Content, store: Store) -> None:
    with pytest.raises(UsageProblem, match="second"):
        pick(content, store, lesson="secon")


def test_nothing_is_due_before_anything_was_answered(content: Content, store: Store) -> None:
    assert pick(content, store, due=True) == []


def test_missed_items_come_due_and_those_that_left_the_course_do_not(
    content: Content, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for lesson, item in (("second", "b2"), ("first", "a1"), ("first", "gone"), ("left", "z")):
        miss(store, lesson, item)
    then = store.now() + timedelta(days=7)
    monkeypatch.setattr(store, "now", lambda: then)
    assert sorted(ids(pick(content, store, due=True))) == ["first/a1", "second/b2"]
    assert ids(pick(content, store, lesson="second", due=True)) == ["second/b2"]
    assert sorted(ids(pick(content, store))) == ["first/a1", "second/b2"]


def test_without_anything_named_the_first_lesson_with_unanswered_items_is_asked(
    content: Content, store: Store
) -> None:
    assert ids(pick(content, store)) == ["first/a1", "first/a2", "first/a3"]
    for item in ("a1", "a2", "a3"):
        store.record_answer(item, "first", "single", 1, "x", 1, 1)
    assert ids(pick(content, store)) == ["second/b1", "second/b2"]
    for item in ("b1", "b2"):
        store.record_answer(item, "second", "single", 1, "x", 1, 1)
    assert pick(content, store) == []


def test_a_placement_test_asks_one_item_a_goal_of_lessons_not_done_and_prefers_doing(
    content: Content, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ids(pick(content, store, placement=True)) == ["first/a2", "first/a3", "second/b1"]
    done = SimpleNamespace(lesson=lambda id: "done" if id == "first" else "new", tested_out=frozenset())
    monkeypatch.setattr("tutor.progress.standing", lambda content, store: done)
    assert ids(pick(content, store, placement=True)) == ["second/b1"]


def test_a_paper_of_picks_holds_only_those_items(content: Content, store: Store) -> None:
    paper = draw_paper(pick(content, store, placement=True), seed=5)
    assert (paper.lesson, paper.seed) == (None, 5)
    assert list(paper.keys) == ["a2", "a3", "b1"]
    assert draw_paper(pick(content, store, lesson="first"), seed=5).lesson == "first"
