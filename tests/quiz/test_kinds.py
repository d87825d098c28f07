"""Each kind of question, scored."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.content import LoadedLesson
from tutor.quiz import AnswerProblem, Item, build, score, score_typed
from tutor.quiz.kinds import KINDS
from tutor.sandbox import CaseOutcome

Draw = Callable[..., Item]


def test_every_kind_of_the_content_model_is_registered() -> None:
    from typing import get_args

    from tutor.course.questions import AnyQuestion

    named = {
        get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(AnyQuestion)[0])
    }
    assert named == set(KINDS)


def test_a_right_single_choice_is_explained(item: Draw) -> None:
    result = score(item("half"), "two")
    assert (result.correct, result.points, result.of, result.misconception) == (True, 1, 1, None)
    assert "Sixteen bits are two bytes." in result.explanation


def test_a_wrong_single_choice_explains_itself_and_the_right_one(item: Draw) -> None:
    result = score(item("half"), "one")
    assert (result.correct, result.points, result.misconception) == (False, 0, "half-is-int8")
    assert "One byte is short, but that is int8." in result.explanation
    assert "Sixteen bits are two bytes." in result.explanation


@pytest.mark.parametrize(
    ("chosen", "points"),
    [
        (["int8", "int4"], 2),
        (["int8"], 1),
        (["int8", "int4", "bf16"], 1),
        (["int8", "bf16"], 0),
        (["bf16", "fp32"], 0),
        ([], 0),
        (["int8", "int4", "bf16", "fp32"], 0),
    ],
)
def test_multiple_choice_pays_right_less_wrong_and_never_below_none(
    item: Draw, chosen: list[str], points: float
) -> None:
    result = score(item("smaller"), chosen)
    assert result.points == points
    assert result.correct == (points == 2)
    assert ("Points:" in result.explanation) != result.correct


def test_multiple_choice_explains_what_was_chosen_and_what_was_missed(item: Draw) -> None:
    result = score(item("smaller"), ["int8", "bf16"])
    assert "Right to choose: **int8**" in result.explanation
    assert "Chosen, but wrong: **bf16**" in result.explanation
    assert "Right, but not chosen: **int4**" in result.explanation
    assert "fp32" not in result.explanation
    assert result.misconception == "bf16-is-short"


def test_kinds_that_pay_for_parts_say_so_before_the_answer_and_the_others_do_not(item: Draw) -> None:
    answers = {
        "half": "one",
        "smaller": ["int8"],
        "footprint": 1,
        "printed": "nothing",
        "by-bytes": ["worm", "cat", "fish", "bird"],
        "pairs": {"l-int8": "r-one"},
        "fill": "0",
    }
    for id, answer in answers.items():
        asked = item(id)
        assert bool(asked.partly) == (0 < score(asked, answer).points < asked.points), id
        assert asked.partly.startswith("partly right counts: " if asked.partly else "")


def test_a_number_is_right_in_any_unit_of_its_kind_and_within_the_tolerance(item: Draw) -> None:
    footprint = item("footprint")
    gigabytes = footprint.variables["gb"]
    assert isinstance(gigabytes, float)
    for answer in (gigabytes, str(gigabytes), f"{gigabytes} GB", f"{gigabytes * 1000} MB", gigabytes * 1.009):
        assert score(footprint, answer).correct
    for answer in (gigabytes * 1.02, f"{gigabytes} GiB", f"{gigabytes} MB"):
        assert not score(footprint, answer).correct


def test_a_wrong_number_that_people_give_is_explained(item: Draw) -> None:
    footprint = item("footprint")
    gigabytes = footprint.variables["gb"]
    assert isinstance(gigabytes, float)
    result = score(footprint, gigabytes * 8)
    assert "The product is right, but in bits." in result.explanation
    assert f"The right answer is **{gigabytes:g} GB** (± 1 %)." in result.explanation
    assert result.misconception == "bits-as-bytes"
    assert score(footprint, gigabytes * 3).misconception is None


def test_how_a_number_may_be_written_is_told_and_is_true_and_tells_nothing_of_the_answer(item: Draw) -> None:
    told = {item("footprint", seed).accepts for seed in range(5)}
    assert len(told) == 1, "whatever was drawn"
    assert "bits, bytes, kB, MB, TB, MiB or GiB" in told.pop()
    for written in ("28", "2.5", "1/3", "3e8", "2^10", "28 MB", "3e8 bytes"):
        score(item("footprint"), written)


def test_the_options_that_are_right_are_known_after_the_answer_and_not_in_the_document(item: Draw) -> None:
    assert item("half").right_options == {"two"}
    assert item("smaller").right_options == {"int8", "int4"}
    assert item("footprint").right_options == frozenset()
    assert "right_options" not in item("half").to_json()


def test_the_nearest_wrong_number_explains_an_answer(lesson_of: Callable[[str], LoadedLesson]) -> None:
    lesson = lesson_of("""
