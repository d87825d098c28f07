from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tutor.course.content import LoadedLesson
from tutor.quiz import prove_items
from tutor.sandbox import CaseOutcome

LessonOf = Callable[[str], LoadedLesson]


def python_cases(code: str, cases: list[tuple[str, str]]) -> CaseOutcome:
    """Stands in for the confined process: the same judgement, in this one."""
    names: dict[str, object] = {}
    exec(code, names)
    return CaseOutcome(tuple(eval(expression, names) == eval(gives) for expression, gives in cases))


@pytest.fixture(autouse=True)
def _unconfined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.sandbox.run_cases", python_cases)


def messages(lesson: LoadedLesson) -> str:
    return "\n".join(problem.message for problem in prove_items(lesson))


def test_a_fair_quiz_has_no_problem(every_kind: LoadedLesson) -> None:
    assert prove_items(every_kind) == []


def test_a_thousand_draws_of_twelve_items_take_about_a_second(lesson_of: LessonOf) -> None:
    item = """
  - id: item-{n}
    kind: numeric
    goal: g
    question: "How much do {{{{ a }}}} weights take in {{{{ b }}}} bits?"
    draw: {{a: {{from: 1, to: 1000}}, b: [2, 3, 4, 8]}}
    let: {{bits: a * b, c: bits / 8}}
    answer: c
    why: "{{{{ a }}}} times {{{{ b }}}} is {{{{ bits }}}}."
    wrong:
      - {{value: bits, why: "{{{{ bits }}}} is right, but bits."}}
      - {{value: a * 100, why: "{{{{ a }}}} is right, but."}}"""
    lesson = lesson_of("items:" + "".join(item.format(n=n) for n in range(12)))
    assert lesson.quiz is not None
    start = time.process_time()
    assert prove_items(lesson, draws=1000) == []
    assert time.process_time() - start < 4


def test_a_wrong_value_that_is_right_for_one_draw_in_hundreds_is_found(lesson_of: LessonOf) -> None:
    lesson = lesson_of("""
items:
  - id: sum
    kind: numeric
    goal: g
    question: "{{ a }} + {{ b }}"
    draw: {a: {from: 1, to: 20}, b: {from: 1, to: 20}}
    answer: a + b
    why: because
    wrong: [{value: a * b, why: no}]
""")
    problems = prove_items(lesson)
    assert [problem.code for problem in problems] == ["quiz-unfair"]
    assert "Item 'sum': wrong value 4 is right: the answer is 4 (with a = 2, b = 2)." in problems[0].message
    assert problems[0].line == 3


def test_wrong_values_that_cannot_be_told_apart_are_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: sum
    kind: numeric
    goal: g
    question: q
    answer: "10"
    why: because
    wrong: [{value: "20", why: no}, {value: "20.01", why: no}, {value: "21", why: no}]
"""
    assert messages(lesson_of(text)) == "Item 'sum': wrong values 20 and 20.01 can't be told apart."


def test_options_that_say_the_same_for_some_draw_are_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: pick
    kind: single
    goal: g
    question: q
    draw: {a: [1, 2, 3]}
    options:
      - {id: one, text: "{{ a * 2 }}", right: true, why: yes}
      - {id: two, text: "{{ a + 2 }}", why: no}
"""
    assert "two options say '4' (with a = 2)" in messages(lesson_of(text))


def test_ids_that_give_the_answer_away_are_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: pick
    kind: single
    goal: g
    question: q
    options: [{id: right, text: a, right: true, why: yes}, {id: two, text: b, why: no}]
  - id: sort
    kind: order
    goal: g
    question: q
    pieces: [{id: p1, text: a}, {id: p2, text: b}, {id: p3, text: c}]
    why: because
  - id: letters
    kind: order
    goal: g
    question: q
    pieces: [{id: a, text: a}, {id: b, text: b}, {id: c, text: c}]
    why: because
  - id: types
    kind: order
    goal: g
    question: q
    pieces: [{id: fp8, text: a}, {id: fp16, text: b}, {id: fp32, text: c}]
    why: because
  - id: pairs
    kind: match
    goal: g
    question: q
    pairs:
      - {left: {id: a, text: a}, right: {id: a, text: x}, why: w}
      - {left: {id: b, text: b}, right: {id: q, text: y}, why: w}
      - {left: {id: c, text: c}, right: {id: r, text: y}, why: w}
