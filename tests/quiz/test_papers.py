from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.content import LoadedLesson
from tutor.quiz import AnswerProblem, Paper, build, fresh_seed, read_answers, score_answers

RIGHT = {"half": "two", "smaller": ["int4", "int8"], "by-bytes": ["fish", "bird", "worm", "cat"]}


def test_answers_are_scored_against_the_quiz_of_their_seed(every_kind: LoadedLesson) -> None:
    for seed in range(5):
        footprint = build(every_kind, seed, only=["footprint"])[0]
        answers = {**RIGHT, "footprint": f"{footprint.variables['gb']} GB"}
        document = score_answers(every_kind, {"seed": seed, "answers": answers})
        assert document["schema"] == "tutor.quiz-result/1"
        assert (document["points"], document["of"]) == (5, 8)
        results = {one["id"]: one for one in document["items"]}
        assert list(results) == list(every_kind.items)
        assert all(results[id]["correct"] for id in answers)
        json.dumps(document, allow_nan=False)


def test_an_item_without_an_answer_gets_no_points_and_says_so(every_kind: LoadedLesson) -> None:
    document = score_answers(every_kind, {"seed": 1, "answers": {"half": None}})
    assert document["points"] == 0
    assert {one["explanation"] for one in document["items"]} == {"Unanswered."}
    assert all(one["of"] >= 1 and not one["correct"] for one in document["items"])


def test_an_unknown_item_names_the_nearest(every_kind: LoadedLesson) -> None:
    with pytest.raises(AnswerProblem, match="no item 'footprnt'") as caught:
        score_answers(every_kind, {"seed": 1, "answers": {"footprnt": 1}})
    assert caught.value.next_step == "Did you mean 'footprint'?"
    with pytest.raises(AnswerProblem) as caught:
        score_answers(every_kind, {"seed": 1, "answers": {"zzzz": 1}})
    assert "half, smaller, footprint" in caught.value.next_step


@pytest.mark.parametrize(
    "document",
    [
        *("", "{", "[]", "null", "[" * 100_000, "9" * 5000, b"\xff\xfe\x00", "x" * 1_000_001),
        *({}, {"seed": 1}, {"answers": {}}, {"seed": "1", "answers": {}}, {"seed": True, "answers": {}}),
        *({"seed": 1.5, "answers": {}}, {"seed": 10**30, "answers": {}}, {"seed": 1, "answers": []}, None, 7),
    ],
)
def test_a_document_of_another_shape_says_which_is_expected(document: object) -> None:
    with pytest.raises(AnswerProblem) as caught:
        read_answers(document)
    assert '{"seed": 7, "answers": {"ITEM": …}}' in caught.value.next_step


def test_an_answers_document_is_read_from_text_as_well() -> None:
    assert read_answers('{"seed": 3, "answers": {"half": "two"}}') == (3, {"half": "two"})


def test_the_quiz_document_names_lesson_and_seed(every_kind: LoadedLesson) -> None:
    document = Paper("lesson", 4, tuple(build(every_kind, 4))).to_json()
    assert (document["schema"], document["lesson"], document["seed"]) == ("tutor.quiz/1", "lesson", 4)
    assert [item["id"] for item in document["items"]] == list(every_kind.items)


def test_items_of_two_lessons_that_share_an_id_are_told_apart(
    every_kind: LoadedLesson, lesson_of: Callable[[str, str], LoadedLesson]
) -> None:
    text = (every_kind.folder / "quiz.yaml").read_text("utf-8")
    other = lesson_of(text, "other")
    items = (*build(every_kind, 1, only=["half", "pairs"]), *build(other, 1, only=["half"]))
    paper = Paper(None, 1, items)
    assert [item["id"] for item in paper.to_json()["items"]] == ["lesson/half", "pairs", "other/half"]
    scored = {one.key: one.result.correct for one in paper.score({"other/half": "two", "lesson/half": "one"})}
    assert scored == {"lesson/half": False, "pairs": False, "other/half": True}


def test_seeds_of_sittings_differ() -> None:
    assert len({fresh_seed() for _ in range(20)}) > 15


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    answers=st.dictionaries(
        st.sampled_from([*RIGHT, "footprint", "printed", "pairs"]) | st.text(), JSON, max_size=4
    )
)
def test_any_answers_document_is_scored_or_refused(
    every_kind: LoadedLesson, answers: dict[str, object]
) -> None:
    try:
        document = score_answers(every_kind, {"seed": 1, "answers": answers})
    except AnswerProblem:
        return
    assert 0 <= document["points"] <= document["of"] == 8