items:
  - id: near
    kind: numeric
    goal: g
    question: q
    answer: "1"
    why: because
    wrong: [{value: "100", why: first}, {value: "100.5", why: second}]
""")
    (drawn,) = build(lesson, 1)
    assert "first" in score(drawn, 99.5).explanation
    assert "second" in score(drawn, "100.6").explanation


@pytest.mark.parametrize(
    "write", [str, lambda text: text.replace(", ", ","), lambda text: f" {text.upper()}\n"]
)
def test_printed_text_is_compared_without_white_space_and_case(
    item: Draw, write: Callable[[str], str]
) -> None:
    printed = item("printed")
    variables = printed.variables
    assert score(printed, write(f"[{variables['a']}, {variables['b']}]")).correct


def test_a_wrong_prediction_is_explained_and_types_matter(item: Draw) -> None:
    printed = item("printed")
    a, b = printed.variables["a"], printed.variables["b"]
    result = score(printed, f"{a} {b}")
    assert result.misconception == "print-unpacks"
    assert "The elements are right, but a list." in result.explanation
    assert not score(printed, f"[{a}, {b:g}]").correct


def test_order_pays_for_neighbours_and_says_so(item: Draw) -> None:
    order = item("by-bytes")
    assert score(order, ["fish", "bird", "worm", "cat"]).correct
    partly = score(order, ["worm", "cat", "fish", "bird"])
    assert (partly.correct, partly.points) == (False, 0.67)
    assert "2 of 3 pairs of neighbours" in partly.explanation
    assert score(order, ["cat", "worm", "bird", "fish"]).points == 0


@pytest.mark.parametrize("seed", range(30))
def test_pieces_are_never_shown_in_the_right_order(item: Draw, seed: int) -> None:
    shown = [piece.id for piece in item("by-bytes", seed).options]
    assert sorted(shown) == ["bird", "cat", "fish", "worm"]
    assert shown != ["fish", "bird", "worm", "cat"]


def test_matching_pays_the_share_of_right_pairs(item: Draw) -> None:
    pairs = item("pairs")
    right = {"l-int8": "r-one", "l-fp16": "r-two", "l-fp32": "r-four"}
    assert score(pairs, right).correct
    assert score(pairs, {**right, "l-int8": "r-two"}).points == 0.67
    partly = score(pairs, {"l-int8": "r-one"})
    assert partly.points == 0.33
    assert "Not matched: **fp16**. It goes with **2 bytes**. Sixteen bits." in partly.explanation


def test_a_wrong_pair_is_told_beside_the_one_that_is_right(item: Draw) -> None:
    said = score(item("pairs"), {"l-int8": "r-two"}).explanation
    assert "Wrong: **int8** → **2 bytes**. It goes with **1 byte**." in said


def test_code_is_right_when_its_values_are(item: Draw, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def run_cases(code: str, cases: object) -> CaseOutcome:
        seen.append(code)
        return CaseOutcome((code.endswith("/ (64 * 2 - 1)"),), "`scale` gave 2, expected 1.0.")

    monkeypatch.setattr("tutor.sandbox.run_cases", run_cases)
    fill = next(drawn for seed in range(20) if (drawn := item("fill", seed)).variables["top"] == 127)
    assert score(fill, "(64 * 2 - 1)").correct
    wrong = score(fill, "128")
    assert (wrong.points, wrong.misconception) == (0, "asymmetric-end")
    assert "`scale` gave 2, expected 1.0." in wrong.explanation
    assert "One right filling: `127`" in wrong.explanation
    assert "____" not in seen[0]


def test_a_line_that_is_no_python_may_be_typed_again_and_counts_only_in_a_document(item: Draw) -> None:
    fill = item("fill")
    with pytest.raises(AnswerProblem, match=r"SyntaxError.*type it again"):
        score_typed(fill, "max(1")
    assert (score(fill, "max(1").points, score_typed(fill, "unknown").points) == (0, 0)


@pytest.mark.parametrize(
    ("filling", "right"),
    [
        ("{top}", True),
        ("(10 * 0 + {top})", True),
        ("{top} + 0", True),
        ("{top}0", False),
        ("{top} if", False),
        ("unknown", False),
        ("__import__('os')._exit(0)", False),
        ("(lambda: (_ for _ in ()).throw(SystemExit))()", False),
        ("\0", False),
        ("'\U0001f600'", False),
    ],
)
def test_code_is_run_in_a_process_of_its_own(item: Draw, filling: str, right: bool) -> None:
    fill = item("fill")
    result = score(fill, filling.replace("{top}", str(fill.variables["top"])))
    assert result.correct is right
    assert result.explanation


@pytest.mark.parametrize(
    ("id", "answer", "expected"),
    [
        ("half", "three", "the id of one option"),
        ("half", ["two"], "the id of one option"),
        ("half", {"a": [{}]}, "the id of one option"),
        ("smaller", "int8", "a list of ids out of"),
        ("smaller", ["int8", "int8"], "a list of ids out of"),
        ("smaller", ["int2"], "a list of ids out of"),
        ("smaller", [["int8"]], "a list of ids out of"),
        ("footprint", "seven", "a number in GB"),
        ("footprint", True, "a number in GB"),
        ("footprint", float("nan"), "a number in GB"),
        ("footprint", "7 kg", "a number in GB"),
        ("printed", 7, "the text that is printed"),
        ("printed", "x" * 5000, "at most 4,000 characters"),
        ("printed", "\ud800", "valid Unicode"),
        ("by-bytes", ["fish"], "all 4 ids in order"),
        ("by-bytes", ["fish", "fish", "bird", "cat"], "all 4 ids in order"),
        ("by-bytes", "fish", "all 4 ids in order"),
        ("pairs", ["l-int8"], "an object from each of"),
        ("pairs", {"r-one": "l-int8"}, "an object from each of"),
        ("pairs", {"l-int8": ["r-one"]}, "an object from each of"),
        ("fill", 127, "the Python that replaces ____"),
        ("fill", "  ", "the Python that replaces ____"),
    ],
)
def test_a_malformed_answer_says_what_was_expected(
    item: Draw, id: str, answer: object, expected: str
) -> None:
    with pytest.raises(AnswerProblem) as caught:
        score(item(id), answer)
    assert expected in caught.value.next_step
    assert caught.value.where == id
    assert len(str(caught.value)) < 400
    assert caught.value.exit_code == 2


HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["two", "int8", "fish", "l-int8", "r-one", "x" * 10**6, "9" * 10**5, "[" * 10**4]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3) | st.just("l-int8"), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize("id", ["half", "smaller", "footprint", "printed", "by-bytes", "pairs"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(answer=HOSTILE)
def test_any_answer_at_all_is_scored_or_refused_by_name(item: Draw, id: str, answer: object) -> None:
    drawn = item(id)
    try:
        result = score(drawn, answer)
    except AnswerProblem:
        return
    assert 0 <= result.points <= result.of == drawn.points
    assert result.correct == (result.points == result.of)
    assert result.explanation
    json.dumps(drawn.to_json(), allow_nan=False)
