from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.course.content import LoadedLesson
from tutor.errors import ContentProblem
from tutor.quiz import build
from tutor.quiz.build import questions_of, source_of
from tutor.quiz.drawing import draw_many

LessonOf = Callable[[str], LoadedLesson]

NUMERIC = """
items:
  - id: sum
    kind: numeric
    goal: g
    question: {question}
    draw: {draw}
    let: {let}
    where: {where}
    answer: {answer}
    why: because
    wrong: [{{value: "-1", why: no}}]
"""


def numeric(
    question: str = '"{{ a }}"',
    draw: str = "{a: [1, 2]}",
    let: str = "{}",
    where: str = "[]",
    answer: str = "a",
) -> str:
    return NUMERIC.format(question=question, draw=draw, let=let, where=where, answer=answer)


def test_a_seed_draws_the_same_items_every_time(every_kind: LoadedLesson) -> None:
    for seed in range(20):
        assert build(every_kind, seed) == build(every_kind, seed)


def test_different_seeds_draw_different_numbers(every_kind: LoadedLesson) -> None:
    questions = {
        item.question for seed in range(40) for item in build(every_kind, seed) if item.id == "footprint"
    }
    assert len(questions) == 9


def test_another_item_in_the_quiz_changes_no_draw(every_kind: LoadedLesson, lesson_of: LessonOf) -> None:
    alone = build(every_kind, 3, only=["footprint"])
    assert alone == [item for item in build(every_kind, 3) if item.id == "footprint"]


def test_what_a_learner_sees_holds_no_answer(every_kind: LoadedLesson) -> None:
    for item in build(every_kind, 5):
        document = item.to_json()
        allowed = {"id", "kind", "question", "points", "options", "left", "right", "unit", "code"}
        assert set(document) <= allowed
        assert all(set(option) == {"id", "text"} for option in document.get("options", []))
        assert "because" not in json.dumps(document)
    kinds = {item.kind: item.to_json() for item in build(every_kind, 5)}
    assert "____" in kinds["code"]["code"]
    assert kinds["output"]["code"].startswith("x = [")
    assert kinds["numeric"]["unit"] == "GB"


def test_the_right_column_of_a_match_and_options_are_shuffled(every_kind: LoadedLesson) -> None:
    def orders(id: str, side: str) -> set[tuple[str, ...]]:
        items = [build(every_kind, seed, only=[id])[0] for seed in range(60)]
        return {tuple(choice.id for choice in getattr(item, side)) for item in items}

    assert len(orders("pairs", "right")) == 6
    assert len(orders("pairs", "left")) == 1
    assert len(orders("half", "options")) == 6


def test_spans_hold_both_ends_and_whole_numbers_stay_whole(lesson_of: LessonOf) -> None:
    lesson = lesson_of(numeric(draw="{a: {from: 2, to: 6, step: 2}, b: {from: 0.1, to: 0.3, step: 0.1}}"))
    question = questions_of(lesson)[0]
    drawn = [one.variables for one in draw_many(question, source_of(lesson, question), 1000)]
    assert [(one["a"], one["b"]) for one in drawn] == [(a, b) for a in (2, 4, 6) for b in (0.1, 0.2, 0.3)]
    assert all(isinstance(one["a"], int) for one in drawn)


def test_lets_are_computed_in_order_and_conditions_hold_for_every_draw(lesson_of: LessonOf) -> None:
    text = numeric(
        draw="{a: {from: 1, to: 9}, b: {from: 1, to: 9}}", let="{c: a + b, d: c * 2}", where="[a < b, d > 10]"
    )
    for seed in range(100):
        variables = build(lesson_of(text), seed)[0].variables
        assert variables["d"] == 2 * (variables["a"] + variables["b"]) > 10
        assert variables["a"] < variables["b"]


@pytest.mark.parametrize(
    ("text", "line", "field", "said"),
    [
        (numeric(question='"{{ b }}"'), 6, "question", "'b' is undefined"),
        (numeric(question='"{{ a"'), 6, "question", "TemplateSyntaxError"),
        (numeric(let='{c: "a / 0"}'), 8, "let.c", "ZeroDivisionError"),
        (numeric(let='{c: "d", d: "1"}'), 8, "let.c", "'d' is undefined"),
        (numeric(where='["a > 5"]'), 9, "where", "satisfies"),
        (numeric(answer="\"'x'\""), 10, "answer", "no number"),
        (numeric(answer='"1e300 * 1e300"'), 10, "answer", "inf"),
    ],
)
def test_a_broken_template_names_file_line_item_and_field(
    lesson_of: LessonOf, text: str, line: int, field: str, said: str
) -> None:
    lesson = lesson_of(text)
    with pytest.raises(ContentProblem) as caught:
        build(lesson, 1)
    problem = caught.value
    assert problem.file == str(lesson.folder / "quiz.yaml")
    assert problem.line == line
    assert f"Item 'sum', '{field}'" in problem.message
    assert said in problem.message


def test_a_unit_that_means_two_things_is_a_fault_of_the_content(lesson_of: LessonOf) -> None:
    lesson = lesson_of(numeric().replace("why: because", "why: because\n    unit: Gb"))
    with pytest.raises(ContentProblem, match="bits or bytes"):
        build(lesson, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(seed=st.integers())
def test_any_whole_number_is_a_seed(every_kind: LoadedLesson, seed: int) -> None:
    assert len(build(every_kind, seed)) == 7


def test_importing_the_quiz_loads_neither_jinja_nor_torch_nor_numpy() -> None:
    code = (
        "import sys, tutor.quiz; print([m for m in ('jinja2', 'torch', 'numpy', 'fsrs') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
