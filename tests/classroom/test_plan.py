"""A plan follows from what was measured, and says so where nothing was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.classroom.journal import Rate, Stopped
from tutor.classroom.plan import plan
from tutor.errors import UsageProblem


def test_twice_the_workers_take_half_the_time_and_cost_the_same() -> None:
    rates = [Rate("local", 2, 50.0, 200, 99.0)]
    two, four = (plan(1000, rates, 80_000, 200, workers=workers, price=3.0) for workers in (2, 4))
    assert two.seconds == pytest.approx(250)
    assert four.seconds == pytest.approx(125)
    assert two.cost == pytest.approx(four.cost) == pytest.approx(3.0 * 500 / 3600)
    assert two.journal_bytes == 400_000


def test_short_runs_count_only_where_there_is_no_other() -> None:
    slow_start = Rate("local", 2, 60.0, 3, 5.0)
    assert plan(10, [slow_start, Rate("local", 2, 50.0, 200, 99.0)], 1, 1).service_seconds == pytest.approx(
        0.5
    )
    assert plan(10, [slow_start], 1, 1).service_seconds == pytest.approx(40)


def test_one_endless_loop_in_a_small_class_does_not_make_each_submission_slow() -> None:
    rates = [Rate("local", 2, 45.0, 8, 49.0)]  # seven of a second, and one of 42 while the other worker waits
    made = plan(100, rates, 1, 1, stopped=Stopped(1, 42.0))
    assert made.service_seconds == pytest.approx(1.0)
    assert made.seconds == pytest.approx(50)
    assert made.seconds_with_stopped == pytest.approx((87.5 + 12.5 * 42) / 2)
    assert (made.measured, made.to_json()["stopped_gradings"]) == (7, 1)


def test_where_everything_ran_to_the_limit_that_is_what_a_grading_takes() -> None:
    made = plan(10, [Rate("local", 1, 84.0, 2, 84.0)], 1, 1, stopped=Stopped(2, 84.0))
    assert (made.service_seconds, made.stopped) == (42.0, Stopped())
    assert made.seconds_with_stopped == made.seconds == 420


def test_nothing_measured_is_said_and_never_guessed() -> None:
    with pytest.raises(UsageProblem, match="Nothing was measured"):
        plan(10, [], 0, 0)


@given(st.integers(1, 10**7), st.integers(1, 500), st.integers(1, 64), st.floats(0.1, 1e5))
def test_time_grows_with_the_class_and_falls_with_workers(
    count: int, workers: int, measured: int, took: float
) -> None:
    rates = [Rate("local", measured, took, 100, took)]
    one = plan(count, rates, 1, 1, workers=workers)
    assert one.seconds <= plan(count + 1, rates, 1, 1, workers=workers).seconds
    assert one.seconds >= plan(count, rates, 1, 1, workers=workers + 1).seconds
