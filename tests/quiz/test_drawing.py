"""Numbers of a span, computed when they are asked for."""

from __future__ import annotations

import time

from tutor.course.questions import Span
from tutor.quiz.drawing import SpanValues


def test_a_span_has_both_its_ends_and_keeps_whole_numbers_whole() -> None:
    assert list(SpanValues(Span.model_validate({"from": 1, "to": 3}))) == [1, 2, 3]
    assert list(SpanValues(Span.model_validate({"from": 0.1, "to": 0.3, "step": 0.1}))) == [0.1, 0.2, 0.3]
    assert SpanValues(Span.model_validate({"from": 0, "to": 9}))[2:4] == [2, 3]


def test_a_span_of_a_million_values_costs_nothing() -> None:
    start = time.process_time()
    spans = [Span.model_validate({"from": n, "to": n + 999_998.5, "step": 1.0}) for n in range(100)]
    assert all(SpanValues(span)[999_998] for span in spans)
    assert time.process_time() - start < 1
