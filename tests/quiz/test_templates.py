from __future__ import annotations

import time

import pytest
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from tutor.quiz.templates import evaluate, fixed, render, sci, thousands


def test_prose_shows_whole_floats_without_a_point_and_no_rounding_noise() -> None:
    assert render("{{ a }} {{ b }} {{ c }}", {"a": 7.0, "b": 0.1 + 0.2, "c": "x"}) == "7 0.3 x"


def test_code_shows_floats_as_python_does() -> None:
    assert render("{{ a }} {{ b }}", {"a": 7.0, "b": 7}, code=True) == "7.0 7"


def test_expressions_have_the_usual_functions() -> None:
    source = "min(3, 4) + max(1, 2) + abs(-1) + round(2.6) + ceil(0.1) + floor(1.9) + log2(8) + sqrt(16)"
    assert evaluate(source, {}) == 3 + 2 + 1 + 3 + 1 + 1 + 3 + 4


def test_rounding_as_a_filter_is_rounding_as_a_function() -> None:
    assert evaluate("2.567 | round(1)", {}) == evaluate("round(2.567, 1)", {}) == 2.6
    assert evaluate("2.6 | round", {}) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [(7e6, "7,000,000"), (-1234.5, "-1,234.5"), (-0.5, "-0.5"), (12, "12"), (1e18, "1e+18")],
)
def test_thousands_are_separated_by_commas(value: float, text: str) -> None:
    assert thousands(value) == text


def test_scientific_and_fixed_notation() -> None:
    assert sci(7e9) == "7.0e9"
    assert sci(0.00012, 0) == "1e-4"
    assert fixed(3.14159) == "3.14"


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(UndefinedError, match="'bits'"):
        render("{{ bits }}", {})
    with pytest.raises(UndefinedError, match="'bits'"):
        evaluate("bits", {})
    with pytest.raises(UndefinedError, match="'bits'"):
        evaluate("bits * 2", {})


@pytest.mark.parametrize(
    "source", ["'a' * 10**9", "9**(9**9)", "''.__class__.__mro__", "range(9)", "lipsum()"]
)
def test_what_could_fill_memory_or_reach_out_is_refused_at_once(source: str) -> None:
    start = time.perf_counter()
    with pytest.raises((SecurityError, UndefinedError)):
        evaluate(source, {})
    assert time.perf_counter() - start < 1


def test_a_broken_template_is_a_syntax_error() -> None:
    with pytest.raises(TemplateSyntaxError):
        render("{{ a ", {"a": 1})


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'x' | center(999999999) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{% for i in [1, 2, 3] %}{{ i }}{% endfor %}",
        "{{ round(5, -(10**9)) }}",
        "{{ fixed(1.5, 10**9) }}",
        "{{ 10**300 * 10**300 * 10**300 }}",
        "{{ x }}" * 60_000,
        "{{ x ~ x }}" * 499,
    ],
)
def test_a_template_that_would_fill_memory_or_never_end_is_refused_at_once(source: str) -> None:
    start = time.perf_counter()
    with pytest.raises((SecurityError, UndefinedError, TemplateSyntaxError, ValueError)):
        render(source, {"x": "aaaa" * 100})
    assert time.perf_counter() - start < 1


def test_a_text_that_doubles_from_one_value_to_the_next_is_refused() -> None:
    longest = "a" * 1_500
    assert evaluate("a", {"a": longest}) == longest
    with pytest.raises(ValueError, match="2,000"):
        evaluate("a ~ a", {"a": longest})
