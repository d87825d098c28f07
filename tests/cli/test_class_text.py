"""The bar of a class run, and how long things are said to take."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.classroom.running import Progress
from tutor.cli.class_text import duration, progress_line


def test_the_bar_tells_how_far_how_fast_and_how_long_still() -> None:
    line = progress_line(Progress(done=50, of=200, graded=40, faults=1, seconds=20))
    assert line == "██████·················· 50 of 200  2.0 a second  1 min 15 s left  1 fault"


def test_before_the_first_grading_nothing_is_promised() -> None:
    assert progress_line(Progress(done=3, of=9, graded=0, faults=0, seconds=1)).endswith("3 of 9")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (7260, "2 h 01 min"),
        (9e6, "2,500 h 00 min"),
    ],
)
def test_a_duration_is_said_in_its_own_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.floats(0, 1e6))
def test_the_bar_has_one_width_whatever_the_figures(done: int, more: int, seconds: float) -> None:
    line = progress_line(Progress(done, done + more, done, 0, seconds))
    assert sum(character in "█·" for character in line.split("  ")[0]) == 24