"""
    found = messages(lesson_of(text))
    assert "the id of option 'right' gives the answer away" in found
    assert "Item 'sort': the ids p1, p2, p3 count the right order" in found
    assert "Item 'letters': the ids a, b, c count the right order" in found
    assert "Item 'types'" not in found
    assert "a left and its right have the same id" in found
    assert "two pieces of one side say 'y'" in found


def test_an_id_that_is_right_in_every_single_choice_is_found(lesson_of: LessonOf) -> None:
    item = """
  - id: item-{n}
    kind: single
    goal: g
    question: q
    options: [{{id: {right}, text: x, right: true, why: w}}, {{id: {wrong}, text: y, why: w}}]"""
    same = "items:" + "".join(item.format(n=n, right="a", wrong="b") for n in range(3))
    assert "the id 'a' is right in 3 of 3 single choices" in messages(lesson_of(same))
    mixed = same + item.format(n=3, right="b", wrong="a") + item.format(n=4, right="b", wrong="a")
    assert messages(lesson_of(mixed)) == ""


def test_ids_of_pairs_that_count_along_are_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: pairs
    kind: match
    goal: g
    question: q
    pairs:
      - {left: {id: a, text: a}, right: {id: e, text: x}, why: w}
      - {left: {id: b, text: b}, right: {id: f, text: y}, why: w}
      - {left: {id: c, text: c}, right: {id: g, text: z}, why: w}
"""
    assert "the ids of both sides count the pairs" in messages(lesson_of(text))
    assert messages(lesson_of(text.replace("id: e", "id: h"))) == ""


def test_code_that_prints_something_else_is_found_for_each_draw(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: half
    kind: output
    goal: g
    question: q
    draw: {a: [2, 3]}
    code: print({{ a }} // 2)
    answer: "1.0"
    why: because
    wrong: [{value: "1.0", why: no}, {value: "2", why: no}]
  - id: raises
    kind: output
    goal: g
    question: q
    code: print(1 / 0)
    answer: "1"
    why: because
    wrong: [{value: "2", why: no}]
"""
    found = messages(lesson_of(text))
    assert "Item 'half': the code prints '1', not '1.0' (with a = 2)." in found
    assert "wrong value '1.0' is right" in found
    assert "the code prints 'ZeroDivisionError: division by zero', not '1'" in found


def test_answers_in_code_that_fail_and_wrong_ones_that_pass_are_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: fill
    kind: code
    goal: g
    question: q
    code: |
      x = ____
    answer: "1"
    cases: [{expression: x, gives: "2"}]
    why: because
    wrong: [{value: 1 + 1, why: no}, {value: "3", why: no}, {value: " 1 ", why: no}]
"""
    found = messages(lesson_of(text))
    assert "the answer '1' does not pass its own cases" in found
    assert "wrong filling '1 + 1' passes every case" in found
    assert "wrong filling '1' is the right one" in found
    assert "'3'" not in found


def test_a_case_that_is_no_literal_is_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: fill
    kind: code
    goal: g
    question: q
    code: x = ____
    answer: "1"
    cases: [{expression: x, gives: abs(1)}]
    why: because
    wrong: [{value: "2", why: no}]
"""
    assert "'cases[0].gives': 'abs(1)' is no Python literal" in messages(lesson_of(text))


def test_a_template_that_fails_for_one_draw_is_found(lesson_of: LessonOf) -> None:
    text = """
items:
  - id: div
    kind: numeric
    goal: g
    question: q
    draw: {a: {from: -5, to: 5}}
    answer: 1 / a
    why: because
    wrong: [{value: "7", why: no}]
"""
    assert "ZeroDivisionError: division by zero (with a = 0)" in messages(lesson_of(text))
